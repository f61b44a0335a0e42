#include "magenta/cli/input/music_input.h"

#include <gtest/gtest.h>

#include "magenta/generator.pb.h"
#include "magenta/io/record/tfrecord.h"

namespace magenta::cli {
namespace {

using std::string_literals::operator""s;

TEST(MusicInput, KindsAreToldByBytes) {
  NoteSequence sequence;
  sequence.add_notes()->set_pitch(60);
  NoteSequence silent;
  silent.set_filename("a.mid");
  silent.set_total_time(2);
  GeneratorBundle bundle;
  bundle.mutable_generator_details()->set_id("x");
  bundle.add_checkpoint_file("y");
  GenerateSequenceRequest request;
  request.mutable_generator_options()->add_generate_sections()->set_end_time(1);
  const struct {
    std::string bytes;
    FileKind kind;
    std::optional<MusicFormat> format = std::nullopt;
  } rows[] = {
      {"MThd\0\0\0\6", FileKind::kMusic, MusicFormat::kMidi},
      {"RIFF....RMIDdata", FileKind::kMusic, MusicFormat::kMidi},
      {"RIFF....WAVEfmt ", FileKind::kUnknown},
      {"PK\3\4", FileKind::kMusic, MusicFormat::kMusicXml},
      {"\xef\xbb\xbf\n<?xml", FileKind::kMusic, MusicFormat::kMusicXml},
      {"\xff\xfe<\0?\0"s, FileKind::kMusic, MusicFormat::kMusicXml},
      {"\xfe\xff\0<\0?"s, FileKind::kMusic, MusicFormat::kMusicXml},
      {"% a book\n\nX:1\nT:t\nK:C\n", FileKind::kMusic, MusicFormat::kAbc},
      {"T:t\nK:C\nABC", FileKind::kMusic, MusicFormat::kAbc},
      {"# X:1\npattern: a\nBD |x|", FileKind::kMusic, MusicFormat::kDrumGrid},
      {FrameRecord("x"), FileKind::kRecords},
      {"\x1f\x8b\x08", FileKind::kRecords},
      {"\x78\x9c\xab", FileKind::kRecords},
      {"\x78\x9d\xab", FileKind::kUnknown},
      {"model_checkpoint_path: \"x\"", FileKind::kCheckpointState},
      {std::string(40, '\0') + "\x57\xfb\x80\x8b\x24\x75\x47\xdb", FileKind::kTable},
      {sequence.SerializeAsString(), FileKind::kNoteSequence},
      {silent.SerializeAsString(), FileKind::kNoteSequence},
      {bundle.SerializeAsString(), FileKind::kBundle},
      {request.SerializeAsString(), FileKind::kRequest},
      {" {\"a\": 1}", FileKind::kJson},
      {"", FileKind::kUnknown},
      {"hello world", FileKind::kUnknown},
      {"\0\1\2"s, FileKind::kUnknown},
  };
  for (const auto& row : rows) {
    const FileBytes file = ToldByBytes(row.bytes);
    EXPECT_EQ(file.kind, row.kind) << row.bytes;
    EXPECT_EQ(file.format, row.format) << row.bytes;
  }
}

}  // namespace
}  // namespace magenta::cli
