#include "magenta/io/record/parsed_size.h"

#include <gtest/gtest.h>

#include "magenta/io/record/sequence_example.h"
#include "magenta/music.pb.h"
#include "tensorflow/example.pb.h"

namespace magenta {
namespace {

uint64_t SizeOf(const google::protobuf::Message& message) {
  return ParsedSize(message.SerializeAsString(), message.GetDescriptor());
}

/// `bytes`, `count` times.
std::string Times(const std::string& bytes, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += bytes;
  return all;
}

TEST(ParsedSize, IsNoLessThanWhatAMessageTakesAndNotMuchMore) {
  NoteSequence sequence;
  for (int i = 0; i < 1000; ++i) {
    auto& note = *sequence.add_notes();
    note.set_pitch(60);
    note.set_end_time(i);
  }
  for (int i = 0; i < 100; ++i) sequence.add_text_annotations()->set_text("Am7");
  for (int i = 0; i < 50; ++i) sequence.mutable_sequence_metadata()->add_composers("somebody");
  EXPECT_GE(SizeOf(sequence), sequence.SpaceUsedLong());
  EXPECT_LE(SizeOf(sequence), 2 * sequence.SpaceUsedLong());
}

TEST(ParsedSize, CountsWhatTwoBytesStandFor) {
  const auto* type = NoteSequence::descriptor();
  for (const std::string& bytes : {
           std::string("\x42\0", 2),      // an empty note
           std::string("\x52\0", 2),      // an empty bend
           std::string("\x78\1"),         // a field of another kind than the type has
           std::string("\x22\0", 2),      // likewise: bytes for a number
           std::string("\xba\x3e\0", 3),  // a field that it has not
       }) {
    const std::string many = Times(bytes, 10000);
    NoteSequence sequence;
    ASSERT_TRUE(sequence.ParseFromString(many));
    EXPECT_GE(ParsedSize(many, type), sequence.SpaceUsedLong() * 3 / 4);
  }
}

TEST(ParsedSize, NotesOfAWholePieceFitAndEmptyOnesByTheMillionDoNot) {
  const auto* type = NoteSequence::descriptor();
  const std::string note("\x42\x10\x08\x3c\x10\x40\x19\0\0\0\0\0\0\0\0\x40\x01\x48\x01", 18);
  EXPECT_TRUE(FitsParsed(Times(note, 500'000), type));
  EXPECT_FALSE(FitsParsed(Times(std::string("\x42\0", 2), 4'000'000), type));
}

TEST(ParsedSize, OfExamples) {
  CompactExample example;
  example.config = "x";
  example.events.assign(5000, 60);
  const std::string bytes = SerializeCompact(example);
  tensorflow::SequenceExample proto;
  ASSERT_TRUE(proto.ParseFromString(bytes));
  EXPECT_GE(ParsedSize(bytes, proto.GetDescriptor()), proto.SpaceUsedLong() * 3 / 4);
  EXPECT_TRUE(FitsParsed(bytes, proto.GetDescriptor()));
}

TEST(ParsedSize, WhatIsNoMessageEndsTheCount) {
  const auto* type = NoteSequence::descriptor();
  EXPECT_LT(ParsedSize("\x42\xff\xff\xff\xff\x7f", type), 1000u);
  EXPECT_LT(ParsedSize(std::string(100, '\xff'), type), 1000u);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep = std::string("\x12") + char(deep.size() % 128) + deep;
  ParsedSize(deep, type);
}

}  // namespace
}  // namespace magenta
