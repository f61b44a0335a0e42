#include "bench/yardsticks/yardstick_pieces.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/codec/score/score_codec.h"
#include "magenta/io/music/read_music.h"
#include "magenta/models/model_spec.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta::yardsticks {
namespace {

constexpr int kLongest = 32;
// What is kept for frames of more notes than kVoices: half of it for one note more, a fourth for
// two, ..., and each may be any of 88 keys.
constexpr double kMoreNotes = 1e-4;
constexpr double kOneNoteMore = 1.0 / (2 * 88);

absl::StatusOr<nlohmann::json> ReadList(const std::string& path, const std::string& name) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  nlohmann::json all = nlohmann::json::parse(text, nullptr, false);
  if (all.is_array()) return all;
  if (!all.is_object() || all.empty()) {
    return InputError(path, "is no JSON object of lists of pieces", "Name a file of the set's");
  }
  if (name.empty() && all.size() == 1) return all.begin().value();
  const auto found = all.find(name);
  if (found == all.end() || !found->is_array()) {
    return InputError(path, fmt::format("has no list '{}'", name), "Name one with --list");
  }
  return *found;
}

absl::Status Wrong(const std::string& path, size_t piece, size_t place, const char* what) {
  return InputError(path, fmt::format("piece {}, place {}: {}", piece, place, what),
                    "Give a file of the set's shape");
}

/// Writes moments as they come.
class Moments {
 public:
  explicit Moments(Piece& piece) : events_(piece.events.events), piece_(piece) {
    events_.push_back(TimeShift(0));
  }
  /// After `ticks` (0 at the first) voices get `symbols`.
  void Add(int ticks, std::span<const Event> symbols) {
    if (events_.size() > 1) events_.push_back(TimeShift(ticks));
    events_.insert(events_.end(), symbols.begin(), symbols.end());
  }
  void End(int ticks) { piece_.tail = ticks; }

 private:
  std::vector<Event>& events_;
  Piece& piece_;
};

// One row of pitches a tick; a moment wherever one changes, and after kLongest ticks.
void ToMoments(const std::vector<std::vector<int>>& rows, Piece& piece) {
  Moments moments(piece);
  std::vector<int> before(rows[0].size(), -1);
  size_t last = 0;
  for (size_t t = 0; t < rows.size(); ++t) {
    std::vector<Event> symbols;
    for (size_t v = 0; v < rows[t].size(); ++v) {
      symbols.push_back(rows[t][v] == before[v] ? kNoEvent : std::max(rows[t][v], -1));
    }
    if (t == 0 || rows[t] != before || t - last == kLongest) {
      moments.Add(static_cast<int>(t - last), symbols);
      last = t;
    }
    before = rows[t];
  }
  moments.End(static_cast<int>(rows.size() - last));
}

absl::StatusOr<std::vector<Piece>> ReadSixteenths(const std::string& path, const PartOfSet& part) {
  MAGENTA_ASSIGN_OR_RETURN(const nlohmann::json list, ReadList(path, part.list));
  std::vector<Piece> pieces;
  for (size_t i = 0; i < list.size(); ++i) {
    std::vector<std::vector<int>> rows;
    for (size_t t = 0; t < list[i].size(); ++t) {
      const nlohmann::json& row = list[i][t];
      if (!row.is_array() || row.size() != kVoices) return Wrong(path, i, t, "not four pitches");
      rows.emplace_back();
      for (const nlohmann::json& pitch : row) {
        if (!pitch.is_number_integer()) return Wrong(path, i, t, "no whole number");
        rows.back().push_back(pitch.get<int>());
      }
    }
    if (rows.empty()) return Wrong(path, i, 0, "nothing");
    Piece& piece = pieces.emplace_back();
    piece.name = fmt::format("{}", i);
    piece.units = static_cast<int64_t>(rows.size()) * kVoices;
    ToMoments(rows, piece);
  }
  return pieces;
}

absl::StatusOr<std::vector<Piece>> ReadQuarters(const std::string& path, const PartOfSet& part) {
  MAGENTA_ASSIGN_OR_RETURN(const nlohmann::json list, ReadList(path, part.list));
  std::vector<Piece> pieces;
  for (size_t i = 0; i < list.size(); ++i) {
    Piece& piece = pieces.emplace_back();
    piece.name = fmt::format("{}", i);
    piece.units = static_cast<int64_t>(list[i].size());
    piece.events.events.push_back(TimeShift(0));
    for (size_t t = 0; t < list[i].size(); ++t) {
      if (!list[i][t].is_array()) return Wrong(path, i, t, "no list of pitches");
      std::vector<int> pitches;
      for (const nlohmann::json& pitch : list[i][t]) {
        if (!pitch.is_number_integer()) return Wrong(path, i, t, "no whole number");
        pitches.push_back(pitch.get<int>());
      }
      std::sort(pitches.rbegin(), pitches.rend());
      pitches.erase(std::unique(pitches.begin(), pitches.end()), pitches.end());
      if (pitches.size() >= kVoices) {
        piece.more_nats -=
            pitches.size() == kVoices ? std::log1p(-kMoreNotes) : std::log(kMoreNotes);
      }
      for (size_t k = kVoices; k < pitches.size(); ++k) piece.more_nats -= std::log(kOneNoteMore);
      pitches.resize(kVoices, kNoteOff);
      piece.events.events.insert(piece.events.events.end(), pitches.begin(), pitches.end());
    }
  }
  return pieces;
}

