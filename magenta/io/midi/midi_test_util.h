#pragma once
// For tests: MIDI files from hexadecimal text, ways to break them, and readings as text.

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/io/midi/midi_file.h"

namespace magenta {

/// The bytes that `hex` names, two digits a byte; anything else separates.
inline std::string Hex(std::string_view hex) {
  std::string bytes;
  int digits = 0;
  int value = 0;
  for (char c : hex) {
    if (!std::isxdigit(static_cast<unsigned char>(c))) continue;
    value = value << 4 | std::stoi(std::string(1, c), nullptr, 16);
    if (++digits % 2 == 0) {
      bytes += static_cast<char>(value);
      value = 0;
    }
  }
  return bytes;
}

inline std::string BigEndian(uint64_t value, int bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
  return out;
}

/// A file that can be spoilt: each call changes it and returns it.
class MidiBytes {
 public:
  /// Header with ticks of a millisecond at 120 quarters a minute (500 a quarter) and one chunk a
  /// track of `tracks` (hexadecimal events; End Of Track is added).
  explicit MidiBytes(const std::vector<std::string>& tracks, int format = 1, int division = 500) {
    bytes_ = "MThd" + BigEndian(6, 4) + BigEndian(format, 2) + BigEndian(tracks.size(), 2) +
             BigEndian(division, 2);
    for (const std::string& track : tracks) Chunk("MTrk", Hex(track + " 00 FF 2F 00"));
  }

  MidiBytes& Chunk(const std::string& id, const std::string& body) {
    return Append(id + BigEndian(body.size(), 4) + body);
  }
  MidiBytes& Append(const std::string& bytes) { return Insert(bytes_.size(), bytes); }
  MidiBytes& Insert(size_t at, const std::string& bytes) {
    bytes_.insert(at, bytes);
    return *this;
  }
  MidiBytes& SetByte(size_t at, int value) {
    bytes_.at(at) = static_cast<char>(value);
    return *this;
  }
  MidiBytes& Shrink(size_t by) {
    bytes_.resize(bytes_.size() - by);
    return *this;
  }
  const std::string& Read() const { return bytes_; }

 private:
  std::string bytes_;
};

/// RIFF around `smf`, as .rmi files have it.
inline std::string InRiff(const std::string& smf) {
  auto little = [](uint64_t value) {
    std::string big = BigEndian(value, 4);
    return std::string(big.rbegin(), big.rend());
  };
  std::string data = "data" + little(smf.size()) + smf + (smf.size() % 2 ? std::string(1, 0) : "");
  std::string body = "RMIDinfo" + little(3) + std::string("abc\0", 4) + data;
  return "RIFF" + little(body.size()) + body;
}

/// One word an item: q tempo (unless 120 at 0 alone), m meter, k key/mode, i instrument name,
/// n pitch:velocity[start,end], c controller=value, b bend; i and p are instrument and program.
inline std::string DumpSequence(const NoteSequence& sequence) {
  std::vector<std::string> words;
  const auto& tempos = sequence.tempos();
  if (tempos.size() != 1 || tempos[0].time() != 0 ||
      fmt::format("{:.10g}", tempos[0].qpm()) != "120") {
    for (const auto& t : tempos)
      words.push_back(fmt::format("q{:.10g}@{:.10g}", t.qpm(), t.time()));
  }
  for (const auto& m : sequence.time_signatures()) {
    words.push_back(fmt::format("m{}/{}@{:.10g}", m.numerator(), m.denominator(), m.time()));
  }
  for (const auto& k : sequence.key_signatures()) {
    words.push_back(fmt::format("k{}/{}@{:.10g}", int(k.key()), int(k.mode()), k.time()));
  }
  for (const auto& i : sequence.instrument_infos()) {
    words.push_back(fmt::format("i{}={}", i.instrument(), i.name()));
  }
  for (const auto& n : sequence.notes()) {
    words.push_back(fmt::format("n{}:{}[{:.10g},{:.10g}]i{}p{}{}", n.pitch(), n.velocity(),
                                n.start_time(), n.end_time(), n.instrument(), n.program(),
                                n.is_drum() ? "drum" : ""));
  }
  for (const auto& c : sequence.control_changes()) {
    words.push_back(fmt::format("c{}={}@{:.10g}i{}p{}", c.control_number(), c.control_value(),
                                c.time(), c.instrument(), c.program()));
  }
  for (const auto& b : sequence.pitch_bends()) {
    words.push_back(fmt::format("b{}@{:.10g}i{}", b.bend(), b.time(), b.instrument()));
  }
  std::string dump;
  for (const std::string& word : words) dump += (dump.empty() ? "" : " ") + word;
  return dump;
}

inline std::string DumpWarnings(const MidiReading& reading) {
  std::string dump;
  for (const MidiWarning& w : reading.warnings) dump += (dump.empty() ? "" : "\n") + WarningLine(w);
  return dump;
}

/// The shared folder of test data and figures (MAGENTA_SHARED, or ../shared).
inline std::filesystem::path SharedFolder() {
  const char* folder = std::getenv("MAGENTA_SHARED");
  return folder != nullptr ? folder : "../shared";
}

inline std::string FileBytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

}  // namespace magenta
