#include "magenta/io/record/byte_source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

class FileByteSource final : public ByteSource {
 public:
  /// `waits`: it is a pipe or a device, and `fd` does not block.
  FileByteSource(std::string path, int fd, bool waits, const std::atomic<bool>* stop)
      : path_(std::move(path)), fd_(fd), waits_(waits), stop_(stop) {}
  ~FileByteSource() override { ::close(fd_); }

 private:
  absl::StatusOr<size_t> ReadSome(std::span<char> out) override {
    // As long as nobody has begun to write, a pipe seems to be at its end.
    if (waits_ && !begun_) MAGENTA_RETURN_IF_ERROR(Wait());
    while (true) {
      const ssize_t n = ::read(fd_, out.data(), out.size());
      begun_ = true;
      if (n >= 0) return static_cast<size_t>(n);
      if (waits_ && errno == EAGAIN) {
        MAGENTA_RETURN_IF_ERROR(Wait());
      } else if (errno != EINTR) {
        return CannotRead();
      }
    }
  }

  // Until there are bytes, or nobody is left who writes.
  absl::Status Wait() const {
    constexpr int kMilliseconds = 100;
    pollfd asked = {fd_, POLLIN, 0};
    while (true) {
      if (stop_ != nullptr && *stop_) {
        return InterruptedError(fmt::format("stopped while waiting for {}", path_));
      }
      const int ready = ::poll(&asked, 1, kMilliseconds);
      if (ready > 0) return absl::OkStatus();
      if (ready < 0 && errno != EINTR) return CannotRead();
    }
  }

  absl::Status CannotRead() const {
    return InputError(path_, fmt::format("cannot read: {}", std::strerror(errno)));
  }

  const std::string path_;
  const int fd_;
  const bool waits_;
  const std::atomic<bool>* const stop_;
  bool begun_ = false;
};

class StringByteSource final : public ByteSource {
 public:
  explicit StringByteSource(std::string bytes) : bytes_(std::move(bytes)) {}

 private:
  absl::StatusOr<size_t> ReadSome(std::span<char> out) override {
    const size_t n = std::min(out.size(), bytes_.size() - at_);
    std::copy_n(bytes_.data() + at_, n, out.data());
    at_ += n;
    return n;
  }

  std::string bytes_;
  size_t at_ = 0;
};

class ZlibByteSource final : public ByteSource {
 public:
  ZlibByteSource(std::string name, std::unique_ptr<ByteSource> packed)
      : name_(std::move(name)), packed_(std::move(packed)), input_(kInputBytes, '\0') {
    ready_ = ::inflateInit2(&stream_, kEitherHeader) == Z_OK;
  }
  ~ZlibByteSource() override { ::inflateEnd(&stream_); }

 private:
  static constexpr size_t kInputBytes = size_t{1} << 16;
  static constexpr int kEitherHeader = 15 + 32;  // 32 KiB window; gzip or zlib, told by its header

  absl::Status Bad(const char* what) const {
    return InputError(name_, fmt::format("compressed data is corrupt near byte {}: {}",
                                         taken_ - stream_.avail_in, what));
  }

  absl::Status Refill() {
    MAGENTA_ASSIGN_OR_RETURN(const size_t n, packed_->Read({input_.data(), input_.size()}));
    taken_ += n;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(n);
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> ReadSome(std::span<char> out) override {
    if (!ready_) return absl::ResourceExhaustedError("no memory to unpack with");
    if (!failure_.ok()) return failure_;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(std::min(out.size(), size_t{1} << 30));
    const uInt room = stream_.avail_out;
    while (stream_.avail_out == room) {
      if (stream_.avail_in == 0) MAGENTA_RETURN_IF_ERROR(Refill());
      if (stream_.avail_in == 0) {
        if (ended_) return size_t{0};
        return Bad("it is cut short");
      }
      if (ended_) {
        if (stream_.next_in[0] != 0x1f) return Bad("bytes after its end");
        ::inflateReset(&stream_);
        ended_ = false;
      }
      const int code = ::inflate(&stream_, Z_NO_FLUSH);
      ended_ = code == Z_STREAM_END;
      if (code != Z_OK && !ended_ && code != Z_BUF_ERROR) {
        failure_ = Bad(stream_.msg != nullptr ? stream_.msg : "not gzip or zlib");
        if (stream_.avail_out == room) return failure_;
      }
    }
    return size_t{room - stream_.avail_out};
  }

  std::string name_;
  std::unique_ptr<ByteSource> packed_;
  std::string input_;
  z_stream stream_{};
  uint64_t taken_ = 0;
  bool ready_ = false;
  bool ended_ = false;
  absl::Status failure_;  // given after what was unpacked before it
};

}  // namespace

absl::Status ByteSource::Fill(size_t wanted) {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  while (end_ < wanted) {
    MAGENTA_ASSIGN_OR_RETURN(const size_t n, ReadSome({buffer_.get() + end_, kBufferBytes - end_}));
    if (n == 0) break;
    end_ += n;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::span<const char>> ByteSource::Peek(size_t wanted) {
  wanted = std::min(wanted, kBufferBytes);
  if (end_ - begin_ < wanted) MAGENTA_RETURN_IF_ERROR(Fill(wanted));
  return std::span<const char>(buffer_.get() + begin_, std::min(wanted, end_ - begin_));
}

absl::StatusOr<size_t> ByteSource::Read(std::span<char> out) {
  size_t done = 0;
  while (done < out.size()) {
    if (begin_ == end_) {
      const size_t left = out.size() - done;
      if (left >= kBufferBytes) {
        MAGENTA_ASSIGN_OR_RETURN(const size_t n, ReadSome(out.subspan(done)));
        if (n == 0) break;
        done += n;
        continue;
      }
      MAGENTA_RETURN_IF_ERROR(Fill(1));
      if (begin_ == end_) break;
    }
    const size_t n = std::min(out.size() - done, end_ - begin_);
    std::memcpy(out.data() + done, buffer_.get() + begin_, n);
    begin_ += n;
    done += n;
  }
  return done;
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path,
                                                           const std::atomic<bool>* stop) {
  struct stat info {};
  const bool known = ::stat(path.c_str(), &info) == 0;
  if (known && S_ISDIR(info.st_mode)) return InputError(path, "is a folder, not a file");
  // Opening a pipe would block until somebody writes to it.
  const bool waits = known && !S_ISREG(info.st_mode);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (waits ? O_NONBLOCK : 0));
  if (fd < 0) {
    return MissingInputError(path, fmt::format("cannot open: {}", std::strerror(errno)));
  }
  return std::make_unique<FileByteSource>(path, fd, waits, stop);
}

std::unique_ptr<ByteSource> MemoryByteSource(std::string bytes) {
  return std::make_unique<StringByteSource>(std::move(bytes));
}

std::unique_ptr<ByteSource> InflatingByteSource(std::string name,
                                                std::unique_ptr<ByteSource> packed) {
  return std::make_unique<ZlibByteSource>(std::move(name), std::move(packed));
}

}  // namespace magenta
