#pragma once
// Where a RecordReader's bytes come from: a file or memory, unpacked on the way when compressed.

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace magenta {

/// A stream of bytes with a buffer in front of it.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills `out` as far as there are bytes; fewer than asked for only at the end. Errors name the
  /// file (unreadable, bad compression).
  absl::StatusOr<size_t> Read(std::span<char> out);

  /// The next bytes without taking them, at most kBufferBytes; fewer only at the end.
  absl::StatusOr<std::span<const char>> Peek(size_t wanted);

  static constexpr size_t kBufferBytes = size_t{1} << 18;

 protected:
  /// Some of the next bytes, at least one unless at the end.
  virtual absl::StatusOr<size_t> ReadSome(std::span<char> out) = 0;

 private:
  absl::Status Fill(size_t wanted);

  std::unique_ptr<char[]> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

/// The bytes of a file. Missing or a folder: exit 3. Waiting for a pipe ends when `*stop` (if
/// there is one; it must outlive the source) is set: exit 130.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenByteSource(const std::string& path,
                                                           const std::atomic<bool>* stop = nullptr);

/// Bytes in memory.
std::unique_ptr<ByteSource> MemoryByteSource(std::string bytes);

/// What `packed` (gzip with any number of members, or zlib) unpacks to, in bounded memory. Where it
/// is corrupt or cut, or has bytes after its end, all that came before is given, then an error.
std::unique_ptr<ByteSource> InflatingByteSource(std::string name,
                                                std::unique_ptr<ByteSource> packed);

}  // namespace magenta
