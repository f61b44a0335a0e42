#include "magenta/music/played/ornaments.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

namespace magenta {
namespace {

using Note = NoteSequence::Note;

// Seconds: from a short note to the next, of a grace, of all graces of a note together, and of what
// is a grace in any music.
constexpr double kShort = 0.1, kGrace = 0.07, kGraces = 0.25, kFastGrace = 0.045;
// Ticks: from a short note to the next (sixteenths are longer), of those that are written, and what
// is clear.
constexpr double kShortTicks = 2.45, kThirtySecond = 1.5 + kWrittenTicks, kClearly = 0.5;
constexpr int kFarthest = 12, kNeighbour = 2;   // semitones
constexpr size_t kTrill = 4, kAfterTrill = 2;   // notes
constexpr double kHeld = 1.25, kAdorned = 2.3;  // so much longer than what is before is what rests
constexpr size_t kFew = 4, kAFew = 8;           // one note in so many may have a grace, or so many
constexpr double kMeets = 0.01;                 // seconds between a note and what cuts it short
constexpr size_t kMostAtOnce = 16;              // notes of a chord; more are noise

using Chain = std::span<const size_t>;

/// The notes of one instrument.
class AdornedPart {
 public:
  /// `part`: notes of `played` as they begin. What is taken out is said in `heard_in`.
  AdornedPart(const BarCount& count, std::span<const int> part, NoteSequence& played,
              std::vector<int>& heard_in)
      : count_(count), part_(part), played_(played), heard_in_(heard_in), after_(part.size()) {
    for (size_t i = part.size(); i-- > 0;) {
      const bool is_at_once = i + 1 < part.size() && Begin(i + 1) <= Begin(i);
      after_[i] = is_at_once ? after_[i + 1] : i + 1;
    }
  }

  void TakeOut() {
    const std::vector<std::vector<size_t>> chains = Chains();
    for (const std::vector<size_t>& chain : chains) Read(chain);
    if (SingleShortNotes(chains) > std::max(kAFew, part_.size() / kFew)) {
      std::erase_if(graces_, [this](const Chain& grace) {
        return MayBeMusic(grace) && Longest(grace) > kFastGrace;
      });
    }
    std::vector<std::pair<Chain, bool>> adorned;
    for (const auto* found : {&shakes_, &graces_}) {
      for (const Chain& chain : *found) adorned.emplace_back(chain, BeginsEarly(chain));
    }
    for (const auto& [chain, is_early] : adorned) {
      HearIn(chain.first(chain.size() - 1), chain.back());
      is_early ? BeginEarly(chain) : GiveBack(chain);
    }
    for (const Chain& trill : trills_) Hold(trill);
  }

 private:
  Note& At(size_t i) const { return *played_.mutable_notes(part_[i]); }
  int Pitch(size_t i) const { return At(i).pitch(); }
  double Begin(size_t i) const { return At(i).start_time(); }
  double Place(size_t i) const { return count_.Place(count_.At(Begin(i))); }
  double TicksBetween(size_t i, size_t next) const {
    return count_.At(Begin(next)) - count_.At(Begin(i));
  }
  double Sounds(size_t i) const { return count_.Sounds(Begin(i), At(i).end_time()); }
  /// Seconds of note `k` of `chain`, to the next one where there is one.
  double Lasts(Chain chain, size_t k) const {
    return k + 1 < chain.size() ? count_.Sounds(Begin(chain[k]), Begin(chain[k + 1]))
                                : Sounds(chain[k]);
  }

  /// How long before an eighth note `i` begins, if it is struck early; else 0.
  double TicksEarly(size_t i) const {
    const double early = Nearest(Place(i), kEighth) - Place(i);
    const bool is_early =
        early > 0 && count_.Sounds(Begin(i), Begin(i) + early / count_.At(1)) <= kEarlySeconds;
    return is_early ? early : 0;
  }

  /// What note `i`, a short one, leads to: of what begins next the nearest in pitch.
  std::optional<size_t> Next(size_t i) const {
    if (Sounds(i) > kShort) return {};
    const auto distance = [&](size_t k) { return std::abs(Pitch(k) - Pitch(i)); };
    for (size_t next = after_[i], left = kMostAtOnce; next < part_.size() && left > 0;
         next = after_[next], --left) {
      if (count_.Sounds(Begin(i), Begin(next)) > kShort || TicksBetween(i, next) > kShortTicks) {
        return {};
      }
      size_t nearest = next;
      for (size_t k = next; k < std::min(after_[next], next + kMostAtOnce); ++k) {
        if (distance(k) < distance(nearest)) nearest = k;
      }
      if (distance(nearest) > kFarthest) continue;
      // What sounds on with it is a chord.
      if (2 * (At(i).end_time() - Begin(next)) > At(i).end_time() - Begin(i)) return {};
      return nearest;
    }
    return {};
  }

