#include "magenta/music/score/sheet.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int64_t kLongestSheet = int64_t{1} << 24;
// The first number of a control: of a sheet, and of one whose voices refuse pitches.
constexpr Event kSheetFormat = 1, kRefusingFormat = 2;
constexpr int kEndsBit = 1, kNoParallelsBit = 2, kKeepsCompassBit = 4, kStressesDensityBit = 8,
              kMovesOnBit = 16;

// Quarters of a note that begins in a quarter, up to which a density goes.
constexpr double kUpToDensity[kDensities - 1] = {0.5, 0.9, 1.4, 2.2};

// The first item that begins after `tick`.
template <class T>
auto FirstAfter(const std::vector<T>& items, int64_t tick) {
  return std::upper_bound(items.begin(), items.end(), tick,
                          [](int64_t t, const T& item) { return t < item.start; });
}

template <class T>
const T* LastUpTo(const std::vector<T>& items, int64_t tick) {
  const auto after = FirstAfter(items, tick);
  return after == items.begin() ? nullptr : &*(after - 1);
}

// Calls f(tick) for the moments of `notes` that may be the first after `tick`: with a note's
// beginning all that comes later is later.
template <class F>
void ForNextChanges(const std::vector<VoiceNote>& notes, int64_t tick, const F& f) {
  auto next = FirstAfter(notes, tick);
  if (next != notes.end()) f(next->start);
  if (next != notes.begin() && (next - 1)->end > tick) f((next - 1)->end);
}

const SheetMeter& MeterAt(const Sheet& sheet, int64_t tick) {
  const SheetMeter* found = &sheet.meters[0];
  for (const SheetMeter& meter : sheet.meters) {
    if (meter.bar_line <= tick) found = &meter;
  }
  return *found;
}

std::string VoiceText(size_t voice, std::string_view what) {
  return fmt::format("voice {} of the sheet {}", voice + 1, what);
}

absl::Status Broken(std::string message) {
  return SequenceError(std::move(message), "Make the data set again");
}

absl::Status CheckNotes(const std::vector<VoiceNote>& notes, size_t voice) {
  int64_t free = 0;
  for (const VoiceNote& note : notes) {
    if (note.start < free || note.end <= note.start || note.end > kLongestSheet) {
      return Broken(VoiceText(voice, fmt::format("has a note out of order at {}", note.start)));
    }
    if (note.pitch < kMinPitch || note.pitch > kMaxPitch) {
      return Broken(VoiceText(voice, fmt::format("has a note of pitch {}", note.pitch)));
    }
    free = note.end;
  }
  return absl::OkStatus();
}

absl::Status CheckRefused(const std::vector<RefusedPitch>& refused, size_t voice) {
  int64_t last = -1;
  for (const RefusedPitch& pitch : refused) {
    if (pitch.start <= last || pitch.start > kLongestSheet || pitch.pitch < kMinPitch ||
        pitch.pitch > kMaxPitch) {
      return Broken(VoiceText(voice, fmt::format("refuses what is none at {}", pitch.start)));
    }
    last = pitch.start;
  }
  return absl::OkStatus();
}

absl::Status CheckVoice(const SheetVoice& voice, size_t place) {
  MAGENTA_RETURN_IF_ERROR(CheckNotes(voice.notes, place));
  MAGENTA_RETURN_IF_ERROR(CheckNotes(voice.kept, place));
  MAGENTA_RETURN_IF_ERROR(CheckRefused(voice.refused, place));
  int64_t free = 0;
  for (const OpenRange& range : voice.open) {
    if (range.start < free || range.end <= range.start || range.until < range.end ||
        range.until > kLongestSheet) {
      return Broken(VoiceText(place, fmt::format("is open out of order at {}", range.start)));
    }
    free = range.until;
  }
  for (const VoiceNote& note : voice.notes) {
    const auto next = FirstAfter(voice.open, note.start);
    if ((next != voice.open.begin() && (next - 1)->until > note.start) ||
        (next != voice.open.end() && next->start < note.end)) {
      return Broken(
          VoiceText(place, fmt::format("is open where a note is given, at {}", note.start)));
    }
  }
  return absl::OkStatus();
}

