#include "magenta/music/played/ornaments.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

namespace magenta {
namespace {

using Note = NoteSequence::Note;

constexpr double kShort = 0.08, kWhole = 0.25;  // seconds: of one note, and of all before the last
constexpr double kShortTicks = kTicksPerQuarter / 5.0;  // sixteenths are longer
constexpr int kFarthest = 12, kNeighbour = 2;           // semitones
constexpr size_t kTrill = 4;                            // notes
constexpr double kTimes = 2.3;                          // so many times as long is what is adorned
constexpr double kMeets = 0.01;     // seconds between a note and what cuts it short
constexpr size_t kMostAtOnce = 16;  // notes that are looked at; more are noise
constexpr double kClearly = 0.5;    // ticks

/// Notes of a part, each of which leads to the next: short ones, and a longer one last, where
/// `leads`.
struct Chain {
  std::vector<size_t> notes;
  bool leads = false;

  std::span<const size_t> all() const { return notes; }
  std::span<const size_t> ornament() const { return all().first(notes.size() - (leads ? 1 : 0)); }
};

/// The notes of one instrument.
class AdornedPart {
 public:
  /// `part`: notes of `played` as they begin. What is taken out is said in `heard_in`.
  AdornedPart(const BarCount& count, std::span<const int> part, NoteSequence& played,
              std::vector<int>& heard_in)
      : count_(count), part_(part), played_(played), heard_in_(heard_in), after_(part.size()) {
    for (size_t i = part.size(); i-- > 0;) {
      const bool is_chord = i + 1 < part.size() && At(i + 1).start_time() <= At(i).start_time();
      after_[i] = is_chord ? after_[i + 1] : i + 1;
    }
  }

  void TakeOut() {
    std::vector<Chain> shakes, graces, trills;
    std::set<size_t> looked_at;
    for (size_t i = 0; i < part_.size(); ++i) {
      if (looked_at.contains(i)) continue;
      Chain chain = ChainFrom(i);
      looked_at.insert(chain.notes.begin(), chain.notes.end());
      if (BeginsWithMusic(chain)) chain.notes.erase(chain.notes.begin());
      const std::span<const size_t> ornament = chain.ornament();
      if (chain.leads && Alternates(chain.all(), kNeighbour)) {
        shakes.push_back(std::move(chain));
      } else if (ornament.size() >= kTrill &&
                 Alternates(ornament, IsWritten(ornament) ? kNeighbour : kFarthest)) {
        trills.push_back(std::move(chain));
      } else if (IsGrace(chain)) {
        graces.push_back(std::move(chain));
      }
    }
    for (const auto* chains : {&shakes, &graces}) AdornAll(*chains);
    for (const Chain& trill : trills) Hold(trill.ornament());
  }

 private:
  Note& At(size_t i) const { return *played_.mutable_notes(part_[i]); }
  double Length(size_t i) const { return At(i).end_time() - At(i).start_time(); }
  double Place(const Note& note) const { return count_.Place(count_.At(note.start_time())); }

  /// Where note `i` leads to: the nearest in pitch of those that begin next; nullopt where none
  /// that begins soon is near.
  std::optional<size_t> Next(size_t i) const {
    const Note& from = At(i);
    const size_t next = after_[i];
    if (next == part_.size() || At(next).start_time() - from.start_time() > kShort) return {};
    const auto distance = [&](size_t k) { return std::abs(At(k).pitch() - from.pitch()); };
    size_t nearest = next;
    for (size_t k = next; k < std::min(after_[next], next + kMostAtOnce); ++k) {
      if (distance(k) < distance(nearest)) nearest = k;
    }
    if (distance(nearest) > kFarthest) return {};
    return nearest;
  }

  Chain ChainFrom(size_t first) const {
    Chain chain;
    for (std::optional<size_t> i = first; i.has_value(); i = Next(*i)) {
      chain.notes.push_back(*i);
      chain.leads = chain.notes.size() > 1 && (Length(*i) > kShort || IsHeld(chain.all()));
      if (chain.leads || Length(*i) > kShort) break;
    }
    return chain;
  }

  /// Whether the last of `notes` is where a fast mordent comes to rest.
  bool IsHeld(std::span<const size_t> notes) const {
    constexpr double kLonger = 1.25;
    if (notes.size() < 3 || !Alternates(notes.last(3), kNeighbour)) return false;
    const size_t last = notes.back(), before = notes[notes.size() - 2];
    if (Length(last) < kLonger * Length(before)) return false;
    const auto next = Next(last);
    return !next.has_value() || At(*next).pitch() != At(before).pitch() || Length(*next) > kShort;
  }

  /// Whether three notes or more go to and fro between two pitches, at most `most` semitones apart.
  bool Alternates(std::span<const size_t> notes, int most) const {
    for (size_t k = 1; k < notes.size(); ++k) {
      const int step = std::abs(At(notes[k]).pitch() - At(notes[k - 1]).pitch());
      if (step == 0 || step > most) return false;
      if (k > 1 && At(notes[k]).pitch() != At(notes[k - 2]).pitch()) return false;
    }
    return notes.size() > 2;
  }

