// Idea: a part of one note at a time is a voice as it stands. One that plays chords is gone through
// onset by onset: the notes that begin together, high to low, are laid onto its voices, high to
// low, so that no line crosses another and the jumps from each voice's last note are least (a small
// dynamic programme, as an edit distance: a voice is passed over, a note is left out, or they
// meet).

#include "magenta/music/score/voices.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/music/key.h"
#include "magenta/music/parts.h"

namespace magenta {
namespace {

/// One note in so many may be another than a voice can sing: it is cut or left out.
constexpr int kOddNotes = 20;
/// What so few notes have in common with others is chance.
constexpr size_t kFewNotes = 4;
/// In semitones: what it costs to end a note that sounds, and to leave out an inner or outer one.
constexpr int kCutCost = 24, kDropCost = 1000, kOuterDropCost = 100 * kDropCost;

/// The notes of one instrument, in order of start, then from high to low.
struct VoicePart {
  int instrument = 0;
  double mean_pitch = 0;
  std::vector<VoiceNote> notes;
  std::vector<std::vector<VoiceNote>> voices;  // high to low
};

bool LiesOffGrid(const NoteSequence::Note& note, double qpm) {
  constexpr double kOffGridTicks = 1.0 / 3;
  const double ticks = note.start_time() * qpm / 60 * kTicksPerQuarter;
  return std::abs(ticks - static_cast<double>(note.quantized_start_step())) > kOffGridTicks;
}

bool OnsetThenHigh(const VoiceNote& a, const VoiceNote& b) {
  if (a.start != b.start) return a.start < b.start;
  return a.pitch != b.pitch ? a.pitch > b.pitch : a.end > b.end;
}

bool IsHigher(const VoicePart& a, const VoicePart& b) { return a.mean_pitch > b.mean_pitch; }

std::vector<VoicePart> CollectParts(const QuantizedSequence& piece, VoiceLosses& losses) {
  std::map<int, VoicePart> parts;
  for (const auto& note : piece.proto().notes()) {
    if (note.is_drum()) {
      ++losses.drums;
      continue;
    }
    const int64_t start = note.quantized_start_step(), end = note.quantized_end_step();
    if (end <= start) continue;
    losses.moved += LiesOffGrid(note, piece.qpm()) ? 1 : 0;
    parts[note.instrument()].notes.push_back({start, end, note.pitch()});
  }
  std::vector<VoicePart> list;
  for (auto& [instrument, part] : parts) {
    std::sort(part.notes.begin(), part.notes.end(), OnsetThenHigh);
    // Of the same pitch struck twice at once the longer note stays.
    part.notes.erase(std::unique(part.notes.begin(), part.notes.end(),
                                 [](const VoiceNote& a, const VoiceNote& b) {
                                   return a.start == b.start && a.pitch == b.pitch;
                                 }),
                     part.notes.end());
    double sum = 0;
    for (const VoiceNote& note : part.notes) sum += note.pitch;
    part.mean_pitch = sum / static_cast<double>(part.notes.size());
    part.instrument = instrument;
    list.push_back(std::move(part));
  }
  std::stable_sort(list.begin(), list.end(), IsHigher);
  return list;
}

/// How many notes of `part` begin with one of `others`, octaves aside or at the very pitch.
int64_t NotesTogether(const VoicePart& part, std::span<const VoicePart> others, int octave) {
  std::set<std::pair<int64_t, int>> begun;
  for (const VoicePart& other : others) {
    for (const VoiceNote& note : other.notes) begun.emplace(note.start, note.pitch % octave);
  }
  return std::count_if(part.notes.begin(), part.notes.end(), [&](const VoiceNote& note) {
    return begun.contains({note.start, note.pitch % octave});
  });
}

/// Whether at least half of the notes of `part` are those of one of `others`, octaves aside, or of
/// all of them together, as those of a piano that plays what a choir sings.
bool Doubles(const VoicePart& part, std::span<const VoicePart> others) {
  if (part.notes.size() < kFewNotes) return false;
  const auto is_half = [&part](int64_t notes) {
    return 2 * notes >= static_cast<int64_t>(part.notes.size());
  };
  for (size_t i = 0; i < others.size(); ++i) {
    if (is_half(NotesTogether(part, others.subspan(i, 1), kOctave))) return true;
  }
  return is_half(NotesTogether(part, others, kMaxPitch + 1));
}

/// How many voices suit `notes`: so many that at most every kOddNotes-th note finds none free.
/// What ends soon after the next note begins, as players bind notes, does not sound with it.
int VoicesFor(const std::vector<VoiceNote>& notes) {
  std::multiset<int64_t> ends;    // of the notes that sound
  std::map<int, int64_t> end_of;  // of the last note of a pitch: struck again, it has ended
  std::vector<int64_t> without(kMaxChordVoices);
  for (const VoiceNote& note : notes) {
    ends.erase(ends.begin(), ends.upper_bound(note.start));
    const auto [same, is_first] = end_of.try_emplace(note.pitch, note.end);
    if (!is_first) {
      if (const auto sounds = ends.find(same->second); sounds != ends.end()) ends.erase(sounds);
      same->second = note.end;
    }
    int sounding = 0;
    for (auto end = ends.rbegin(); end != ends.rend() && sounding < kMaxChordVoices; ++end) {
      if (2 * (*end - note.start) < note.end - note.start) break;
      ++sounding;
    }
    for (int voices = 1; voices <= sounding && voices < kMaxChordVoices; ++voices) {
      ++without[voices];
    }
    ends.insert(note.end);
  }
  int voices = 1;
  while (voices < kMaxChordVoices &&
         without[voices] * kOddNotes > static_cast<int64_t>(notes.size())) {
    ++voices;
  }
  return voices;
}

/// Leaves out parts that double others: lines stay before parts of chords, more notes before fewer.
int LeaveOutDoubling(std::vector<VoicePart>& parts) {
  std::vector<VoicePart> kept;
  std::stable_sort(parts.begin(), parts.end(), [](const VoicePart& a, const VoicePart& b) {
    const bool a_is_line = VoicesFor(a.notes) == 1, b_is_line = VoicesFor(b.notes) == 1;
    return a_is_line != b_is_line ? a_is_line : a.notes.size() > b.notes.size();
  });
  const size_t before = parts.size();
  for (VoicePart& part : parts) {
    if (!Doubles(part, kept)) kept.push_back(std::move(part));
  }
  std::stable_sort(kept.begin(), kept.end(), IsHigher);
  parts = std::move(kept);
  return static_cast<int>(before - parts.size());
}

/// Lays the notes of one part onto its voices.
class VoiceSplitter {
 public:
  VoiceSplitter(VoicePart& part, int voices, VoiceLosses& losses)
      : part_(part), losses_(losses), last_(voices) {
    part.voices.resize(static_cast<size_t>(voices));
    // Before its first note a voice lies where its share of the part's notes does.
    std::vector<int> pitches;
    for (const VoiceNote& note : part.notes) pitches.push_back(note.pitch);
    std::sort(pitches.begin(), pitches.end(), std::greater<>());
    for (int v = 0; v < voices; ++v) {
      last_[v] = pitches[(2 * static_cast<size_t>(v) + 1) * pitches.size() /
                         (2 * static_cast<size_t>(voices))];
    }
  }

