#pragma once
// TFRecord files: a sequence of byte strings, each with its length and two checksums.
// Grammar, example and rationale: docs/formats/tfrecord.md.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/base/files.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

class ByteSource;  // byte_source.h
class Deflater;    // record_writer.cc

/// How a whole TFRecord file is compressed.
enum class Compression { kNone, kGzip, kZlib };

/// Longest record that is read: a record is a piece.
inline constexpr uint64_t kMaxRecordBytes = kPieceLimits.file_bytes;

/// Whether a file that begins with `head` (12 bytes do) is a TFRecord: the checksum of its first
/// length is right, or it begins as gzip or zlib (of a 32 KiB window) do.
bool BeginsAsRecords(std::string_view head);

/// Reads records one after the other. Memory: a buffer of 256 KiB, and the record at hand, which
/// grows as its bytes arrive, whatever length the file claims.
class RecordReader {
 public:
  /// Opens `path`; plain, gzip or zlib is told by its first bytes. A missing file is exit 3.
  /// Waiting for a pipe ends when `*stop` (if there is one; it must outlive the reader) is set.
  static absl::StatusOr<RecordReader> Open(const std::string& path,
                                           const std::atomic<bool>* stop = nullptr);

  /// Reads from memory; `name` stands for the file in errors.
  static absl::StatusOr<RecordReader> FromBytes(std::string bytes, const std::string& name);

  RecordReader(RecordReader&&) noexcept;
  RecordReader& operator=(RecordReader&&) noexcept;
  ~RecordReader();

  /// Puts the next record into `*record` (its capacity is used again) and says true; false at a
  /// clean end. Errors name the file, the record (from 0) and the byte offset at which it begins
  /// (of the uncompressed stream): wrong checksum, cut file, bad compression, over
  /// kMaxRecordBytes. After an error every further call gives the same one.
  absl::StatusOr<bool> Next(std::string* record);

  /// Records given out so far.
  int64_t records_read() const { return records_read_; }

  /// Whether the error was that the file ends in the midst of a record, as one does whose writer
  /// was stopped; all records before are whole.
  bool truncated() const { return truncated_; }

 private:
  RecordReader(std::string name, std::unique_ptr<ByteSource> source);
  absl::StatusOr<bool> Read(std::string* record);
  absl::Status Truncated(uint64_t wanted, uint64_t found);
  absl::Status Corrupt(const std::string& what) const;
  template <typename T>
  absl::StatusOr<T> Here(absl::StatusOr<T> read) const;

  std::string name_;
  std::unique_ptr<ByteSource> source_;
  absl::Status failure_;
  int64_t records_read_ = 0;
  uint64_t offset_ = 0;  // of the record at hand
  bool truncated_ = false;
};

/// Writes a TFRecord file that appears under its name only when it is whole.
class RecordWriter {
 public:
  /// Begins `path` under a temporary name beside it. Not writable: exit 5.
  static absl::StatusOr<RecordWriter> Create(const std::string& path,
                                             Compression compression = Compression::kNone);

  RecordWriter(RecordWriter&&) noexcept;
  RecordWriter& operator=(RecordWriter&&) = delete;
  /// Without Commit() nothing is left behind.
  ~RecordWriter();

  /// Adds one record. Errors are those of the disk (exit 5).
  absl::Status Write(std::string_view record);

  /// Flushes, fsyncs and renames. Once, last.
  absl::Status Commit();

  /// Records taken by Write(); they are on disk after Commit() alone.
  int64_t records_written() const { return records_written_; }

 private:
  RecordWriter(OutputFile file, Compression compression);
  absl::Status Append(std::string_view bytes);
  absl::Status Drain();

  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<Deflater> deflater_;  // null when not compressed
  std::string buffer_;
  int64_t records_written_ = 0;
};

/// One record with its frame: length u64 LE, masked CRC of those 8 bytes, data, masked CRC of data.
std::string FrameRecord(std::string_view record);

}  // namespace magenta