/// Numbers one after another.
class SheetWriter {
 public:
  explicit SheetWriter(std::vector<Event>& numbers) : numbers_(numbers) {}
  void Add(int64_t number) { numbers_.push_back(static_cast<Event>(number)); }
  template <class T, class F>
  void AddEach(const std::vector<T>& items, const F& add) {
    Add(static_cast<int64_t>(items.size()));
    for (const T& item : items) add(item);
  }
  void AddNotes(const std::vector<VoiceNote>& notes) {
    AddEach(notes,
            [this](const VoiceNote& note) { Add(note.start), Add(note.end), Add(note.pitch); });
  }

 private:
  std::vector<Event>& numbers_;
};

/// The same; after the end there are zeros, and good() is false.
class SheetReader {
 public:
  explicit SheetReader(std::span<const Event> numbers) : numbers_(numbers) {}
  int Take() {
    if (next_ < numbers_.size()) return numbers_[next_++];
    good_ = false;
    return 0;
  }
  template <class T, class F>
  void TakeEach(std::vector<T>& items, int numbers_each, const F& take) {
    const int count = Take();
    const auto left = static_cast<int64_t>(numbers_.size() - next_);
    if (count < 0 || int64_t{count} * numbers_each > left) good_ = false;
    for (int i = 0; good_ && i < count; ++i) take(items.emplace_back());
  }
  void TakeNotes(std::vector<VoiceNote>& notes) {
    TakeEach(notes, 3, [this](VoiceNote& note) {
      note.start = Take(), note.end = Take(), note.pitch = Take();
    });
  }
  bool good() const { return good_; }
  void Fail() { good_ = false; }

 private:
  std::span<const Event> numbers_;
  size_t next_ = 0;
  bool good_ = true;
};

/// What a voice of lines does, tick after tick in rising order.
class LineCursor {
 public:
  explicit LineCursor(const std::vector<VoiceNote>& notes) : notes_(notes) {}
  Event At(int64_t tick) {
    bool ended = false;
    while (next_ < notes_.size() && notes_[next_].end <= tick) {
      ended = sounds_;
      sounds_ = false;
      ++next_;
    }
    if (next_ < notes_.size() && notes_[next_].start == tick) {
      sounds_ = true;
      return notes_[next_].pitch;
    }
    return ended ? kNoteOff : kNoEvent;
  }

 private:
  const std::vector<VoiceNote>& notes_;
  size_t next_ = 0;
  bool sounds_ = false;
};

}  // namespace

absl::Status CheckSheet(const Sheet& sheet) {
  if (sheet.length < 0 || sheet.length > kLongestSheet) {
    return Broken(fmt::format("a sheet lasts {} ticks", sheet.length));
  }
  if (sheet.voices.empty() || sheet.voices.size() > kMaxVoices) {
    return Broken(fmt::format("a sheet has {} voices", sheet.voices.size()));
  }
  for (size_t v = 0; v < sheet.voices.size(); ++v) {
    MAGENTA_RETURN_IF_ERROR(CheckVoice(sheet.voices[v], v));
  }
  if (sheet.meters.empty()) return Broken("a sheet has no meter");
  for (size_t i = 0; i < sheet.meters.size(); ++i) {
    const SheetMeter& meter = sheet.meters[i];
    if (meter.bar < 1 || meter.beat < 1 || (i == 0 && meter.bar_line > 0) ||
        (i > 0 && meter.bar_line <= sheet.meters[i - 1].bar_line)) {
      return Broken(fmt::format("a sheet has a meter out of order at {}", meter.bar_line));
    }
  }
  for (size_t i = 0; i < sheet.chords.size(); ++i) {
    const SheetChord& chord = sheet.chords[i];
    if (chord.root < -1 || chord.root > 11 || chord.pitch_classes < 0 ||
        chord.pitch_classes >= 1 << 12 || (i > 0 && chord.start < sheet.chords[i - 1].start)) {
      return Broken(fmt::format("a sheet has a chord out of order at {}", chord.start));
    }
  }
  if (sheet.key < -1 || sheet.key > 11) return Broken(fmt::format("a sheet has key {}", sheet.key));
  if (sheet.density < -1 || sheet.density >= kDensities) {
    return Broken(fmt::format("a sheet has density {}", sheet.density));
  }
  return absl::OkStatus();
}