  void Split() {
    const std::vector<VoiceNote>& notes = part_.notes;
    for (size_t first = 0; first < notes.size();) {
      size_t end = first + 1;
      while (end < notes.size() && notes[end].start == notes[first].start) ++end;
      Place(std::span(notes).subspan(first, end - first));
      first = end;
    }
  }

 private:
  static constexpr int kNever = std::numeric_limits<int>::max() / 4;
  enum class Step : char { kNone, kPassVoice, kDropNote, kMeet };
  struct Cell {
    int cost = kNever;
    Step step = Step::kNone;
    void Offer(int other, Step by) {
      if (other < cost) *this = {other, by};
    }
  };

  bool Sounds(int voice, int64_t tick) const {
    const auto& line = part_.voices[static_cast<size_t>(voice)];
    return !line.empty() && line.back().end > tick;
  }

  /// Whether `voice` may go on as it is between notes i - 1 and i. (What it sounds already it
  /// strikes again.)
  bool MayPass(std::span<const VoiceNote> chord, size_t i, int voice) const {
    if (!Sounds(voice, chord[0].start)) return true;
    return (i == 0 || chord[i - 1].pitch > last_[voice]) &&
           (i == chord.size() || chord[i].pitch < last_[voice]);
  }

  int MeetCost(const VoiceNote& note, int voice) const {
    return std::abs(note.pitch - last_[voice]) + (Sounds(voice, note.start) ? kCutCost : 0);
  }