// Pitches in order of their beginnings.
absl::StatusOr<Piece> ReadMelody(const std::filesystem::path& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path.string()));
  MAGENTA_ASSIGN_OR_RETURN(MusicReading reading, ReadMusicBytes(bytes));
  if (reading.pieces.empty()) return InputError(path.string(), "holds no music", "Give MIDI files");
  auto notes = reading.pieces[0].sequence.notes();
  std::stable_sort(notes.begin(), notes.end(),
                   [](const auto& a, const auto& b) { return a.start_time() < b.start_time(); });
  Piece piece;
  piece.name = path.filename().string();
  piece.units = notes.size();
  piece.events.events.push_back(TimeShift(0));
  for (const auto& note : notes) piece.events.events.push_back(note.pitch());
  return piece;
}

absl::StatusOr<std::vector<Piece>> ReadMelodies(const Yardstick& yardstick, const std::string& path,
                                                const PartOfSet& part) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(yardstick.model.id) && name.ends_with(".mid"))
      files.push_back(entry.path());
  }
  if (files.empty()) {
    return InputError(path, fmt::format("has no files {}*.mid", yardstick.model.id),
                      "Name a folder of the set's tunes");
  }
  std::sort(files.begin(), files.end());
  std::vector<Piece> pieces;
  for (size_t i = 0; i < files.size(); ++i) {
    const bool in_fold = static_cast<int>(i % 10) == part.fold;
    if (part.fold >= 0 && in_fold == part.others) continue;
    MAGENTA_ASSIGN_OR_RETURN(pieces.emplace_back(), ReadMelody(files[i]));
  }
  return pieces;
}

// Events a sixteenth to moments: where a note begins or ends.
Piece TuneOf(const std::vector<Event>& steps) {
  Piece piece;
  Moments moments(piece);
  size_t last = 0;
  for (size_t t = 0; t < steps.size(); ++t) {
    if (t > 0) piece.units += steps[t] >= 0;
    if (t > 0 && steps[t] == kNoEvent && t - last < kLongest) continue;
    moments.Add(static_cast<int>(t - last), {&steps[t], 1});
    last = t;
  }
  moments.End(static_cast<int>(steps.size() - last));
  piece.given = 1;  // the reference predicts no first event
  return piece;
}

absl::StatusOr<std::vector<Piece>> ReadTunes(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* melodies, FindModel("lookback_rnn"));
  MAGENTA_ASSIGN_OR_RETURN(const auto examples, ReadDataset(path, *melodies));
  std::vector<Piece> pieces;
  for (const DatasetExample& example : examples) {
    const auto* events = std::get_if<EventSequence>(&example.content);
    if (events == nullptr) return InputError(path, "is a dense data set", "Give a compact one");
    pieces.push_back(TuneOf(events->events));
    pieces.back().name = example.source;
  }
  return pieces;
}

}  // namespace

absl::StatusOr<std::vector<Piece>> ReadPieces(const Yardstick& yardstick, const std::string& path,
                                              const PartOfSet& part) {
  absl::StatusOr<std::vector<Piece>> pieces;
  switch (yardstick.shape) {
    case Shape::kSixteenths: pieces = ReadSixteenths(path, part); break;
    case Shape::kQuarters: pieces = ReadQuarters(path, part); break;
    case Shape::kMelodies: pieces = ReadMelodies(yardstick, path, part); break;
    case Shape::kTunes: pieces = ReadTunes(path); break;
  }
  if (!pieces.ok()) return pieces.status();
  if (pieces->empty()) return InputError(path, "holds no pieces", "Give a file of the set's shape");
  for (const Piece& piece : *pieces) {
    for (const Event event : piece.events.events) {
      if (!yardstick.model.codec->Accepts(event)) {
        return InputError(
            path, fmt::format("piece {}: {} is outside the set's alphabet", piece.name, event),
            "Give a file of the set's shape");
      }
    }
  }
  return pieces;
}

}  // namespace magenta::yardsticks