std::vector<Event> WriteSheet(const Sheet& sheet) {
  std::vector<Event> numbers;
  SheetWriter to(numbers);
  const bool refuses = std::any_of(sheet.voices.begin(), sheet.voices.end(),
                                   [](const SheetVoice& voice) { return !voice.refused.empty(); });
  to.Add(refuses ? kRefusingFormat : kSheetFormat);
  to.Add(sheet.length);
  to.Add((sheet.ends ? kEndsBit : 0) | (sheet.no_parallels ? kNoParallelsBit : 0) |
         (sheet.keeps_compass ? kKeepsCompassBit : 0) |
         (sheet.stresses_density ? kStressesDensityBit : 0) | (sheet.moves_on ? kMovesOnBit : 0));
  to.Add(sheet.key);
  to.Add(sheet.density);
  to.AddEach(sheet.voices, [&](const SheetVoice& voice) {
    to.Add(static_cast<int>(voice.role));
    to.AddEach(voice.open, [&](const OpenRange& range) {
      to.Add(range.start), to.Add(range.end), to.Add(range.until);
    });
    to.AddNotes(voice.notes);
    to.Add(voice.known_ahead ? 1 : 0);
    to.Add(static_cast<int>(voice.keep));
    to.AddNotes(voice.kept);
    if (!refuses) return;
    to.AddEach(voice.refused,
               [&](const RefusedPitch& pitch) { to.Add(pitch.start), to.Add(pitch.pitch); });
  });
  to.AddEach(sheet.meters, [&](const SheetMeter& meter) {
    to.Add(meter.bar_line), to.Add(meter.bar), to.Add(meter.beat);
  });
  to.AddEach(sheet.chords, [&](const SheetChord& chord) {
    to.Add(chord.start), to.Add(chord.root), to.Add(chord.pitch_classes);
  });
  return numbers;
}

absl::StatusOr<Sheet> ReadSheet(std::span<const Event> control) {
  SheetReader from(control);
  const Event format = from.Take();
  if (format != kSheetFormat && format != kRefusingFormat) {
    return Broken("the control of a sequence is no sheet");
  }
  Sheet sheet;
  sheet.length = from.Take();
  const int bits = from.Take();
  if ((bits &
       ~(kEndsBit | kNoParallelsBit | kKeepsCompassBit | kStressesDensityBit | kMovesOnBit)) != 0) {
    from.Fail();
  }
  sheet.ends = (bits & kEndsBit) != 0;
  sheet.no_parallels = (bits & kNoParallelsBit) != 0;
  sheet.keeps_compass = (bits & kKeepsCompassBit) != 0;
  sheet.stresses_density = (bits & kStressesDensityBit) != 0;
  sheet.moves_on = (bits & kMovesOnBit) != 0;
  sheet.key = from.Take();
  sheet.density = from.Take();
  from.TakeEach(sheet.voices, 1, [&](SheetVoice& voice) {
    const int role = from.Take();
    if (role < 0 || role >= kVoiceRoles) return from.Fail();
    voice.role = static_cast<VoiceRole>(role);
    from.TakeEach(voice.open, 3, [&](OpenRange& range) {
      range.start = from.Take(), range.end = from.Take(), range.until = from.Take();
    });
    from.TakeNotes(voice.notes);
    voice.known_ahead = from.Take() != 0;
    const int keep = from.Take();
    if (keep < 0 || keep > static_cast<int>(Keep::kSound)) return from.Fail();
    voice.keep = static_cast<Keep>(keep);
    from.TakeNotes(voice.kept);
    if (format == kSheetFormat) return;
    from.TakeEach(voice.refused, 2, [&](RefusedPitch& pitch) {
      pitch.start = from.Take(), pitch.pitch = from.Take();
    });
  });
  sheet.meters.clear();
  from.TakeEach(sheet.meters, 3, [&](SheetMeter& meter) {
    meter.bar_line = from.Take(), meter.bar = from.Take(), meter.beat = from.Take();
  });
  from.TakeEach(sheet.chords, 3, [&](SheetChord& chord) {
    chord.start = from.Take(), chord.root = from.Take(), chord.pitch_classes = from.Take();
  });
  if (!from.good()) return Broken("the sheet of a sequence is cut short, or says what none does");
  MAGENTA_RETURN_IF_ERROR(CheckSheet(sheet));
  return sheet;
}