  /// Whether the first note isn't part of the ornament, but cut short by it: it stands as written,
  /// and so does what is adorned.
  bool BeginsWithMusic(const Chain& chain) const {
    return chain.leads && chain.notes.size() > 2 && !Alternates(chain.ornament(), kFarthest) &&
           !Alternates(chain.all(), kNeighbour) && IsWritten(chain.all().first(1)) &&
           IsWritten(chain.all().last(1));
  }

  /// Fifths and sevenths of quarters are not written for so few notes.
  bool IsWritten(std::span<const size_t> notes) const {
    return std::all_of(notes.begin(), notes.end(),
                       [this](size_t i) { return magenta::IsWritten(Place(At(i)), kEnds); });
  }

  bool IsGrace(const Chain& chain) const {
    const std::span<const size_t> notes = chain.all();
    return chain.leads &&
           At(notes.back()).start_time() - At(notes.front()).start_time() <= kWhole &&
           Length(notes.back()) >= kTimes * Length(notes.front()) && !IsWritten(notes) &&
           std::all_of(notes.begin(), notes.end() - 1,
                       [this](size_t i) { return count_.At(Length(i)) <= kShortTicks; });
  }

  /// Ticks by which what is adorned begins nearer to sixteenths or triplets of eighths than its
  /// ornament.
  double Nearer(const Chain& chain) const {
    const auto from_written = [this](size_t i) {
      const double place = Place(At(i));
      return std::min(std::abs(place - Nearest(place, kSixteenth)),
                      std::abs(place - Nearest(place, kTriplet)));
    };
    return from_written(chain.notes.front()) - from_written(chain.notes.back());
  }

  /// Where it isn't clear, all begin alike.
  void AdornAll(const std::vector<Chain>& chains) {
    double sum = 0;
    for (const Chain& chain : chains) sum += Nearer(chain);
    for (const Chain& chain : chains) {
      const double nearer = Nearer(chain);
      HearIn(chain.ornament(), chain.notes.back());
      if ((std::abs(nearer) > kClearly ? nearer : sum) > 0) {
        GiveBack(chain);
      } else {
        BeginEarly(chain);
      }
    }
  }

  void HearIn(std::span<const size_t> ornament, size_t note) {
    for (const size_t i : ornament) heard_in_[part_[i]] = i == note ? part_[i] : part_[note];
  }

  /// What is adorned begins with its ornament, and so does all of its chord.
  void BeginEarly(const Chain& chain) {
    const Note first = At(chain.notes.front());
    const double start = At(chain.notes.back()).start_time();
    for (size_t k = after_[chain.notes.end()[-2]]; k < after_[chain.notes.back()]; ++k) {
      Note& note = At(k);
      if (note.start_time() != start) continue;  // it adorns something itself
      note.set_start_time(first.start_time());
      note.set_quantized_start_step(first.quantized_start_step());
    }
  }

  /// What the ornament cut short lasts until what is adorned.
  void GiveBack(const Chain& chain) {
    const size_t first = chain.notes.front();
    const double start = At(first).start_time();
    const Note& adorned = At(chain.notes.back());
    for (size_t k = first, left = kMostAtOnce; k > 0 && left > 0; --k, --left) {
      Note& note = At(k - 1);
      if (std::abs(note.end_time() - start) > kMeets || note.start_time() >= start) continue;
      note.set_end_time(adorned.start_time());
      note.set_quantized_end_step(
          std::max(note.quantized_start_step() + 1, adorned.quantized_start_step()));
    }
  }

  /// The lower note of a trill is heard all that time.
  void Hold(std::span<const size_t> trill) {
    const size_t lower = At(trill[0]).pitch() < At(trill[1]).pitch() ? trill[0] : trill[1];
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
};

}  // namespace

std::vector<int> TakeOrnaments(const BarCount& count, NoteSequence& played) {
  std::map<int, std::vector<int>> parts;
  for (int i = 0; i < played.notes_size(); ++i) {
    if (!played.notes(i).is_drum()) parts[played.notes(i).instrument()].push_back(i);
  }
  std::vector<int> heard_in(static_cast<size_t>(played.notes_size()));
  std::iota(heard_in.begin(), heard_in.end(), 0);
  for (auto& [instrument, part] : parts) {
    std::stable_sort(part.begin(), part.end(), [&played](int a, int b) {
      return played.notes(a).start_time() < played.notes(b).start_time();
    });
    AdornedPart(count, part, played, heard_in).TakeOut();
  }
  // What is left moves up.
  std::vector<int> place(heard_in.size());
  int left = 0;
  for (size_t i = 0; i < heard_in.size(); ++i) {
    if (heard_in[i] != static_cast<int>(i)) continue;
    if (left != static_cast<int>(i)) {
      played.mutable_notes()->SwapElements(left, static_cast<int>(i));
    }
    place[i] = left++;
  }
  played.mutable_notes()->DeleteSubrange(left, played.notes_size() - left);
  for (int& note : heard_in) note = place[static_cast<size_t>(note)];
  return heard_in;
}

}  // namespace magenta
