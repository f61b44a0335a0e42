#include "magenta/music/score/moment_history.h"

#include <algorithm>
#include <cmath>

#include "magenta/base/check.h"
#include "magenta/music/score/sheet.h"

namespace magenta {
namespace {

constexpr int16_t kLongestRun = 32767;

int16_t OneMore(int16_t run) { return run < kLongestRun ? static_cast<int16_t>(run + 1) : run; }

void Raise(int16_t& support, int16_t run) { support = std::max(support, run); }

}  // namespace

MomentHistory::MomentHistory(std::span<const int> first_pitches, double fading_ticks)
    : fading_ticks_(fading_ticks),
      first_pitches_(first_pitches.begin(), first_pitches.end()),
      before_(first_pitches.size()),
      decided_(first_pitches.size()),
      symbols_now_(first_pitches.size(), kNoEvent),
      now_(first_pitches.size(), -1),
      lines_(first_pitches.size()) {
  for (size_t v = 0; v < first_pitches.size(); ++v) before_[v].last = first_pitches[v];
}

void MomentHistory::Decide(int voice, Event symbol) {
  MAGENTA_CHECK(!decided_[voice] && symbol >= kNoEvent && symbol <= kMaxPitch);
  decided_[voice] = true;
  symbols_now_[voice] = symbol;
  now_[voice] = symbol == kNoEvent ? before_[voice].sounding : std::max(symbol, -1);
  if (symbol == kNoEvent) return;
  const Line& line = lines_[voice];
  const int before = line.notes.empty() ? -1 : line.notes.back().pitch;
  ExtendLine(lines_[voice],
             {static_cast<int8_t>(symbol >= 0 ? symbol : before), symbol < 0, tick_});
}

void MomentHistory::Advance(int ticks) {
  MAGENTA_CHECK(ticks >= 1 && ticks <= kLongestRun);
  const double fading = std::exp(-ticks / fading_ticks_);
  for (double& share : recent_) share *= fading;
  for (int v = 0; v < voices(); ++v) {
    MAGENTA_CHECK(decided_[v]);
    Voice& voice = before_[v];
    const Event symbol = symbols_now_[v];
    symbols_.push_back(static_cast<int8_t>(symbol));
    pitches_.push_back(static_cast<int8_t>(now_[v]));
    if (now_[v] >= 0) recent_[now_[v] % 12] += ticks, whole_[now_[v] % 12] += ticks;
    voice.age = symbol == kNoEvent ? voice.age + ticks : ticks;
    const bool is_silent = now_[v] < 0 && voice.age > kTicksPerQuarter;
    const bool moves = symbol >= 0 && symbol != voice.last;
    voice.stay = is_silent ? 0 : moves ? ticks : voice.stay + ticks;
    if (symbol >= 0) {
      voice.interval = symbol - voice.last;
      voice.last = symbol;
    }
    voice.sounding = now_[v];
    decided_[v] = false;
  }
  times_.push_back(static_cast<int16_t>(ticks));
  ticks_.push_back(tick_);
  tick_ += ticks;
  ExtendRuns();
}

void MomentHistory::Begin() {
  begin_ = tick_;
  recent_.fill(0);
  for (int v = 0; v < voices(); ++v) {
    MAGENTA_CHECK(!decided_[v]);
    before_[v] = {.last = first_pitches_[v]};
    std::vector<Note>& notes = lines_[v].notes;
    if (!notes.empty()) ExtendLine(lines_[v], {notes.back().pitch, true, tick_});
  }
  // No run goes on over the border.
  std::fill(runs_.begin(), runs_.end(), 0);
  std::fill(moved_runs_.begin(), moved_runs_.end(), 0);
}

bool MomentHistory::SameMoment(int a, int b) const {
  const auto pitches = pitches_.begin();
  return times_[a] == times_[b] && std::equal(pitches + static_cast<ptrdiff_t>(a) * voices(),
                                              pitches + static_cast<ptrdiff_t>(a + 1) * voices(),
                                              pitches + static_cast<ptrdiff_t>(b) * voices());
}

// By how much moment b is higher than a, if it is the same otherwise; nothing where no voice
// sounds.
std::optional<int> MomentHistory::MoveOf(int a, int b) const {
  if (times_[a] != times_[b]) return std::nullopt;
  const int8_t* from = &pitches_[static_cast<size_t>(a) * voices()];
  const int8_t* to = &pitches_[static_cast<size_t>(b) * voices()];
  std::optional<int> move;
  for (int v = 0; v < voices(); ++v) {
    if ((from[v] < 0) != (to[v] < 0)) return std::nullopt;
    if (from[v] < 0) continue;
    if (move.value_or(to[v] - from[v]) != to[v] - from[v]) return std::nullopt;
    move = to[v] - from[v];
  }
  return move;
}

// From the latest on, so that each finds the run of the one before it as it was.
void MomentHistory::ExtendRuns() {
  runs_.push_back(0);
  moved_runs_.push_back(0);
  moves_.push_back(0);
  const int last = moments() - 1;
  const int first = FirstInReach();
  for (int s = last; s > first; --s) {
    runs_[s] = SameMoment(s - 1, last) ? OneMore(runs_[s - 1]) : 0;
    const std::optional<int> move = MoveOf(s - 1, last);
    const bool goes_on = move.has_value() && moved_runs_[s - 1] > 0 && moves_[s - 1] == *move;
    moved_runs_[s] = !move.value_or(0) ? 0 : goes_on ? OneMore(moved_runs_[s - 1]) : 1;
    moves_[s] = static_cast<int8_t>(move.value_or(0));
  }
  runs_[first] = moved_runs_[first] = 0;
}

void MomentHistory::ExtendLine(Line& line, Note note) {
  line.notes.push_back(note);
  line.runs.push_back(0);
  const std::vector<Note>& notes = line.notes;
  const int last = static_cast<int>(notes.size()) - 1;
  const int first = std::max(1, last - kReach);
  for (int j = last - 1; j >= first; --j) {
    const Note &a = notes[j], &b = notes[last];
    const Note &before_a = notes[j - 1], &before_b = notes[last - 1];
    const bool same = a.rest == b.rest && a.pitch - before_a.pitch == b.pitch - before_b.pitch &&
                      a.tick - before_a.tick == b.tick - before_b.tick;
    line.runs[j] = same ? OneMore(line.runs[j - 1]) : 0;
  }
  if (first - 1 < last) line.runs[first - 1] = 0;
}

std::array<float, 12> MomentHistory::PitchClasses(bool recent) const {
  const std::array<double, 12>& from = recent ? recent_ : whole_;
  double sum = 0;
  for (const double time : from) sum += time;
  std::array<float, 12> shares{};
  for (int k = 0; sum > 0 && k < 12; ++k) shares[k] = static_cast<float>(from[k] / sum);
  return shares;
}

void MomentHistory::ChordSupport(int voice, SymbolSupport& support) const {
  support.fill(0);
  for (int s = FirstInReach() + 1; s < moments(); ++s) {
    if (runs_[s] == 0) continue;
    const int8_t* symbols = &symbols_[static_cast<size_t>(s) * voices()];
    bool same = true;
    for (int u = 0; same && u < voices(); ++u) {
      same = u == voice || !decided_[u] || symbols[u] == symbols_now_[u];
    }
    if (same) Raise(support[SymbolPlace(symbols[voice])], runs_[s]);
  }
}

void MomentHistory::MovedChordSupport(int voice, SymbolSupport& support) const {
  support.fill(0);
  for (int s = FirstInReach() + 1; s < moments(); ++s) {
    if (moved_runs_[s] == 0) continue;
    const int8_t* symbols = &symbols_[static_cast<size_t>(s) * voices()];
    const auto moved = [&](Event symbol) { return symbol < 0 ? symbol : symbol + moves_[s]; };
    bool same = true;
    for (int u = 0; same && u < voices(); ++u) {
      same = u == voice || !decided_[u] || moved(symbols[u]) == symbols_now_[u];
    }
    const Event symbol = moved(symbols[voice]);
    if (!same || symbol > kMaxPitch || (symbols[voice] >= 0 && symbol < 0)) continue;
    Raise(support[SymbolPlace(symbol)], moved_runs_[s]);
  }
}

void MomentHistory::VoiceSupport(int voice, SymbolSupport& support) const {
  support.fill(0);
  const std::vector<Note>& notes = lines_[voice].notes;
  const int last = static_cast<int>(notes.size()) - 1;
  for (int j = std::max(0, last - kReach); j < last; ++j) {
    const int64_t age = tick_ - notes[last].tick;
    const int64_t duration = notes[j + 1].tick - notes[j].tick;
    if (age > duration) continue;
    Event symbol = kNoEvent;
    if (age == duration) {
      symbol =
          notes[j + 1].rest ? kNoteOff : notes[last].pitch + notes[j + 1].pitch - notes[j].pitch;
      if (!notes[j + 1].rest && (symbol < kMinPitch || symbol > kMaxPitch)) continue;
    }
    Raise(support[SymbolPlace(symbol)], OneMore(lines_[voice].runs[j]));
  }
}

void MomentHistory::TimeSupport(std::span<int16_t> support, std::span<int16_t> counts) const {
  std::fill(support.begin(), support.end(), 0);
  std::fill(counts.begin(), counts.end(), 0);
  const int longest = static_cast<int>(support.size()) - 1;
  for (int s = FirstInReach(); s < moments(); ++s) {
    const int time = std::min<int>(times_[s], longest);
    counts[time] = OneMore(counts[time]);
    const int8_t* pitches = &pitches_[static_cast<size_t>(s) * voices()];
    bool same = s > FirstInReach();
    for (int v = 0; same && v < voices(); ++v) same = pitches[v] == now_[v];
    if (same) Raise(support[time], OneMore(runs_[s]));
  }
}

void MomentHistory::CountPlaces(std::span<int16_t> counts) const {
  std::fill(counts.begin(), counts.end(), 0);
  for (int s = FirstInReach(); s < moments(); ++s) {
    int16_t& count = counts[ticks_[s] % static_cast<int64_t>(counts.size())];
    count = OneMore(count);
  }
}

void MomentHistory::CountPitches(int voice, PitchCounts& all, PitchCounts& after_last) const {
  MAGENTA_CHECK(!decided_[voice]);
  all.fill(0);
  after_last.fill(0);
  const std::vector<Note>& notes = lines_[voice].notes;
  const int end = static_cast<int>(notes.size());
  for (int j = std::max(0, end - kReach); j < end; ++j) {
    if (notes[j].rest) continue;
    all[notes[j].pitch] = OneMore(all[notes[j].pitch]);
    if (j > 0 && notes[j - 1].pitch == before_[voice].last) {
      after_last[notes[j].pitch] = OneMore(after_last[notes[j].pitch]);
    }
  }
}

int MomentHistory::NotesSince(int voice, int64_t ticks) const {
  int count = 0;
  const std::vector<Note>& notes = lines_[voice].notes;
  for (auto note = notes.rbegin(); note != notes.rend() && note->tick > tick_ - ticks; ++note) {
    count += note->rest ? 0 : 1;
  }
  return count;
}

void MomentHistory::CountTogether(int other, int voice, PitchCounts& counts) const {
  counts.fill(0);
  if (now_[other] < 0) return;
  for (int s = FirstInReach(); s < moments(); ++s) {
    const int8_t* pitches = &pitches_[static_cast<size_t>(s) * voices()];
    if (pitches[other] == now_[other] && pitches[voice] >= 0) {
      counts[pitches[voice]] = OneMore(counts[pitches[voice]]);
    }
  }
}

}  // namespace magenta
