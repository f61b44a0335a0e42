#include "magenta/render/sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <numbers>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

class SoundTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("magenta-sound-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    const auto font = FindSoundFont("");
    if (!font.ok()) GTEST_SKIP() << ErrorLine(font.status());
    options_.sound_font = *font;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const char* name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
  SoundOptions options_;
};

NoteSequence OneNote(int pitch, double start, double end) {
  NoteSequence sequence;
  auto* note = sequence.add_notes();
  note->set_pitch(pitch);
  note->set_velocity(100);
  note->set_start_time(start);
  note->set_end_time(end);
  return sequence;
}

/// Left channel of a 16-bit stereo file.
std::vector<double> LeftOf(const std::string& wav) {
  std::vector<double> samples;
  for (size_t i = 44; i + 4 <= wav.size(); i += 4) {
    int16_t value;
    std::memcpy(&value, wav.data() + i, 2);
    samples.push_back(value / 32768.0);
  }
  return samples;
}

/// Power at `hertz` in frames [from, from + 44100).
double PowerAt(const std::vector<double>& samples, size_t from, double hertz) {
  double real = 0, imaginary = 0;
  for (size_t i = 0; i < 44100; ++i) {
    const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 44100;
    real += samples[from + i] * std::cos(phase);
    imaginary += samples[from + i] * std::sin(phase);
  }
  return real * real + imaginary * imaginary;
}

TEST_F(SoundTest, WritesAWavOfTheRightLengthAndLevel) {
  const auto report = RenderSound(OneNote(69, 0, 1.5), options_, Path("a.wav"));
  ASSERT_TRUE(report.ok()) << ErrorLine(report.status());
  EXPECT_EQ(report->frames, 154350);
  EXPECT_NEAR(report->peak_dbfs, -4.5, 0.01);
  const std::string wav = *ReadFile(Path("a.wav"));
  EXPECT_EQ(wav.size(), 44u + 154350 * 4);
  EXPECT_EQ(wav.substr(0, 4) + wav.substr(8, 8), "RIFFWAVEfmt ");
}

TEST_F(SoundTest, SoundsThePitchWhereTheNoteStands) {
  ASSERT_TRUE(RenderSound(OneNote(69, 1, 2), options_, Path("a.wav")).ok());
  const auto samples = LeftOf(*ReadFile(Path("a.wav")));
  EXPECT_GT(PowerAt(samples, 44100, 440), 100 * PowerAt(samples, 44100, 466.16));
  EXPECT_GT(PowerAt(samples, 44100, 440), 100 * PowerAt(samples, 44100, 415.30));
  for (size_t i = 0; i < 44000; ++i) ASSERT_LT(std::abs(samples[i]), 0.001) << i;
}

TEST_F(SoundTest, SameBytesTwice) {
  ASSERT_TRUE(RenderSound(OneNote(60, 0, 1), options_, Path("a.wav")).ok());
  ASSERT_TRUE(RenderSound(OneNote(60, 0, 1), options_, Path("b.wav")).ok());
  EXPECT_EQ(*ReadFile(Path("a.wav")), *ReadFile(Path("b.wav")));
}

TEST_F(SoundTest, SilenceIsSilent) {
  const auto report = RenderSound(NoteSequence(), options_, Path("a.wav"));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->frames, 88200);
  EXPECT_TRUE(std::isinf(report->peak_dbfs));
}

TEST_F(SoundTest, LeavesNothingWhenStopped) {
  options_.progress = [](double) { return false; };
  const auto report = RenderSound(OneNote(60, 0, 60), options_, Path("a.wav"));
  EXPECT_EQ(ExitStatus(report.status()), 130);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(SoundTest, NamesAFontThatIsNone) {
  ASSERT_TRUE(WriteFile(Path("x.sf2"), "no font").ok());
  options_.sound_font = Path("x.sf2");
  const auto report = RenderSound(OneNote(60, 0, 1), options_, Path("a.wav"));
  EXPECT_EQ(ExitStatus(report.status()), 3);
  EXPECT_THAT(ErrorLine(report.status()), HasSubstr("x.sf2: is no sound font"));
  const auto missing = FindSoundFont(Path("y.sf2"));
  EXPECT_EQ(ExitStatus(missing.status()), 3);
}

/// Both hold the samples of the WAV file; Ogg's are near.
TEST_F(SoundTest, PackedFilesHoldTheSame) {
  const NoteSequence note = OneNote(69, 0.25, 1);
  ASSERT_TRUE(RenderSound(note, options_, Path("a.wav")).ok());
  const std::string wav = *ReadFile(Path("a.wav"));
  for (const char* name : {"a.flac", "a.OGG"}) {
    const auto report = RenderSound(note, options_, Path(name));
    ASSERT_TRUE(report.ok()) << report.status();
    const std::string bytes = *ReadFile(Path(name));
    EXPECT_EQ(bytes.substr(0, 4), name[2] == 'f' ? "fLaC" : "OggS");
    EXPECT_LT(bytes.size(), wav.size() * 2 / 3) << name;
    SF_INFO info{};
    SNDFILE* file = sf_open(Path(name).c_str(), SFM_READ, &info);
    ASSERT_NE(file, nullptr) << name;
    EXPECT_EQ(info.frames, report->frames) << name;
    EXPECT_EQ(info.samplerate, 44100);
    std::vector<int16_t> samples(2 * info.frames);
    EXPECT_EQ(sf_readf_short(file, samples.data(), info.frames), info.frames) << name;
    sf_close(file);
    const std::vector<double> left = LeftOf(wav);
    double worst = 0;
    for (size_t i = 0; i < left.size(); ++i) {
      worst = std::max(worst, std::abs(left[i] - samples[2 * i] / 32768.0));
    }
    EXPECT_LE(worst, name[2] == 'f' ? 0 : 0.05) << name;
    // The same bytes each time.
    ASSERT_TRUE(RenderSound(note, options_, Path(name)).ok());
    EXPECT_EQ(*ReadFile(Path(name)), bytes) << name;
  }
}

}  // namespace
}  // namespace magenta
