#include "magenta/io/music/sequence_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "magenta/base/utf8.h"

namespace magenta {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kDeepest = 5;  // sections hold sections

/// Every text field that `message`'s type can have gets `text`; gives how many there are.
int FillTexts(const std::string& text, int depth, Message& message) {
  int count = 0;
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      ++count;
      field->is_repeated() ? reflection.AddString(&message, field, text)
                           : reflection.SetString(&message, field, text);
    } else if (field->type() == FieldDescriptor::TYPE_MESSAGE && depth < kDeepest) {
      count += FillTexts(text, depth + 1,
                         field->is_repeated() ? *reflection.AddMessage(&message, field)
                                              : *reflection.MutableMessage(&message, field));
    }
  }
  return count;
}

TEST(SequenceText, EveryTextFieldThatThereIsBecomesUtf8) {
  NoteSequence sequence;
  NoteSequence expected;
  EXPECT_EQ(FillTexts("Fl\xF6te", 0, sequence), 10);
  FillTexts("Flöte", 0, expected);
  MakeTextUtf8(sequence);
  EXPECT_EQ(sequence.SerializeAsString(), expected.SerializeAsString());
  EXPECT_TRUE(NoteSequence().ParseFromString(sequence.SerializeAsString()));
}

TEST(SequenceText, WhatIsUtf8StaysAndNothingIsAdded) {
  NoteSequence sequence;
  MakeTextUtf8(sequence);
  EXPECT_EQ(sequence.SerializeAsString(), "");
  sequence.set_filename("メロディ.mid");
  const std::string before = sequence.SerializeAsString();
  MakeTextUtf8(sequence);
  EXPECT_EQ(sequence.SerializeAsString(), before);
}

}  // namespace
}  // namespace magenta
