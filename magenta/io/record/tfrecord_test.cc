#include "magenta/io/record/tfrecord.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <variant>

#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/music.pb.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

// A recorded file of the shared folder, or what the tree has of it.
std::string Golden(const std::string& path) {
  const char* root = std::getenv("MAGENTA_SHARED");
  const std::string shared = std::string(root != nullptr ? root : "../shared") + "/goldens/";
  return (fs::exists(shared) ? shared : std::string("tests/golden/")) + path;
}

bool IsInTree(const std::string& path) { return path.starts_with("tests/"); }

std::string TemporaryPath(const std::string& name) {
  return (fs::path(::testing::TempDir()) / ("tfrecord_test_" + name)).string();
}

// What a reader makes of `bytes`: "3 7 | error" is records of 3 and 7 bytes, then an error.
std::string Dump(const std::string& bytes) {
  auto reader = RecordReader::FromBytes(bytes, "F");
  if (!reader.ok()) return ErrorLine(reader.status());
  std::string dump, record;
  while (true) {
    const auto more = reader->Next(&record);
    if (!more.ok()) return dump + "| " + ErrorLine(more.status());
    if (!*more) return dump + "end";
    dump += std::to_string(record.size()) + " ";
  }
}

std::string Packed(const std::string& bytes, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(bytes.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;

std::string Head(uint64_t length) {
  std::string head(8, '\0');
  for (int i = 0; i < 8; ++i) head[i] = static_cast<char>(length >> 8 * i);
  const uint32_t crc = MaskedCrc32c(head);
  for (int i = 0; i < 4; ++i) head += static_cast<char>(crc >> 8 * i);
  return head;
}

std::string Three() { return FrameRecord("abc") + FrameRecord("") + FrameRecord("defghij"); }

TEST(TfRecord, FrameIsLengthCrcDataCrc) {
  const std::string frame = FrameRecord("abc");
  ASSERT_EQ(frame.size(), 19u);
  EXPECT_EQ(frame.substr(0, 12), Head(3));
  EXPECT_EQ(frame.substr(12, 3), "abc");
}

TEST(TfRecord, Reads) {
  const std::string long_one(1000000, 'x');
  const struct {
    const char* what;
    std::string bytes;
    std::string dump;
  } rows[] = {
      {"empty file", "", "end"},
      {"three records", Three(), "3 0 7 end"},
      {"longer than the buffer", FrameRecord(long_one) + Three(), "1000000 3 0 7 end"},
      {"gzip", Packed(Three(), kGzipWindow), "3 0 7 end"},
      {"zlib", Packed(Three(), kZlibWindow), "3 0 7 end"},
      {"gzip, two members", Packed(Three(), kGzipWindow) + Packed(FrameRecord("z"), kGzipWindow),
       "3 0 7 1 end"},
      {"gzip of nothing", Packed("", kGzipWindow), "end"},
      {"a plain file whose length looks like gzip", FrameRecord(std::string(0x8b1f, 'y')),
       "35615 end"},
      {"a plain file whose length looks like zlib", FrameRecord(std::string(0x9c78, 'y')),
       "40056 end"},
  };
  for (const auto& row : rows) EXPECT_EQ(Dump(row.bytes), row.dump) << row.what;
}

TEST(TfRecord, EveryFaultIsNamed) {
  std::string bad_data = Three();
  bad_data[12] ^= 1;
  std::string bad_length = Three();
  bad_length[19] ^= 1;
  std::string bad_gzip = Packed(Three(), kGzipWindow);
  bad_gzip[bad_gzip.size() - 6] ^= 1;
  const struct {
    const char* what;
    std::string bytes;
    std::string dump;
  } rows[] = {
      {"no TFRecord at all", "MThd and so on, a MIDI file",
       "| F: record 0 at byte 0: wrong checksum of its length. Is it a TFRecord file?"},
      {"cut in the first head", Three().substr(0, 7),
       "| F: record 0 at byte 0: the file ends after 7 of its 12 bytes. Is it a TFRecord file?"},
      {"cut in a later head", Three().substr(0, 25),
       "3 | F: record 1 at byte 19: the file ends after 6 of its 12 bytes. Copy or make the file "
       "again."},
      {"cut in data", Three().substr(0, 50),
       "3 0 | F: record 2 at byte 35: the file ends after 15 of its 23 bytes. Copy or make the "
       "file again."},
      {"cut in the last checksum", Three().substr(0, 57),
       "3 0 | F: record 2 at byte 35: the file ends after 22 of its 23 bytes. Copy or make the "
       "file again."},
      {"flipped data", bad_data,
       "| F: record 0 at byte 0: wrong checksum of its 3 bytes of data. Is it a TFRecord file?"},
      {"flipped length", bad_length,
       "3 | F: record 1 at byte 19: wrong checksum of its length. Copy or make the file again."},
      {"an absurd length with a right checksum", Head(uint64_t{1} << 60) + "abc",
       "| F: record 0 at byte 0: has 1152921504606846976 bytes; the limit for a piece is "
       "134217728. Split it into smaller pieces."},
      {"a large length and little data", Three() + Head(kMaxRecordBytes) + "abc",
       "3 0 7 | F: record 3 at byte 58: the file ends after 15 of its 134217744 bytes. Copy or "
       "make the file again."},
      {"cut gzip", Packed(Three(), kGzipWindow).substr(0, 30),
       "| F: record 1 at byte 19: compressed data is corrupt near byte 30: it is cut short."},
      {"gzip with a wrong checksum", bad_gzip,
       "3 0 7 | F: record 3 at byte 58: compressed data is corrupt near byte 60: incorrect data "
       "check."},
      {"bytes after gzip", Packed(Three(), kGzipWindow) + "tail", "bytes after its end"},
  };
  for (const auto& row : rows) EXPECT_THAT(Dump(row.bytes), HasSubstr(row.dump)) << row.what;
}

TEST(TfRecord, EveryFlippedBitIsFound) {
  const std::string whole = Three();
  for (size_t i = 0; i < whole.size() * 8; ++i) {
    std::string bytes = whole;
    bytes[i / 8] ^= static_cast<char>(1 << i % 8);
    EXPECT_THAT(Dump(bytes), HasSubstr("|")) << "bit " << i;
  }
}

// Of a packed file the bits that only fill up its last byte of data stand for nothing, and of one
// of others the system and time in gzip's header; whatever else is flipped is found, and all that
// is read is as it was.
TEST(TfRecord, EveryFlippedBitOfPackedFilesIsFound) {
  const auto records_of = [](const std::string& bytes, std::string* read) {
    auto reader = RecordReader::FromBytes(bytes, "F");
    if (!reader.ok()) return reader.status();
    std::string record;
    for (auto more = reader->Next(&record);; more = reader->Next(&record)) {
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
      *read += FrameRecord(record);
    }
  };
  for (const auto compression : {Compression::kGzip, Compression::kZlib}) {
    const std::string path = TemporaryPath("packed");
    auto writer = RecordWriter::Create(path, compression);
    for (const char* record : {"abc", "", "defghij", "abcabcabcabcabcabc"}) {
      ASSERT_TRUE(writer->Write(record).ok());
    }
    ASSERT_TRUE(writer->Commit().ok());
    const std::string whole = *ReadFile(path);
    fs::remove(path);
    int unfound = 0;
    for (size_t i = 0; i < whole.size() * 8; ++i) {
      std::string bytes = whole, read;
      bytes[i / 8] ^= static_cast<char>(1 << i % 8);
      const absl::Status status = records_of(bytes, &read);
      if (status.ok()) {
        ++unfound;
        EXPECT_EQ(read, Three() + FrameRecord("abcabcabcabcabcabc")) << "bit " << i;
      } else {
        EXPECT_EQ(ExitStatus(status), 3) << "bit " << i;
        EXPECT_THAT(ErrorLine(status), HasSubstr("F: record ")) << "bit " << i;
      }
    }
    EXPECT_LE(unfound, 7);
  }
}

TEST(TfRecord, EveryCutIsFoundButBetweenRecords) {
  const std::string whole = Three();
  for (size_t size = 0; size < whole.size(); ++size) {
    auto reader = RecordReader::FromBytes(whole.substr(0, size), "F");
    ASSERT_TRUE(reader.ok());
    std::string record;
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = reader->Next(&record);
    const bool between = size == 0 || size == 19 || size == 35;
    EXPECT_EQ(more.ok(), between) << size;
    EXPECT_EQ(reader->truncated(), !between) << size;
    EXPECT_EQ(reader->records_read(), size < 19 ? 0 : size < 35 ? 1 : 2);
    EXPECT_EQ(reader->Next(&record).ok(), between) << "an error stays";
  }
}

TEST(TfRecord, WritesWhatItReads) {
  for (const auto compression : {Compression::kNone, Compression::kGzip, Compression::kZlib}) {
    const std::string path = TemporaryPath("round_trip");
    auto writer = RecordWriter::Create(path, compression);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (int i = 0; i < 150; ++i) {
      ASSERT_TRUE(writer->Write(std::string(static_cast<size_t>(i * i * 7), char(i))).ok());
    }
    RecordWriter moved = *std::move(writer);
    EXPECT_EQ(moved.records_written(), 150);
    ASSERT_TRUE(moved.Commit().ok());
    auto opened = RecordReader::Open(path);
    ASSERT_TRUE(opened.ok()) << opened.status();
    RecordReader reader = *std::move(opened);
    std::string record;
    for (int i = 0; i < 150; ++i) {
      const auto more = reader.Next(&record);
      ASSERT_TRUE(more.ok() && *more) << more.status();
      ASSERT_EQ(record, std::string(static_cast<size_t>(i * i * 7), char(i)));
    }
    const auto more = reader.Next(&record);
    EXPECT_TRUE(more.ok() && !*more);
    fs::remove(path);
  }
}

TEST(TfRecord, NothingIsLeftWithoutCommit) {
  const fs::path folder = TemporaryPath("uncommitted");
  {
    auto writer = RecordWriter::Create((folder / "x.tfrecord").string());
    ASSERT_TRUE(writer.ok() && writer->Write("abc").ok());
  }
  EXPECT_FALSE(fs::exists(folder));
}

TEST(TfRecord, WhatCannotBeOpened) {
  EXPECT_EQ(ExitStatus(RecordReader::Open("/no/such/file").status()), 3);
  EXPECT_EQ(ExitStatus(RecordReader::Open(::testing::TempDir()).status()), 3);
  EXPECT_EQ(ExitStatus(RecordWriter::Create("/proc/x/y.tfrecord").status()), 5);
}

TEST(TfRecordGolden, NotesOfNoteSeqParse) {
  const std::string path = Golden("notes.tfrecord");
  auto reader = RecordReader::Open(path);
  ASSERT_TRUE(reader.ok());
  std::string record, again;
  NoteSequence sequence;
  for (absl::StatusOr<bool> more = reader->Next(&record); more.value();
       more = reader->Next(&record)) {
    ASSERT_TRUE(sequence.ParseFromString(record));
    EXPECT_GT(sequence.notes_size() + sequence.tempos_size(), 0);
    again += FrameRecord(record);
  }
  const int64_t records = reader->records_read();
  EXPECT_EQ(records, IsInTree(path) ? 4 : 12);
  EXPECT_EQ(again.size(), fs::file_size(path));
  RowsChecked(static_cast<size_t>(records), "notes.tfrecord, as records");
  if (records < 12) {
    std::puts(RowsLeftOut(static_cast<size_t>(12 - records), "notes.tfrecord, as records").c_str());
  }
}

TEST(TfRecordGolden, DenseExamplesOfMagentaParse) {
  const struct {
    const char* config;
    int input_size;
    int classes;
  } rows[] = {{"basic_rnn", 38, 38}, {"lookback_rnn", 121, 40}, {"attention_rnn", 74, 40}};
  size_t records = 0;
  for (const auto& row : rows) {
    const std::string path = Golden(std::string("models/") + row.config + "/examples.tfrecord");
    if (!fs::exists(path)) continue;
    auto reader = RecordReader::Open(path);
    ASSERT_TRUE(reader.ok());
    std::string record;
    while (reader->Next(&record).value()) {
      const auto example = ParseExample(record);
      ASSERT_TRUE(example.ok()) << example.status();
      const auto& dense = std::get<DenseExample>(*example);
      EXPECT_EQ(dense.input_size, row.input_size);
      EXPECT_EQ(dense.inputs.size(), dense.labels.size() * static_cast<size_t>(row.input_size));
      for (const int64_t label : dense.labels) EXPECT_LT(label, row.classes);
      const std::string ours = SerializeDense(dense);
      EXPECT_EQ(ours.size(), record.size()) << "ours may differ in the order of the map alone";
      EXPECT_EQ(std::get<DenseExample>(ParseExample(ours).value()), dense);
    }
    EXPECT_EQ(reader->records_read(), IsInTree(path) ? 1 : 2);
    records += static_cast<size_t>(reader->records_read());
  }
  EXPECT_GE(records, 1u);
  RowsChecked(records, "examples.tfrecord, as records");
  if (records < 6) std::puts(RowsLeftOut(6 - records, "examples.tfrecord, as records").c_str());
}

}  // namespace
}  // namespace magenta
