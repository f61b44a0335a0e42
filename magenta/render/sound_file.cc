// FLAC's header is written last, so libsndfile works on a file without a name, which is then copied
// to where it shall be. Ogg wants a number for its stream, which libsndfile draws from the clock:
// the pages get a fixed one on the way.
#include "magenta/render/sound_file.h"

#include <fmt/core.h>
#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

void AppendLittleEndian(std::string& bytes, uint32_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

/// The 44 bytes before the samples.
std::string WavHeader(int64_t frames, int sample_rate) {
  const uint32_t data_bytes = static_cast<uint32_t>(frames * 4);
  std::string header = "RIFF";
  AppendLittleEndian(header, 36 + data_bytes, 4);
  header += "WAVEfmt ";
  AppendLittleEndian(header, 16, 4);
  AppendLittleEndian(header, 1, 2);  // PCM
  AppendLittleEndian(header, 2, 2);  // channels
  AppendLittleEndian(header, sample_rate, 4);
  AppendLittleEndian(header, sample_rate * 4, 4);
  AppendLittleEndian(header, 4, 2);
  AppendLittleEndian(header, 16, 2);
  header += "data";
  AppendLittleEndian(header, data_bytes, 4);
  return header;
}

class WavFile : public SoundFile {
 public:
  explicit WavFile(OutputFile file) : file_(std::move(file)) {}
  absl::Status Write(std::span<const int16_t> samples) override {
    bytes_.clear();
    for (const int16_t sample : samples) {
      AppendLittleEndian(bytes_, static_cast<uint16_t>(sample), 2);
    }
    return file_.Write(bytes_);
  }
  absl::Status WriteHeader(int64_t frames, int rate) {
    return file_.Write(WavHeader(frames, rate));
  }
  absl::Status Commit() override { return file_.Commit(); }

 private:
  OutputFile file_;
  std::string bytes_;
};

/// Ogg's sum over a page, polynomial 0x04c11db7 from the highest bit, its own field taken as zero.
uint32_t OggSum(std::string_view page) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> sums{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t sum = i << 24;
      for (int bit = 0; bit < 8; ++bit) sum = sum << 1 ^ (sum >> 31 ? 0x04c11db7u : 0u);
      sums[i] = sum;
    }
    return sums;
  }();
  uint32_t sum = 0;
  for (const char c : page) sum = sum << 8 ^ table[sum >> 24 ^ static_cast<unsigned char>(c)];
  return sum;
}

/// Gives the page a stream number that is always the same.
void NumberOggPage(std::string& page) {
  constexpr size_t kSerial = 14, kSum = 22;
  std::fill(page.begin() + kSerial, page.begin() + kSerial + 4, '\1');
  std::fill(page.begin() + kSum, page.begin() + kSum + 4, '\0');
  std::string sum;
  AppendLittleEndian(sum, OggSum(page), 4);
  std::copy(sum.begin(), sum.end(), page.begin() + kSum);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class PackedFile : public SoundFile {
 public:
  PackedFile(OutputFile file, std::string path, SoundFormat format)
      : file_(std::move(file)), path_(std::move(path)), format_(format) {}
  ~PackedFile() override {
    if (sound_ != nullptr) sf_close(sound_);
  }

  absl::Status Open(int sample_rate) {
    work_.reset(std::tmpfile());
    if (work_ == nullptr) {
      return OutsideError(std::filesystem::temp_directory_path().string(),
                          "cannot make a temporary file");
    }
    SF_INFO info{};
    info.samplerate = sample_rate;
    info.channels = 2;
    info.format = format_ == SoundFormat::kFlac ? SF_FORMAT_FLAC | SF_FORMAT_PCM_16
                                                : SF_FORMAT_OGG | SF_FORMAT_VORBIS;
    sound_ = sf_open_fd(fileno(work_.get()), SFM_WRITE, &info, SF_FALSE);
    if (sound_ == nullptr) {
      return OutsideError(path_, fmt::format("libsndfile: {}", sf_strerror(nullptr)));
    }
    double quality = 0.6;  // of Vorbis: about 190 kbit a second at most
    if (format_ == SoundFormat::kOgg) {
      sf_command(sound_, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
    }
    return absl::OkStatus();
  }

  absl::Status Write(std::span<const int16_t> samples) override {
    const auto frames = static_cast<sf_count_t>(samples.size() / 2);
    if (sf_writef_short(sound_, samples.data(), frames) == frames) return absl::OkStatus();
    return OutsideError(path_, fmt::format("libsndfile: {}", sf_strerror(sound_)));
  }

  absl::Status Commit() override {
    if (sf_close(std::exchange(sound_, nullptr)) != 0) {
      return OutsideError(path_, "cannot be written: no room for temporary files?");
    }
    std::rewind(work_.get());
    MAGENTA_RETURN_IF_ERROR(format_ == SoundFormat::kOgg ? CopyOgg() : Copy());
    return file_.Commit();
  }

 private:
  absl::Status Copy() {
    std::string bytes(1 << 16, '\0');
    while (const size_t got = std::fread(bytes.data(), 1, bytes.size(), work_.get())) {
      MAGENTA_RETURN_IF_ERROR(file_.Write(std::string_view(bytes).substr(0, got)));
    }
    return CheckRead();
  }

  absl::Status CheckRead() const {
    return std::ferror(work_.get()) == 0
               ? absl::OkStatus()
               : OutsideError(path_, "the temporary file that it is made from cannot be read");
  }

  bool Read(std::string& bytes, size_t size) {
    const size_t before = bytes.size();
    bytes.resize(before + size);
    return std::fread(bytes.data() + before, 1, size, work_.get()) == size;
  }

  absl::Status CopyOgg() {
    constexpr size_t kHead = 27;
    std::string page;
    while (Read(page, kHead)) {
      const auto segments = static_cast<unsigned char>(page[kHead - 1]);
      bool whole = page.starts_with("OggS") && Read(page, segments);
      size_t body = 0;
      for (size_t i = kHead; whole && i < page.size(); ++i) {
        body += static_cast<unsigned char>(page[i]);
      }
      whole = whole && Read(page, body);
      if (!whole) return OutsideError(path_, "libsndfile wrote no whole Ogg file");
      NumberOggPage(page);
      MAGENTA_RETURN_IF_ERROR(file_.Write(page));
      page.clear();
    }
    return CheckRead();
  }

  OutputFile file_;
  std::string path_;
  SoundFormat format_;
  std::unique_ptr<std::FILE, CloseFile> work_;
  SNDFILE* sound_ = nullptr;
};

}  // namespace

std::optional<SoundFormat> SoundFormatOfName(std::string_view path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (ending == ".wav") return SoundFormat::kWav;
  if (ending == ".flac") return SoundFormat::kFlac;
  if (ending == ".ogg") return SoundFormat::kOgg;
  return std::nullopt;
}

absl::StatusOr<std::unique_ptr<SoundFile>> SoundFile::Create(const std::string& path,
                                                             SoundFormat format, int64_t frames,
                                                             int sample_rate) {
  MAGENTA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  if (format == SoundFormat::kWav) {
    auto wav = std::make_unique<WavFile>(std::move(file));
    MAGENTA_RETURN_IF_ERROR(wav->WriteHeader(frames, sample_rate));
    return wav;
  }
  auto packed = std::make_unique<PackedFile>(std::move(file), path, format);
  MAGENTA_RETURN_IF_ERROR(packed->Open(sample_rate));
  return packed;
}

}  // namespace magenta