  /// Short notes, each of which leads to the next, and what the last one leads to, unless that is a
  /// short note of another chain.
  std::vector<std::vector<size_t>> Chains() const {
    std::vector<std::vector<size_t>> chains;
    std::vector<bool> is_in_one(part_.size());
    for (size_t i = 0; i < part_.size(); ++i) {
      std::vector<size_t> chain;
      for (std::optional<size_t> k = i; k.has_value() && !is_in_one[*k];) {
        chain.push_back(*k);
        const std::optional<size_t> next = Next(*k);
        is_in_one[*k] = next.has_value();
        k = next;
      }
      if (chain.size() > 1) chains.push_back(std::move(chain));
    }
    return chains;
  }

  /// Whether it is one short note before a longer one, as in dotted rhythms and swing.
  bool MayBeMusic(Chain chain) const { return chain.size() == 2 && !BeginsEarly(chain); }
  size_t SingleShortNotes(std::span<const std::vector<size_t>> chains) const {
    return static_cast<size_t>(std::count_if(
        chains.begin(), chains.end(), [this](const auto& chain) { return MayBeMusic(chain); }));
  }

  void Read(Chain left) {
    bool is_begin = true;  // of what may be graces
    while (left.size() > 1) {
      const size_t shake = ShakeSize(left), trill = TrillSize(left);
      size_t notes = std::max({shake, trill, size_t{1}});
      if (shake > 0 && !IsMusic(left.first(shake), false)) {
        notes = shake;
        shakes_.push_back(left.first(notes));
      } else if (trill > 0 && !IsMusic(left.first(trill), true)) {
        notes = trill;
        trills_.push_back(left.first(notes));
      } else if (is_begin && IsGrace(WithoutMusic(left))) {
        graces_.push_back(WithoutMusic(left));
        return;
      } else {
        is_begin = false;
      }
      left = left.subspan(notes);
    }
  }

  /// How many notes at the beginning of `chain` go to and fro between pitches at most `most`
  /// semitones apart.
  size_t Alternating(Chain chain, int most) const {
    size_t k = 1;
    for (; k < chain.size(); ++k) {
      const int step = std::abs(Pitch(chain[k]) - Pitch(chain[k - 1]));
      if (step == 0 || step > most) break;
      if (k > 1 && Pitch(chain[k]) != Pitch(chain[k - 2])) break;
    }
    return k;
  }

  /// How many notes at the beginning of `chain` are a shake, the last of which is where it comes to
  /// rest; 0 where there is none.
  size_t ShakeSize(Chain chain) const {
    const auto rests_on = [&](size_t k) { return Lasts(chain, k) >= kHeld * Lasts(chain, k - 1); };
    const size_t notes = Alternating(chain, kNeighbour);
    // The neighbour may come next as a note of its own.
    if (notes > 3 && rests_on(notes - 2)) return notes - 1;
    return notes > 2 && rests_on(notes - 1) ? notes : 0;
  }

  /// How many are a trill with what ends it.
  size_t TrillSize(Chain chain) const {
    const size_t notes = Alternating(chain, kFarthest);
    // What the last one leads to is another note, unless the trill ends the music.
    const size_t most = chain.size() - (Sounds(chain.back()) > kShort ? 1 : 0);
    if (std::min(notes, most) < kTrill) return 0;
    return most <= notes + kAfterTrill ? most : notes;
  }

  bool IsWritten(size_t i) const { return magenta::IsWritten(Place(i), kEnds); }
  /// Whether all of `notes` divide quarters into `parts`.
  bool AllDivide(Chain notes, int parts) const {
    return std::all_of(notes.begin(), notes.end(), [this, parts](size_t i) {
      return magenta::IsWritten(Place(i), {&parts, 1});
    });
  }
  double FromEighth(size_t i) const { return std::abs(Place(i) - Nearest(Place(i), kEighth)); }
  bool IsOnEighth(size_t i) const { return FromEighth(i) <= kWrittenTicks; }
  bool AllWritten(Chain notes) const {
    return std::all_of(notes.begin(), notes.end(), [this](size_t i) { return IsWritten(i); });
  }

  /// Whether all of `notes` begin as one writes notes: no ornament.
  bool IsMusic(Chain notes, bool is_trill) const {
    if (!is_trill && notes.size() > 2 && (AllDivide(notes, 5) || AllDivide(notes, 7))) return true;
    if (!AllWritten(notes)) return false;
    if (!IsOnEighth(notes.front()) || (!is_trill && IsOnEighth(notes.back()))) return true;
    for (size_t k = 1; k < notes.size(); ++k) {
      if (TicksBetween(notes[k - 1], notes[k]) > kThirtySecond) return true;
    }
    return false;
  }

  /// `chain` without its first note, where this is music that a grace cuts short: it stands as
  /// written, and so does what is adorned.
  Chain WithoutMusic(Chain chain) const {
    const bool begins_with_music = chain.size() > 2 && !AllWritten(chain) &&
                                   IsWritten(chain.front()) && IsWritten(chain.back());
    return begins_with_music ? chain.subspan(1) : chain;
  }

