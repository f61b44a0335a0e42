#pragma once
// Files of sound: WAV written as it comes, FLAC and Ogg Vorbis by libsndfile.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// What sound is written as: PCM, the same packed without loss, or packed with it (a tenth).
enum class SoundFormat { kWav, kFlac, kOgg };

/// By the end of a file's name in any case; nullopt for all but .wav, .flac and .ogg.
std::optional<SoundFormat> SoundFormatOfName(std::string_view path);

/// A sound file that appears when it is whole: stereo, signed 16 bit. The same samples give the
/// same bytes; memory does not grow with them.
class SoundFile {
 public:
  /// `frames` is how many will be written, `sample_rate` frames a second. Errors: exit 5.
  static absl::StatusOr<std::unique_ptr<SoundFile>> Create(const std::string& path,
                                                           SoundFormat format, int64_t frames,
                                                           int sample_rate);
  virtual ~SoundFile() = default;
  /// Left and right by turns.
  virtual absl::Status Write(std::span<const int16_t> samples) = 0;
  /// Once, last.
  virtual absl::Status Commit() = 0;
};

}  // namespace magenta