  // cells_[i * (voices + 1) + v]: the first i notes on the first v voices.
  void Place(std::span<const VoiceNote> chord) {
    const size_t voices = last_.size(), width = voices + 1;
    cells_.assign((chord.size() + 1) * width, Cell());
    cells_[0].cost = 0;
    for (size_t i = 0; i <= chord.size(); ++i) {
      for (size_t v = 0; v <= voices; ++v) {
        Cell& cell = cells_[i * width + v];
        const int voice = static_cast<int>(v) - 1;
        if (i > 0 && v > 0) {
          cell.Offer(cells_[(i - 1) * width + v - 1].cost + MeetCost(chord[i - 1], voice),
                     Step::kMeet);
        }
        if (v > 0 && MayPass(chord, i, voice)) {
          cell.Offer(cells_[i * width + v - 1].cost, Step::kPassVoice);
        }
        if (i > 0) {
          const bool outer = i == 1 || i == chord.size();
          cell.Offer(cells_[(i - 1) * width + v].cost + (outer ? kOuterDropCost : kDropCost),
                     Step::kDropNote);
        }
      }
    }
    Follow(chord);
  }

  void Follow(std::span<const VoiceNote> chord) {
    const size_t width = last_.size() + 1;
    size_t i = chord.size(), v = last_.size();
    while (i > 0 || v > 0) {
      switch (cells_[i * width + v].step) {
        case Step::kMeet: Append(static_cast<int>(--v), chord[--i]); break;
        case Step::kDropNote:
          --i;
          ++losses_.dropped;
          break;
        default: --v;
      }
    }
  }

  void Append(int voice, const VoiceNote& note) {
    auto& line = part_.voices[static_cast<size_t>(voice)];
    if (Sounds(voice, note.start)) {
      line.back().end = note.start;
      ++losses_.cut;
    }
    line.push_back(note);
    last_[static_cast<size_t>(voice)] = note.pitch;
  }