  /// The longest of the ornament, in seconds.
  double Longest(Chain chain) const {
    double longest = 0;
    for (size_t k = 0; k + 1 < chain.size(); ++k) longest = std::max(longest, Lasts(chain, k));
    return longest;
  }

  bool IsGrace(Chain chain) const {
    const bool is_sixteenth =
        chain.size() == 2 && TicksBetween(chain[0], chain[1]) + TicksEarly(chain[1]) > kShortTicks;
    return !is_sixteenth && Longest(chain) <= kGrace &&
           count_.Sounds(Begin(chain.front()), Begin(chain.back())) <= kGraces &&
           Sounds(chain.back()) >= kAdorned * Lasts(chain, 0) && !IsMusic(chain, false);
  }

  bool BeginsEarly(Chain chain) const {
    const auto from_written = [this](size_t i) {
      const double place = Place(i);
      return std::min(std::abs(place - Nearest(place, kSixteenth)),
                      std::abs(place - Nearest(place, kTriplet)));
    };
    const size_t first = chain.front(), adorned = chain.back();
    if (FromEighth(first) > kClearly && TicksEarly(adorned) > 0) return false;
    const double nearer = from_written(adorned) - from_written(first);
    if (std::abs(nearer) > kClearly) return nearer > 0;
    if (IsWritten(first) != IsWritten(adorned)) return IsWritten(first);
    return FromEighth(adorned) - FromEighth(first) > kClearly;
  }

  void HearIn(Chain ornament, size_t note) {
    for (const size_t i : ornament) {
      if (i != note) heard_in_[part_[i]] = part_[note];
    }
  }

  /// What is adorned begins with its ornament, and so does all of its chord.
  void BeginEarly(Chain chain) {
    const Note first = At(chain.front());
    const double begin = Begin(chain.back());
    const size_t end = after_[chain.back()];
    for (size_t k = end; k-- > 0 && Begin(k) >= first.start_time() && end - k <= kMostAtOnce;) {
      if (Begin(k) != begin) continue;
      At(k).set_start_time(first.start_time());
      At(k).set_quantized_start_step(first.quantized_start_step());
    }
  }

  /// What ends where the ornament begins lasts until what is adorned.
  void GiveBack(Chain chain) {
    const double begin = Begin(chain.front());
    const Note& adorned = At(chain.back());
    for (size_t k = chain.front(), left = kMostAtOnce; k > 0 && left > 0; --k, --left) {
      Note& note = At(k - 1);
      if (std::abs(note.end_time() - begin) > kMeets || note.start_time() >= begin) continue;
      note.set_end_time(adorned.start_time());
      note.set_quantized_end_step(
          std::max(note.quantized_start_step() + 1, adorned.quantized_start_step()));
    }
  }

  /// The lower note of a trill is heard all that time.
  void Hold(Chain trill) {
    const size_t lower = Pitch(trill[0]) < Pitch(trill[1]) ? trill[0] : trill[1];
    const Note first = At(trill.front()), last = At(trill.back());
    HearIn(trill, lower);
    Note& note = At(lower);
    note.set_start_time(first.start_time());
    note.set_end_time(last.end_time());
    note.set_quantized_start_step(first.quantized_start_step());
    note.set_quantized_end_step(std::max(last.quantized_end_step(), note.quantized_end_step()));
  }

  const BarCount& count_;
  const std::span<const int> part_;
  NoteSequence& played_;
  std::vector<int>& heard_in_;
  std::vector<size_t> after_;  // of each note, the first that begins later
  std::vector<Chain> shakes_, trills_, graces_;
};

/// Takes out the notes that are heard in others, and says of each note before where the one is in
/// which it is heard.
void MoveUp(std::vector<int>& heard_in, NoteSequence& music) {
  const auto is_kept = [&heard_in](size_t i) { return heard_in[i] == static_cast<int>(i); };
  std::vector<int> place(heard_in.size());
  int left = 0;
  for (size_t i = 0; i < heard_in.size(); ++i) {
    if (!is_kept(i)) continue;
    if (left != static_cast<int>(i)) music.mutable_notes()->SwapElements(left, static_cast<int>(i));
    place[i] = left++;
  }
  music.mutable_notes()->DeleteSubrange(left, music.notes_size() - left);
  std::vector<int> moved;
  for (size_t i = 0; i < heard_in.size(); ++i) {
    size_t kept = i;  // what is adorned may be the last note of a trill
    while (!is_kept(kept)) kept = static_cast<size_t>(heard_in[kept]);
    moved.push_back(place[kept]);
  }
  heard_in = std::move(moved);
}

}  // namespace

std::vector<int> TakeOrnaments(const BarCount& count, NoteSequence& played) {
  std::vector<int> heard_in(static_cast<size_t>(played.notes_size()));
  std::iota(heard_in.begin(), heard_in.end(), 0);
  for (const std::vector<int>& part : NotesOfInstruments(played)) {
    AdornedPart(count, part, played, heard_in).TakeOut();
  }
  MoveUp(heard_in, played);
  return heard_in;
}

}  // namespace magenta
