// Melodies and drum tracks: magenta_native/melodies.py and drums.py, which hold the events.

#include <fmt/core.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <tuple>

#include "magenta/music/drums/drum_track.h"
#include "magenta/music/drums/extract_drum_tracks.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/melody.h"
#include "magenta/music/parts.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

/// Events, or hits of (step, pitch), and how many steps; start_step, steps_per_bar,
/// steps_per_quarter.
using MelodyParts = std::tuple<std::vector<int>, int64_t, int, int>;
using DrumParts = std::tuple<std::vector<std::pair<int64_t, int>>, int64_t, int64_t, int, int>;

/// On steps of quarters, in whole bars.
QuantizedSequence QuantizedInBars(NoteSequence sequence) {
  if (sequence.quantization_info().steps_per_quarter() <= 0) {
    Check(SequenceError("the sequence does not stand on steps of quarters",
                        "Quantize it with quantize_note_sequence"),
          "", "QuantizationStatusError");
  }
  QuantizedSequence quantized = Value(TakeQuantized(std::move(sequence)));
  if (quantized.steps_per_bar() != std::floor(quantized.steps_per_bar())) {
    Check(SequenceError(fmt::format("a bar has {} steps", quantized.steps_per_bar()),
                        "Give more steps per quarter"),
          "", "NonIntegerStepsPerBarError");
  }
  return quantized;
}

Melody MelodyOf(const MelodyParts& parts) {
  const auto& [events, start_step, steps_per_bar, steps_per_quarter] = parts;
  if (steps_per_bar <= 0 || steps_per_quarter <= 0)
    Check(UsageError("a bar or a quarter without steps"));
  // As they are: FromEvents would clean them.
  Melody melody(steps_per_bar, steps_per_quarter, start_step);
  for (const int event : events) {
    if (event < kNoEvent || event > kMaxPitch) {
      Check(UsageError(fmt::format("{} is no event of a melody", event),
                       "Give -2, -1 or a MIDI pitch"));
    }
    melody.Append(event);
  }
  return melody;
}

MelodyParts PartsOfMelody(const Melody& melody) {
  return {{melody.events().begin(), melody.events().end()},
          melody.start_step(),
          melody.steps_per_bar(),
          melody.steps_per_quarter()};
}

MelodyParts ExtractMelody(const nb::bytes& sequence, int64_t search_start_step, int instrument,
                          double gap_bars, bool ignore_polyphonic_notes, bool pad_end,
                          bool filter_drums) {
  return WithoutGil([&] {
    const QuantizedSequence quantized =
        QuantizedInBars(OnlyInstrument(ParseSequence(View(sequence)), instrument));
    MelodyExtractionOptions options;
    options.search_start_step = search_start_step;
    options.min_bars = 0;
    options.max_steps = 0;
    options.min_unique_pitches = 0;
    options.gap_bars = gap_bars;
    options.ignore_polyphonic_notes = ignore_polyphonic_notes;
    options.pad_end = pad_end;
    options.filter_drums = filter_drums;
    const MelodyExtraction extraction = ExtractMelodies(quantized, options);
    if (!extraction.tracks.empty() && extraction.tracks[0].outcome == MelodyOutcome::kPolyphonic) {
      Check(SequenceError(fmt::format("instrument {} is polyphonic: {}", instrument,
                                      extraction.tracks[0].reason),
                          "Give ignore_polyphonic_notes=True to keep the highest notes"),
            "", "PolyphonicMelodyError");
    }
    if (extraction.melodies.empty()) {
      return PartsOfMelody(
          Melody(static_cast<int>(quantized.steps_per_bar()), quantized.steps_per_quarter()));
    }
    return PartsOfMelody(extraction.melodies[0].melody);
  });
}

/// The range that Melody takes.
void CheckRange(int min_note, int max_note) {
  if (min_note >= kMinPitch && max_note <= kMaxPitch + 1 && max_note - min_note >= 12) return;
  Check(UsageError(fmt::format("notes can't be folded into [{}, {})", min_note, max_note),
                   "Give a range of an octave or more within 0 to 128"));
}

MelodyParts TransposeMelody(const MelodyParts& parts, int semitones, int min_note, int max_note) {
  CheckRange(min_note, max_note);
  Melody melody = MelodyOf(parts);
  melody.Transpose(semitones, min_note, max_note);
  return PartsOfMelody(melody);
}

