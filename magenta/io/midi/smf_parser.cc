// The chunks of a file: the header wherever it stands, then tracks, stepping over what is none.

#include "magenta/io/midi/smf_parser.h"

#include <algorithm>

#include "magenta/base/status.h"
#include "magenta/io/midi/smf_track.h"

namespace magenta {
namespace {

/// How far into a file a header is looked for (a MacBinary wrapper has 128 bytes).
constexpr uint64_t kMaxLeadingBytes = 4096;
constexpr int kFallbackTicksPerQuarter = 480;
constexpr int kFallbackTicksPerFrame = 40;
constexpr const char* kRemedy = "Give a Standard MIDI File (.mid, .midi, .kar, .rmi)";

struct Contents {
  /// Where MThd stands, and where what belongs to it ends.
  uint64_t begin = 0;
  uint64_t end = 0;
};

uint64_t LittleEndian32(std::string_view bytes, uint64_t at) {
  uint64_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

int BigEndian16(std::string_view bytes, uint64_t at) {
  return static_cast<uint8_t>(bytes[at]) << 8 | static_cast<uint8_t>(bytes[at + 1]);
}

/// RIFF <size> RMID, then chunks of little-endian length padded to even; MThd opens the one `data`.
bool FindInRiff(std::string_view bytes, Contents& contents) {
  if (!bytes.starts_with("RIFF") || !bytes.substr(0, 12).ends_with("RMID")) return false;
  uint64_t at = 12;
  while (at + 8 <= bytes.size()) {
    uint64_t length = LittleEndian32(bytes, at + 4);
    uint64_t begin = at + 8;
    if (bytes.compare(at, 4, "data") == 0 && bytes.compare(begin, 4, "MThd") == 0) {
      bool fits = length >= 14 && length <= bytes.size() - begin;
      contents = {begin, fits ? begin + length : bytes.size()};
      return true;
    }
    at = begin + length + (length & 1);
  }
  return false;
}

absl::StatusOr<Contents> FindContents(std::string_view bytes, MidiWarnings& warnings) {
  Contents contents{0, bytes.size()};
  if (FindInRiff(bytes, contents)) return contents;
  contents.begin = bytes.substr(0, kMaxLeadingBytes + 4).find("MThd");
  if (contents.begin == std::string_view::npos) {
    return InputError(
        "", bytes.empty() ? "the file is empty" : "no MIDI header (MThd) at byte 0 or after it",
        kRemedy);
  }
  if (contents.begin > 0) {
    warnings.Add(0, -1, "bytes before the MIDI header left out: {}", contents.begin);
  }
  return contents;
}

/// Reads one file's chunks; `bytes` ends where its contents end.
class SmfParser {
 public:
  SmfParser(std::string_view bytes, uint64_t begin, const PieceLimits& limits,
            MidiWarnings& warnings)
      : bytes_(bytes), begin_(begin), limits_(limits), warnings_(warnings) {}

  absl::StatusOr<SmfFile> Parse() {
    MAGENTA_RETURN_IF_ERROR(ReadHeader());
    bool any_number = promised_ == 0;
    while ((any_number || TracksRead() < promised_) && at_ < bytes_.size()) {
      MAGENTA_RETURN_IF_ERROR(ReadChunk());
    }
    if (file_.tracks.empty()) {
      return InputError("", fmt::format("no track after the header at byte {}", begin_), kRemedy);
    }
    if (!any_number) SayWhatIsLeft();
    return std::move(file_);
  }

 private:
  int TracksRead() const { return static_cast<int>(file_.tracks.size()); }

  absl::Status ReadHeader() {
    if (bytes_.size() - begin_ < 14) {
      return InputError("",
                        fmt::format("the header at byte {} ends after {} of 14 bytes", begin_,
                                    bytes_.size() - begin_),
                        kRemedy);
    }
    SmfChunk header = ChunkAt(bytes_, begin_);
    at_ = header.end();
    if (header.length < 6 || at_ > bytes_.size()) {
      warnings_.Add(begin_ + 4, -1, "the header claims {} bytes; 6 read", header.length);
      at_ = begin_ + 14;
    }
    file_.format = BigEndian16(bytes_, begin_ + 8);
    if (file_.format > 2) {
      warnings_.Add(begin_ + 8, -1, "format {} is not 0, 1 or 2; read as 1", file_.format);
      file_.format = 1;
    }
    promised_ = BigEndian16(bytes_, begin_ + 10);
    if (promised_ == 0)
      warnings_.Add(begin_ + 10, -1, "the header promises no track; all are read");
    ReadDivision(BigEndian16(bytes_, begin_ + 12));
    return absl::OkStatus();
  }

  void ReadDivision(int division) {
    if (division == 0) {
      warnings_.Add(begin_ + 12, -1, "0 ticks a quarter; read as {}", kFallbackTicksPerQuarter);
      division = kFallbackTicksPerQuarter;
    }
    if (division < 0x8000) {
      file_.ticks_per_quarter = division;
      return;
    }
    int frames = 256 - (division >> 8);
    if (frames != 24 && frames != 25 && frames != 29 && frames != 30) {
      warnings_.Add(begin_ + 12, -1, "{} frames a second is no SMPTE rate; kept", frames);
    }
    file_.frames_per_second = frames;
    file_.ticks_per_frame = division & 0xFF;
    if (file_.ticks_per_frame == 0) {
      warnings_.Add(begin_ + 13, -1, "0 ticks a frame; read as {}", kFallbackTicksPerFrame);
      file_.ticks_per_frame = kFallbackTicksPerFrame;
    }
  }

  absl::Status ReadTrack(const SmfChunk& chunk) {
    MAGENTA_RETURN_IF_ERROR(CheckTracks(file_.tracks.size() + 1, limits_));
    SmfTrackParser parser(bytes_, chunk, TracksRead(), TracksRead() + 1 == promised_, warnings_);
    const uint64_t room = limits_.events - events_;
    file_.tracks.push_back(parser.Parse(room, file_.left_out));
    events_ += file_.tracks.back().events.size();
    at_ = parser.next_chunk();
    return CheckEvents(events_, limits_);
  }

  absl::Status ReadChunk() {
    SmfChunk chunk = ChunkAt(bytes_, at_);
    if (chunk.id == "MTrk") {
      return ReadTrack(chunk);
    } else if (LooksLikeChunk(bytes_, at_)) {
      warnings_.Add(at_, -1, "chunk '{}' of {} bytes is no track; left out", chunk.id,
                    chunk.length);
      at_ = chunk.end();
    } else {
      uint64_t next = std::min<uint64_t>(bytes_.find("MTrk", at_ + 1), bytes_.size());
      warnings_.Add(at_, -1, "bytes left out where a track should begin: {}", next - at_);
      at_ = next;
    }
    return absl::OkStatus();
  }

  void SayWhatIsLeft() {
    if (TracksRead() < promised_) {
      warnings_.Add(begin_ + 10, -1, "the header promises {} tracks; {} are there", promised_,
                    TracksRead());
    }
    if (at_ < bytes_.size()) {
      warnings_.Add(at_, -1, "bytes after the last track left out: {}", bytes_.size() - at_);
    }
  }

  std::string_view bytes_;
  uint64_t begin_;
  const PieceLimits& limits_;
  MidiWarnings& warnings_;
  uint64_t events_ = 0;  // of all tracks
  uint64_t at_ = 0;
  int promised_ = 0;
  SmfFile file_;
};

}  // namespace

absl::StatusOr<SmfFile> ParseSmf(std::string_view bytes, MidiWarnings& warnings,
                                 const PieceLimits& limits) {
  MAGENTA_ASSIGN_OR_RETURN(Contents contents, FindContents(bytes, warnings));
  return SmfParser(bytes.substr(0, contents.end), contents.begin, limits, warnings).Parse();
}

}  // namespace magenta
