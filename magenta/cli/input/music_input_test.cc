#include "magenta/cli/input/music_input.h"

#include <gtest/gtest.h>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
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

NoteSequence Titled(const std::string& title, int pitch) {
  NoteSequence sequence;
  sequence.mutable_sequence_metadata()->set_title(title);
  sequence.add_notes()->set_pitch(pitch);
  return sequence;
}

TEST(MusicInput, RecordsComeOneByOne) {
  TemporaryFolder folder;
  const std::string path = folder.Path().value() + "/a.tfrecord";
  ASSERT_TRUE(WriteFile(path, FrameRecord(Titled("a", 60).SerializeAsString()) +
                                  FrameRecord(Titled("b", 62).SerializeAsString()))
                  .ok());
  std::vector<std::string> warnings;
  auto pieces = MusicPieces::Open(path, warnings);
  ASSERT_TRUE(pieces.ok());
  for (const int pitch : {60, 62}) {
    EXPECT_FALSE(pieces->at_end());
    EXPECT_EQ(pieces->Next().value()->notes(0).pitch(), pitch);
  }
  EXPECT_TRUE(pieces->at_end());
  EXPECT_FALSE(pieces->Next().value().has_value());

  // What lies behind is not looked at: the records before a broken one are there.
  const std::string rests[] = {FrameRecord("no sequence"), "cut",
                               FrameRecord(Titled("b", 62).SerializeAsString()).substr(0, 20)};
  for (const std::string& rest : rests) {
    ASSERT_TRUE(WriteFile(path, FrameRecord(Titled("a", 60).SerializeAsString()) + rest).ok());
    pieces = MusicPieces::Open(path, warnings);
    ASSERT_TRUE(pieces.ok());
    EXPECT_EQ(pieces->Next().value()->notes(0).pitch(), 60);
    EXPECT_FALSE(pieces->at_end());
    const absl::Status broken = pieces->Next().status();
    EXPECT_EQ(ExitStatus(broken), 3);
    EXPECT_NE(ErrorLine(broken).find("record 1"), std::string::npos) << ErrorLine(broken);
  }
  // Packed as a TFRecord may be, but none.
  ASSERT_TRUE(WriteFile(path, "\x78\x9c\x03\0\0\0\0\1"s).ok());
  EXPECT_NE(ErrorLine(MusicPieces::Open(path, warnings).status()).find("zlib stream"),
            std::string::npos);
  ASSERT_TRUE(WriteFile(path, "X:1\nK:C\nC\nX:2\nK:C\nD\n").ok());
  pieces = MusicPieces::Open(path, warnings);
  ASSERT_TRUE(pieces.ok());
  EXPECT_EQ(pieces->Next().value()->notes(0).pitch(), 60);
  EXPECT_FALSE(pieces->at_end());
  EXPECT_EQ(pieces->Next().value()->notes(0).pitch(), 62);
  EXPECT_TRUE(pieces->at_end());
}

}  // namespace
}  // namespace magenta::cli