SheetMeter SheetMeterFor(int numerator, int denominator) {
  const double note = 4.0 * kTicksPerQuarter / denominator;
  const bool is_compound = denominator >= 8 && numerator % 3 == 0;
  const auto ticks = [](double exact) { return static_cast<int>(std::lround(exact)); };
  SheetMeter meter;
  meter.bar = std::max(1, ticks(note * numerator));
  meter.beat = std::clamp(ticks(note * (is_compound ? 3 : 1)), 1, meter.bar);
  return meter;
}

BarPlace PlaceOf(const Sheet& sheet, int64_t tick) {
  BarPlace place;
  place.meter = MeterAt(sheet, tick);
  const int64_t since = tick - place.meter.bar_line;
  place.place = static_cast<int>((since % place.meter.bar + place.meter.bar) % place.meter.bar);
  place.bar_start = tick - place.place;
  return place;
}

int BarsLeft(const Sheet& sheet, int64_t tick) {
  int64_t lines = 0;
  for (size_t i = 0; i < sheet.meters.size(); ++i) {
    const SheetMeter& meter = sheet.meters[i];
    const int64_t end = i + 1 < sheet.meters.size()
                            ? std::min(sheet.meters[i + 1].bar_line, sheet.length)
                            : sheet.length;
    // Its bar lines from `first` to before `end`.
    const int64_t first = std::max(meter.bar_line, tick + 1) - meter.bar_line;
    const int64_t last = end - meter.bar_line;
    if (last > first)
      lines += (last + meter.bar - 1) / meter.bar - (first + meter.bar - 1) / meter.bar;
  }
  return static_cast<int>(std::min<int64_t>(lines, std::numeric_limits<int>::max()));
}

const OpenRange* OpenAt(const SheetVoice& voice, int64_t tick) {
  const OpenRange* range = LastUpTo(voice.open, tick);
  return range != nullptr && range->until > tick ? range : nullptr;
}

const VoiceNote* NoteAt(const SheetVoice& voice, int64_t tick) {
  const VoiceNote* note = LastUpTo(voice.notes, tick);
  return note != nullptr && note->end > tick ? note : nullptr;
}

const VoiceNote* NextNote(const SheetVoice& voice, int64_t tick) {
  const auto next = FirstAfter(voice.notes, tick);
  return next == voice.notes.end() ? nullptr : &*next;
}

Event GivenSymbol(const SheetVoice& voice, int64_t tick, bool sounds) {
  const VoiceNote* note = NoteAt(voice, tick);
  if (note == nullptr) return sounds ? kNoteOff : kNoEvent;
  return note->start == tick ? note->pitch : kNoEvent;
}

void DecisionOrder(const Sheet& sheet, int64_t tick, std::vector<int>& order) {
  order.clear();
  const int voices = static_cast<int>(sheet.voices.size());
  int first_open = -1, last_open = -1;
  for (int v = 0; v < voices; ++v) {
    if (OpenAt(sheet.voices[v], tick) == nullptr) {
      order.push_back(v);
    } else {
      if (first_open < 0) first_open = v;
      last_open = v;
    }
  }
  if (first_open < 0) return;
  order.push_back(first_open);
  if (last_open != first_open) order.push_back(last_open);
  for (int v = first_open + 1; v < last_open; ++v) {
    if (OpenAt(sheet.voices[v], tick) != nullptr) order.push_back(v);
  }
}

int64_t NextFixedMoment(const Sheet& sheet, int64_t tick) {
  int64_t next = sheet.length;
  const auto consider = [&](int64_t moment) {
    if (moment > tick) next = std::min(next, moment);
  };
  for (const SheetVoice& voice : sheet.voices) {
    if (voice.known_ahead) ForNextChanges(voice.notes, tick, consider);
    if (voice.keep == Keep::kRhythm) ForNextChanges(voice.kept, tick, consider);
    const auto range = FirstAfter(voice.open, tick);
    if (range != voice.open.end()) consider(range->start);
    if (range != voice.open.begin()) consider((range - 1)->until);
  }
  return next;
}

bool IsFixedMoment(const Sheet& sheet, int64_t tick) {
  return tick == 0 || NextFixedMoment(sheet, tick - 1) == tick;
}

