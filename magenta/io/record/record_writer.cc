// Records gather in a buffer that goes to the file, or through zlib, 256 KiB at a time.
#include <zlib.h>

#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/record/tfrecord.h"

namespace magenta {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 18;

template <typename T>
void AppendLittleEndian(T value, std::string* out) {
  for (size_t i = 0; i < sizeof(T); ++i) out->push_back(static_cast<char>(value >> 8 * i));
}

void AppendFrameHead(std::string_view record, std::string* out) {
  std::string length;
  AppendLittleEndian<uint64_t>(record.size(), &length);
  *out += length;
  AppendLittleEndian(MaskedCrc32c(length), out);
}

}  // namespace

/// zlib's state stays where it was made: it points to itself.
class Deflater {
 public:
  explicit Deflater(Compression compression) {
    const int window = compression == Compression::kGzip ? 15 + 16 : 15;
    ready_ = ::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK;
    header_.hcrc = 1;  // gzip's own header is under a checksum only when asked
    header_.os = kUnknownSystem;
    if (compression == Compression::kGzip) ready_ &= ::deflateSetHeader(&stream_, &header_) == Z_OK;
  }
  ~Deflater() { ::deflateEnd(&stream_); }

  absl::Status Write(std::string_view bytes, int flush, OutputFile& file) {
    if (!ready_) return absl::ResourceExhaustedError("no memory to compress with");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_);
      stream_.avail_out = sizeof out_;
      MAGENTA_CHECK(::deflate(&stream_, flush) != Z_STREAM_ERROR);
      MAGENTA_RETURN_IF_ERROR(file.Write({out_, sizeof out_ - stream_.avail_out}));
    } while (stream_.avail_out == 0);
    return absl::OkStatus();
  }

 private:
  static constexpr int kUnknownSystem = 255;
  z_stream stream_{};
  gz_header header_{};
  bool ready_ = false;
  char out_[1 << 16];
};

RecordWriter::RecordWriter(OutputFile file, Compression compression)
    : file_(std::make_unique<OutputFile>(std::move(file))) {
  if (compression != Compression::kNone) deflater_ = std::make_unique<Deflater>(compression);
  buffer_.reserve(kWriteBytes);
}
RecordWriter::RecordWriter(RecordWriter&&) noexcept = default;
RecordWriter::~RecordWriter() = default;

absl::StatusOr<RecordWriter> RecordWriter::Create(const std::string& path,
                                                  Compression compression) {
  MAGENTA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  return RecordWriter(std::move(file), compression);
}

absl::Status RecordWriter::Drain() {
  absl::Status status =
      deflater_ ? deflater_->Write(buffer_, Z_NO_FLUSH, *file_) : file_->Write(buffer_);
  buffer_.clear();
  return status;
}

// Longer pieces go past the buffer in slices, so that zlib's 32-bit counts never overflow.
absl::Status RecordWriter::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, kWriteBytes - buffer_.size());
    buffer_ += slice;
    bytes.remove_prefix(slice.size());
    if (buffer_.size() == kWriteBytes) MAGENTA_RETURN_IF_ERROR(Drain());
  }
  return absl::OkStatus();
}

absl::Status RecordWriter::Write(std::string_view record) {
  std::string head;
  AppendFrameHead(record, &head);
  MAGENTA_RETURN_IF_ERROR(Append(head));
  MAGENTA_RETURN_IF_ERROR(Append(record));
  std::string tail;
  AppendLittleEndian(MaskedCrc32c(record), &tail);
  MAGENTA_RETURN_IF_ERROR(Append(tail));
  ++records_written_;
  return absl::OkStatus();
}

absl::Status RecordWriter::Commit() {
  MAGENTA_RETURN_IF_ERROR(Drain());
  if (deflater_) MAGENTA_RETURN_IF_ERROR(deflater_->Write({}, Z_FINISH, *file_));
  return file_->Commit();
}

std::string FrameRecord(std::string_view record) {
  std::string frame;
  frame.reserve(record.size() + 16);
  AppendFrameHead(record, &frame);
  frame += record;
  AppendLittleEndian(MaskedCrc32c(record), &frame);
  return frame;
}

}  // namespace magenta