  VoicePart& part_;
  VoiceLosses& losses_;
  std::vector<int> last_;  // the pitch that each voice sang last
  std::vector<Cell> cells_;
};

VoiceRole ChordRole(size_t voice, size_t voices) {
  if (voice == 0) return VoiceRole::kChordTop;
  return voice + 1 == voices ? VoiceRole::kChordBottom : VoiceRole::kChordInner;
}

/// Of part `line` (from 0, from high to low) among `lines` parts of one note at a time.
VoiceRole LineRole(int line, int lines) {
  if (line == 0) return VoiceRole::kMelody;
  if (line + 1 == lines) return VoiceRole::kBass;
  const int inner = lines - 2;
  return line - 1 < (inner + 1) / 2 ? VoiceRole::kAlto : VoiceRole::kTenor;
}

void AddVoices(std::vector<VoicePart>& parts, VoicedPiece& voiced) {
  const int lines = static_cast<int>(std::count_if(
      parts.begin(), parts.end(), [](const auto& p) { return p.voices.size() == 1; }));
  int line = 0;
  for (VoicePart& part : parts) {
    const size_t voices = part.voices.size();
    for (size_t v = 0; v < voices; ++v) {
      SheetVoice& voice = voiced.sheet.voices.emplace_back();
      voice.role = voices == 1 ? LineRole(line++, lines) : ChordRole(v, voices);
      voice.notes = std::move(part.voices[v]);
      voiced.sources.push_back({part.instrument, static_cast<int>(v)});
    }
  }
}

/// The bars of `piece`. Error: no whole number of ticks.
absl::StatusOr<SheetMeter> MeterOfPiece(const QuantizedSequence& piece, int64_t bar_line) {
  const double bar = piece.steps_per_bar();
  int numerator = 4, denominator = 4;
  if (!piece.proto().time_signatures().empty()) {
    numerator = piece.proto().time_signatures(0).numerator();
    denominator = piece.proto().time_signatures(0).denominator();
  }
  if (bar != std::floor(bar) || bar > std::numeric_limits<int>::max()) {
    return InputError("",
                      fmt::format("a bar of {}/{} is no whole number of twelfths of a quarter",
                                  numerator, denominator),
                      "Write it in quarters, eighths or sixteenths");
  }
  SheetMeter meter = SheetMeterFor(numerator, denominator);
  meter.bar_line = bar_line;
  return meter;
}

}  // namespace

int SignatureKey(const NoteSequence::KeySignature& signature) {
  using Key = NoteSequence::KeySignature;
  const int up = [&] {
    switch (signature.mode()) {
      case Key::MINOR: return 3;
      case Key::DORIAN: return 10;
      case Key::PHRYGIAN: return 8;
      case Key::LYDIAN: return 7;
      case Key::MIXOLYDIAN: return 5;
      case Key::LOCRIAN: return 1;
      default: return 0;
    }
  }();
  return ((static_cast<int>(signature.key()) + up) % 12 + 12) % 12;
}

int SignatureKeyBetween(const NoteSequence& sequence, double start, double end) {
  const NoteSequence::KeySignature* first = nullptr;
  for (const auto& signature : sequence.key_signatures()) {
    if (signature.time() > start) continue;
    if (first == nullptr || signature.time() >= first->time()) first = &signature;
  }
  if (first == nullptr) return -1;
  const int key = SignatureKey(*first);
  for (const auto& signature : sequence.key_signatures()) {
    const bool within = signature.time() > start && signature.time() < end;
    if (within && SignatureKey(signature) != key) return -1;
  }
  return key;
}

std::vector<std::string> LossTexts(const VoiceLosses& losses) {
  std::vector<std::string> texts;
  const auto say = [&texts](int notes, const char* what) {
    if (notes > 0) {
      texts.push_back(fmt::format("{} {}", Counted(notes, "note"), what));
    }
  };
  say(losses.moved, "off the grid of twelfths of a quarter: heard on a place of it near there");
  say(losses.cut, "cut by the part's next note: heard up to there");
  say(losses.dropped, "of chords of more voices than are heard: not heard");
  return texts;
}

absl::StatusOr<VoicedPiece> VoicesOf(const QuantizedSequence& piece, int64_t bar_line,
                                     Doubling doubling) {
  VoicedPiece voiced;
  std::vector<VoicePart> parts = CollectParts(piece, voiced.losses);
  if (doubling == Doubling::kLeftOut) voiced.losses.doubling_parts = LeaveOutDoubling(parts);
  if (parts.empty()) {
    return InputError("", voiced.losses.drums > 0 ? "holds drums alone" : "holds no notes",
                      "Give music with notes of pitches");
  }
  int voices = 0;
  std::vector<int> voices_of;
  for (const VoicePart& part : parts) {
    voices_of.push_back(VoicesFor(part.notes));
    voices += voices_of.back();
  }
  if (voices > kMaxVoices) {
    return InputError("",
                      fmt::format("its {} part{} {} voices, and {} are the most", parts.size(),
                                  parts.size() == 1 ? " has" : "s have", voices, kMaxVoices),
                      "Leave parts out, or take one alone: primer_part=1 with accompaniment=drop "
                      "goes on with it, part=1 scores it");
  }
  MAGENTA_ASSIGN_OR_RETURN(const SheetMeter meter, MeterOfPiece(piece, bar_line));
  int64_t end = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    for (const VoiceNote& note : parts[i].notes) end = std::max(end, note.end);
    VoiceSplitter(parts[i], voices_of[i], voiced.losses).Split();
    std::erase_if(parts[i].voices, [](const auto& line) { return line.empty(); });
  }
  AddVoices(parts, voiced);
  voiced.sheet.meters = {meter};
  const int64_t bars = (end - bar_line + meter.bar - 1) / meter.bar;
  voiced.sheet.length = bar_line + bars * meter.bar;
  voiced.sheet.ends = true;
  voiced.sheet.key = SignatureKeyBetween(piece.proto(), 0, std::numeric_limits<double>::infinity());
  return voiced;
}

}  // namespace magenta