SheetVoice OpenVoiceOf(VoiceRole role, int64_t length) {
  SheetVoice voice;
  voice.role = role;
  voice.open = {{0, length, length}};
  return voice;
}

bool OpenVoice(SheetVoice& voice, const std::vector<VoiceNote>& line, int64_t start, int64_t end) {
  if (!voice.open.empty()) start = std::max(start, voice.open.back().until);
  if (const VoiceNote* note = NoteAt(voice, start); note != nullptr && note->start < start) {
    start = note->end;
  }
  if (start >= end) return false;
  OpenRange range = {start, end, end};
  const auto in_range = [&](const VoiceNote& note) {
    return note.start >= start && note.start < end;
  };
  std::erase_if(voice.notes, in_range);
  if (const VoiceNote* next = NextNote(voice, end - 1)) {
    range.until = next->start;
  } else {
    for (const VoiceNote& note : line) {
      if (in_range(note)) range.until = std::max(range.until, note.end);
    }
  }
  voice.open.push_back(range);
  return true;
}

int DensityOf(double notes_each_quarter) {
  return static_cast<int>(
      std::upper_bound(std::begin(kUpToDensity), std::end(kUpToDensity), notes_each_quarter) -
      std::begin(kUpToDensity));
}

int DensityOf(const Sheet& sheet, const VoiceLines& lines) {
  int64_t notes = 0, ticks = 0;
  for (size_t v = 0; v < lines.size(); ++v) {
    for (const OpenRange& range : sheet.voices[v].open) ticks += range.end - range.start;
    for (const VoiceNote& note : lines[v]) {
      const OpenRange* range = OpenAt(sheet.voices[v], note.start);
      notes += range != nullptr && note.start < range->end;
    }
  }
  if (ticks == 0) return -1;
  return DensityOf(static_cast<double>(notes) * kTicksPerQuarter / static_cast<double>(ticks));
}

std::vector<Event> EventsOf(const Sheet& sheet, const VoiceLines& lines) {
  std::vector<int64_t> changes;
  for (const auto& line : lines) {
    for (const VoiceNote& note : line) changes.push_back(note.start), changes.push_back(note.end);
  }
  for (int64_t t = NextFixedMoment(sheet, 0); t < sheet.length; t = NextFixedMoment(sheet, t)) {
    changes.push_back(t);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<LineCursor> cursors(lines.begin(), lines.end());
  std::vector<Event> events = {TimeShift(0)};
  std::vector<int> order;
  auto change = changes.begin();
  for (int64_t tick = 0; tick < sheet.length;) {
    std::vector<Event> symbols;
    symbols.reserve(cursors.size());
    for (LineCursor& cursor : cursors) symbols.push_back(cursor.At(tick));
    DecisionOrder(sheet, tick, order);
    for (const int v : order) events.push_back(symbols[v]);
    while (change != changes.end() && *change <= tick) ++change;
    int64_t next = std::min(sheet.length, tick + kLongestShift);
    if (change != changes.end()) next = std::min(next, *change);
    events.push_back(TimeShift(static_cast<int>(next - tick)));
    tick = next;
  }
  return events;
}

VoiceLines LinesOf(const Sheet& sheet, std::span<const Event> events) {
  VoiceLines lines(sheet.voices.size());
  std::vector<bool> sounds(lines.size(), false);
  std::vector<int> order;
  int64_t tick = 0;
  size_t decided = 0;
  DecisionOrder(sheet, 0, order);
  const auto end = [&](int voice) {
    if (sounds[voice]) lines[voice].back().end = tick;
    sounds[voice] = false;
  };
  for (const Event event : events.subspan(std::min<size_t>(1, events.size()))) {
    if (decided == order.size()) {
      tick += IsTimeShift(event) ? std::max(TicksOf(event), 1) : 1;
      decided = 0;
      DecisionOrder(sheet, tick, order);
      continue;
    }
    const int voice = order[decided++];
    if (IsTimeShift(event) || event == kNoEvent) continue;
    end(voice);
    if (event < 0) continue;
    lines[voice].push_back({tick, tick + 1, event});
    sounds[voice] = true;
  }
  for (size_t v = 0; v < lines.size(); ++v) end(static_cast<int>(v));
  return lines;
}

}  // namespace magenta