std::pair<MelodyParts, int> SquashMelody(const MelodyParts& parts, int min_note, int max_note,
                                         std::optional<int> transpose_to_key) {
  CheckRange(min_note, max_note);
  if (transpose_to_key.has_value() && (*transpose_to_key < 0 || *transpose_to_key > 11)) {
    Check(UsageError(fmt::format("there is no key {}", *transpose_to_key), "Give 0 (C) to 11 (B)"));
  }
  Melody melody = MelodyOf(parts);
  const int semitones = melody.Squash(min_note, max_note, transpose_to_key);
  return {PartsOfMelody(melody), semitones};
}

void CheckQpm(double qpm) {
  if (!(std::isfinite(qpm) && qpm > 0))
    Check(UsageError(fmt::format("{} qpm is no tempo", qpm), "Give one above 0"));
}

nb::bytes MelodyToSequence(const MelodyParts& parts, double qpm, int velocity, int instrument,
                           int program, double start) {
  CheckQpm(qpm);
  return ToBytes(
      SerializeSequence(MelodyOf(parts).ToSequence(qpm, velocity, instrument, program, start)));
}

DrumParts ExtractDrums(const nb::bytes& sequence, int64_t search_start_step, double gap_bars,
                       bool pad_end, bool ignore_is_drum) {
  return WithoutGil([&]() -> DrumParts {
    const QuantizedSequence quantized = QuantizedInBars(ParseSequence(View(sequence)));
    DrumExtractionOptions options;
    options.search_start_step = search_start_step;
    options.min_bars = 0;
    options.max_steps = 0;
    options.gap_bars = gap_bars;
    options.pad_end = pad_end;
    options.ignore_is_drum = ignore_is_drum;
    const DrumExtraction extraction = ExtractDrumTracks(quantized, options);
    const DrumTrack track =
        extraction.tracks.empty()
            ? DrumTrack(static_cast<int>(quantized.steps_per_bar()), quantized.steps_per_quarter())
            : extraction.tracks[0];
    std::vector<std::pair<int64_t, int>> hits;
    for (const DrumHit& hit : track.hits()) hits.emplace_back(hit.step, hit.pitch);
    return {std::move(hits), track.size(), track.start_step(), track.steps_per_bar(),
            track.steps_per_quarter()};
  });
}

nb::bytes DrumsToSequence(const DrumParts& parts, double qpm, int velocity, int instrument,
                          int program, double start) {
  CheckQpm(qpm);
  const auto& [hits, size, start_step, steps_per_bar, steps_per_quarter] = parts;
  if (steps_per_bar <= 0 || steps_per_quarter <= 0)
    Check(UsageError("a bar or a quarter without steps"));
  DrumTrack track(steps_per_bar, steps_per_quarter, start_step);
  for (const auto& [step, pitch] : hits) {
    if (pitch < kMinPitch || pitch > kMaxPitch)
      Check(UsageError(fmt::format("there is no drum {}", pitch)));
    track.Strike(step, pitch);
  }
  track.SetLength(size);
  NoteSequence sequence = track.ToSequence(qpm, velocity, start);
  for (auto& note : *sequence.mutable_notes()) {
    note.set_instrument(instrument);
    note.set_program(program);
  }
  return ToBytes(SerializeSequence(sequence));
}

}  // namespace

void BindEvents(nb::module_& module) {
  module.def("extract_melody", &ExtractMelody, nb::arg("sequence"), nb::arg("search_start_step"),
             nb::arg("instrument"), nb::arg("gap_bars"), nb::arg("ignore_polyphonic_notes"),
             nb::arg("pad_end"), nb::arg("filter_drums"));
  module.def("transpose_melody", &TransposeMelody, nb::arg("melody"), nb::arg("semitones"),
             nb::arg("min_note"), nb::arg("max_note"));
  module.def("squash_melody", &SquashMelody, nb::arg("melody"), nb::arg("min_note"),
             nb::arg("max_note"), nb::arg("transpose_to_key").none());
  module.def("melody_to_sequence", &MelodyToSequence, nb::arg("melody"), nb::arg("qpm"),
             nb::arg("velocity"), nb::arg("instrument"), nb::arg("program"), nb::arg("start"));
  module.def("extract_drums", &ExtractDrums, nb::arg("sequence"), nb::arg("search_start_step"),
             nb::arg("gap_bars"), nb::arg("pad_end"), nb::arg("ignore_is_drum"));
  module.def("drums_to_sequence", &DrumsToSequence, nb::arg("drums"), nb::arg("qpm"),
             nb::arg("velocity"), nb::arg("instrument"), nb::arg("program"), nb::arg("start"));
}

}  // namespace magenta::python
