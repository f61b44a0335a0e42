// The reader takes a record's 12-byte head, checks it by its own CRC, and only then believes the
// length; even so it never asks for more memory than twice what has already arrived.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/record/byte_source.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/record/tfrecord.h"

namespace magenta {
namespace {

constexpr size_t kHeadBytes = 12;
constexpr size_t kLengthBytes = 8;
constexpr size_t kTailBytes = 4;
constexpr size_t kFirstChunk = size_t{1} << 18;

template <typename T>
T LittleEndianAt(const char* p) {
  T value = 0;
  for (size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<uint8_t>(p[i]);
  return value;
}

bool HeadIsWhole(std::span<const char> head) {
  return head.size() == kHeadBytes && MaskedCrc32c({head.data(), kLengthBytes}) ==
                                          LittleEndianAt<uint32_t>(head.data() + kLengthBytes);
}

// The two bytes that a gzip file, or a zlib stream with a window of 32 KiB, begins with.
bool LooksCompressed(std::span<const char> head) {
  if (head.size() < 2) return false;
  const auto a = static_cast<uint8_t>(head[0]);
  const auto b = static_cast<uint8_t>(head[1]);
  return (a == 0x1f && b == 0x8b) || (a == 0x78 && (a * 256 + b) % 31 == 0);
}

// A plain file whose first length happens to begin with those two bytes has a head that checks out.
absl::StatusOr<std::unique_ptr<ByteSource>> UnpackIfCompressed(std::string name,
                                                               std::unique_ptr<ByteSource> source) {
  MAGENTA_ASSIGN_OR_RETURN(const std::span<const char> head, source->Peek(kHeadBytes));
  if (!HeadIsWhole(head) && LooksCompressed(head)) {
    return InflatingByteSource(std::move(name), std::move(source));
  }
  return source;
}

// Reads `size` bytes at the end of `*record`, doubling it as they arrive. Gives how many came.
absl::StatusOr<uint64_t> ReadGrowing(ByteSource& source, uint64_t size, std::string* record) {
  record->clear();
  while (record->size() < size) {
    const size_t have = record->size();
    const size_t more = std::min<uint64_t>(size - have, std::max(have, kFirstChunk));
    record->resize(have + more);
    MAGENTA_ASSIGN_OR_RETURN(const size_t n, source.Read({record->data() + have, more}));
    if (n < more) {
      record->resize(have + n);
      break;
    }
  }
  return record->size();
}

}  // namespace

bool BeginsAsRecords(std::string_view head) {
  const std::span<const char> bytes(head.data(), std::min(head.size(), kHeadBytes));
  return HeadIsWhole(bytes) || LooksCompressed(bytes);
}

RecordReader::RecordReader(std::string name, std::unique_ptr<ByteSource> source)
    : name_(std::move(name)), source_(std::move(source)) {}
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;
RecordReader::~RecordReader() = default;

absl::StatusOr<RecordReader> RecordReader::Open(const std::string& path,
                                                const std::atomic<bool>* stop) {
  MAGENTA_ASSIGN_OR_RETURN(auto file, OpenByteSource(path, stop));
  MAGENTA_ASSIGN_OR_RETURN(auto source, UnpackIfCompressed(path, std::move(file)));
  return RecordReader(path, std::move(source));
}

absl::StatusOr<RecordReader> RecordReader::FromBytes(std::string bytes, const std::string& name) {
  MAGENTA_ASSIGN_OR_RETURN(auto source,
                           UnpackIfCompressed(name, MemoryByteSource(std::move(bytes))));
  return RecordReader(name, std::move(source));
}

absl::Status RecordReader::Corrupt(const std::string& what) const {
  return InputError(name_, fmt::format("record {} at byte {}: {}", records_read_, offset_, what),
                    records_read_ == 0 ? "Is it a TFRecord file?" : "Copy or make the file again");
}

// `read`, an error of it with the record at hand; an interruption stays as it is.
template <typename T>
absl::StatusOr<T> RecordReader::Here(absl::StatusOr<T> read) const {
  if (read.ok() || absl::IsCancelled(read.status())) return read;
  return Corrupt(ErrorMessage(read.status()));
}

absl::Status RecordReader::Truncated(uint64_t wanted, uint64_t found) {
  truncated_ = true;
  return Corrupt(fmt::format("the file ends after {} of its {} bytes", found, wanted));
}

absl::StatusOr<bool> RecordReader::Read(std::string* record) {
  char head[kHeadBytes];
  MAGENTA_ASSIGN_OR_RETURN(const size_t head_bytes, Here(source_->Read(head)));
  if (head_bytes == 0) return false;
  if (head_bytes < kHeadBytes) return Truncated(kHeadBytes, head_bytes);
  if (!HeadIsWhole(head)) return Corrupt("wrong checksum of its length");
  const auto length = LittleEndianAt<uint64_t>(head);
  if (const absl::Status fits = CheckFileBytes(length); !fits.ok()) {
    return InputError(
        name_, fmt::format("record {} at byte {}: {}", records_read_, offset_, ErrorMessage(fits)),
        ErrorRemedy(fits));
  }
  MAGENTA_ASSIGN_OR_RETURN(const uint64_t found, Here(ReadGrowing(*source_, length, record)));
  const uint64_t whole = kHeadBytes + length + kTailBytes;
  if (found < length) return Truncated(whole, kHeadBytes + found);
  char tail[kTailBytes];
  MAGENTA_ASSIGN_OR_RETURN(const size_t tail_bytes, Here(source_->Read(tail)));
  if (tail_bytes < kTailBytes) return Truncated(whole, kHeadBytes + length + tail_bytes);
  if (MaskedCrc32c(*record) != LittleEndianAt<uint32_t>(tail)) {
    return Corrupt(fmt::format("wrong checksum of its {} bytes of data", length));
  }
  offset_ += whole;
  ++records_read_;
  return true;
}

absl::StatusOr<bool> RecordReader::Next(std::string* record) {
  if (!failure_.ok()) return failure_;
  absl::StatusOr<bool> more = Read(record);
  if (!more.ok()) failure_ = more.status();
  return more;
}

}  // namespace magenta
