// Extraction against a second implementation that fills an array of events and looks back in it,
// step by step as docs/rules.md section 3 says, on thousands of small random sequences.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "magenta/music/extract_melodies.h"
#include "tests/dump.h"

namespace magenta {
namespace {

using Events = std::vector<Event>;

struct OracleMelody {
  int64_t origin;
  Events events;
};

void OracleSetLength(Events& events, size_t length) {
  Melody melody;
  for (const Event event : events) melody.Append(event);
  melody.SetLength(static_cast<int>(length));
  events = melody.events();
}

int64_t PythonMod(int64_t a, int64_t b) { return ((a % b) + b) % b; }

std::vector<NoteSequence::Note> OracleNotes(const NoteSequence& sequence, int instrument,
                                            int64_t search) {
  std::vector<NoteSequence::Note> notes;
  for (const auto& note : sequence.notes()) {
    if (note.instrument() == instrument && note.quantized_start_step() >= search) {
      notes.push_back(note);
    }
  }
  std::stable_sort(notes.begin(), notes.end(), [](const auto& a, const auto& b) {
    return std::pair(a.quantized_start_step(), -a.pitch()) <
           std::pair(b.quantized_start_step(), -b.pitch());
  });
  return notes;
}

// False: polyphonic. An empty melody: no notes.
bool OracleExtract(const std::vector<NoteSequence::Note>& notes, int64_t search, int bar,
                   const MelodyExtractionOptions& options, OracleMelody& melody) {
  Events& events = melody.events;
  if (notes.empty()) return true;
  const int64_t first = notes[0].quantized_start_step();
  melody.origin = first - PythonMod(first - search, bar);
  for (const auto& note : notes) {
    if ((options.filter_drums && note.is_drum()) || note.velocity() == 0) continue;
    const int64_t start = note.quantized_start_step() - melody.origin;
    const int64_t end = note.quantized_end_step() - melody.origin;
    if (!events.empty()) {
      int64_t last_on = static_cast<int64_t>(events.size()) - 1;
      int64_t last_off = static_cast<int64_t>(events.size());
      for (; events[last_on] < 0; --last_on) {
        if (events[last_on] == kNoteOff) last_off = last_on;
      }
      if (start == last_on) {
        if (options.ignore_polyphonic_notes) continue;
        return false;
      }
      if (start - last_off >= options.gap_bars * bar) break;
    }
    OracleSetLength(events, end + 1);
    events[start] = note.pitch();
    events[end] = kNoteOff;
    std::fill(events.begin() + start + 1, events.begin() + end, kNoEvent);
  }
  if (!events.empty() && events.back() == kNoteOff) events.pop_back();
  return true;
}

std::string OracleInstrument(const NoteSequence& sequence, int instrument, int bar,
                             const MelodyExtractionOptions& options) {
  std::string text;
  int64_t search = options.search_start_step;
  while (true) {
    OracleMelody melody{0, {}};
    if (!OracleExtract(OracleNotes(sequence, instrument, search), search, bar, options, melody)) {
      return text + "polyphonic|";
    }
    Events& events = melody.events;
    if (events.empty()) return text;
    if (options.pad_end) OracleSetLength(events, events.size() + PythonMod(-events.size(), bar));
    const int64_t end = melody.origin + static_cast<int64_t>(events.size());
    search = end + PythonMod(options.search_start_step - end, bar);
    if (static_cast<int>(events.size()) < options.min_bars * bar) continue;
    if (static_cast<int>(events.size()) > options.max_steps) {
      OracleSetLength(events, options.max_steps - (options.pad_end ? options.max_steps % bar : 0));
    }
    Melody laid_out;
    for (const Event event : events) laid_out.Append(event);
    const TwelveCounts classes = laid_out.PitchClasses();
    if (12 - std::count(classes.begin(), classes.end(), 0) < options.min_unique_pitches) continue;
    text += std::to_string(melody.origin) + ": " + DumpEvents(events) + "|";
  }
}

std::string Extracted(const QuantizedSequence& sequence, const MelodyExtractionOptions& options) {
  std::string text;
  const MelodyExtraction extraction = ExtractMelodies(sequence, options);
  for (const auto& [melody, instrument] : extraction.melodies) {
    text += std::to_string(melody.start_step()) + ": " + DumpEvents(melody.events()) + "|";
  }
  // A polyphonic instrument ends with its decision, after the melodies it gave.
  const bool polyphonic =
      !extraction.tracks.empty() && extraction.tracks.back().outcome == MelodyOutcome::kPolyphonic;
  return polyphonic ? text + "polyphonic|" : text;
}

TEST(ExtractMelodies, EqualsTheArrayOfEvents) {
  std::mt19937 random(7);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  int melodies = 0;
  for (int round = 0; round < 5000; ++round) {
    NoteSequence music = ParseMusic(round % 2 == 0 ? "M1/4@0" : "M3/4@0");
    const int length = 4 + below(60);
    for (int i = 0; i < 1 + below(12); ++i) {
      auto& note = *music.add_notes();
      note.set_pitch(60 + below(6));
      note.set_velocity(below(8) == 0 ? 0 : 90);
      note.set_is_drum(below(10) == 0);
      note.set_start_time(below(length) * 0.125);
      note.set_end_time(note.start_time() + (1 + below(9)) * 0.125);
    }
    const auto quantized = Quantize(music, Grid());
    ASSERT_TRUE(quantized.ok());
    MelodyExtractionOptions options;
    options.search_start_step = below(6);
    options.min_bars = below(3);
    options.max_steps = 1 + below(30);
    options.min_unique_pitches = 1 + below(3);
    options.gap_bars = (1 + below(6)) / 2.0;
    options.ignore_polyphonic_notes = below(3) > 0;
    options.filter_drums = below(4) > 0;
    options.pad_end = below(4) == 0;
    const int bar = static_cast<int>(quantized->steps_per_bar());
    const std::string expected = OracleInstrument(quantized->proto(), 0, bar, options);
    ASSERT_EQ(Extracted(*quantized, options), expected) << DumpMusic(music);
    melodies += static_cast<int>(std::count(expected.begin(), expected.end(), ':'));
  }
  EXPECT_GT(melodies, 2000);
}

}  // namespace
}  // namespace magenta
