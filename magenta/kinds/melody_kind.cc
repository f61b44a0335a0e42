#include "magenta/kinds/melody_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/music/read_music.h"
#include "magenta/kinds/primer_steps.h"
#include "magenta/kinds/typed_melody.h"
#include "magenta/music/extract_melodies.h"
#include "magenta/music/key.h"
#include "magenta/music/melody.h"
#include "magenta/music/parts.h"

namespace magenta {
namespace {

using InstrumentMelodies = std::vector<ExtractedMelody>;

bool IsPitch(Event event) { return event >= kMinPitch; }

/// Mean pitch of the note-ons, -1 without any.
double MeanPitch(const Melody& melody) {
  double sum = 0;
  int count = 0;
  for (const Event event : melody.events()) {
    if (!IsPitch(event)) continue;
    sum += event;
    ++count;
  }
  return count == 0 ? -1 : sum / count;
}

/// The melody that lies highest, where a listener looks for the tune; the lower instrument on ties.
const ExtractedMelody* HighestMelody(const std::vector<const ExtractedMelody*>& melodies) {
  return *std::max_element(
      melodies.begin(), melodies.end(), [](const ExtractedMelody* a, const ExtractedMelody* b) {
        const double mean_a = MeanPitch(a->melody);
        const double mean_b = MeanPitch(b->melody);
        return mean_a != mean_b ? mean_a < mean_b : a->instrument > b->instrument;
      });
}

bool SoundsBefore(const Melody& melody, int64_t step) {
  for (int i = 0; i < melody.size() && melody.start_step() + i < step; ++i) {
    if (IsPitch(melody.events()[i])) return true;
  }
  return false;
}

/// The parts of `sequence` that `melodies` are of.
std::vector<Part> PartsWithMelodies(const NoteSequence& sequence,
                                    const InstrumentMelodies& melodies) {
  std::vector<Part> parts = PartsOf(sequence);
  std::erase_if(parts, [&](const Part& part) {
    return std::none_of(melodies.begin(), melodies.end(), [&](const ExtractedMelody& melody) {
      return melody.instrument == part.instrument;
    });
  });
  return parts;
}

/// Counts what extraction passes over in silence.
struct LeftOut {
  int64_t chords = 0;  // steps on which several notes of the instrument start
  int64_t drums = 0;
  int64_t late_notes = 0;  // that start on or after the section
};

LeftOut CountLeftOut(const NoteSequence& sequence, const PrimerRequest& request, int instrument) {
  LeftOut left_out;
  std::map<int64_t, int> starts;
  for (const auto& note : sequence.notes()) {
    const int64_t start = note.quantized_start_step();
    if (note.velocity() == 0 || start < request.search_start_step) continue;
    if (note.is_drum()) {
      ++left_out.drums;
    } else if (start >= request.generate_start_step) {
      ++left_out.late_notes;
    } else if (note.instrument() == instrument && ++starts[start] == 2) {
      ++left_out.chords;
    }
  }
  return left_out;
}

void SayLeftOut(const LeftOut& left_out, bool others_stay, std::vector<std::string>& notes) {
  if (left_out.chords > 0) {
    notes.push_back(fmt::format("{}: the highest note of each {}",
                                Counted(left_out.chords, "chord"), others_stay ? "heard" : "kept"));
  }
  if (left_out.drums > 0) {
    notes.push_back(fmt::format("{} {}", Counted(left_out.drums, "drum note"),
                                others_stay ? "not heard" : "left out"));
  }
  if (left_out.late_notes > 0) {
    notes.push_back(fmt::format("{} left out: {} in the section to be generated",
                                Counted(left_out.late_notes, "note"),
                                left_out.late_notes == 1 ? "it begins" : "they begin"));
  }
}

/// The last step of the primer alone, when there is no melody to continue.
Melody SilentPrimer(const PrimerRequest& request, int steps_per_quarter) {
  Melody silence(4 * steps_per_quarter, steps_per_quarter, SilentPrimerStep(request));
  silence.Append(kNoEvent);
  return silence;
}

/// The rows of MelodyExampleOptions(), in this order.
enum MelodyOption {
  kMinBarsRow,
  kMaxStepsRow,
  kMinUniquePitchesRow,
  kGapBarsRow,
  kIgnorePolyphonicNotesRow
};

const std::vector<ExampleOption>& MelodyOptionRows() {
  static const std::vector<ExampleOption> rows = MelodyExampleOptions({});
  return rows;
}

/// `pitch` by octaves into MIDI's range: a model's highest notes, moved back from its key, may lie
/// beyond it.
int InMidi(int pitch) {
  while (pitch > kMaxPitch) pitch -= kOctave;
  while (pitch < kMinPitch) pitch += kOctave;
  return pitch;
}

/// What `event` sounds as once it is moved back by `transpose` semitones; nothing of a pitch: none.
std::optional<int> Sounding(Event event, int transpose) {
  if (!IsPitch(event)) return std::nullopt;
  return InMidi(event - transpose);
}

/// One note at a time, moved back by `transpose` semitones.
class MelodyRenderer final : public NoteRenderer {
 public:
  explicit MelodyRenderer(int transpose) : transpose_(transpose) {}

  void Add(Event event, std::vector<NoteChange>& changes) override {
    if (event != kNoEvent) End(changes);
    if (IsPitch(event)) {
      sounding_ = Sounding(event, transpose_);
      changes.push_back({.begins = true, .step = step_, .pitch = *sounding_});
    }
    ++step_;
  }
  void Finish(std::vector<NoteChange>& changes) override { End(changes); }
  int64_t step() const override { return step_; }

 private:
  void End(std::vector<NoteChange>& changes) {
    if (sounding_.has_value()) changes.push_back({.step = step_, .pitch = *sounding_});
    sounding_.reset();
  }

  const int transpose_;
  int64_t step_ = 0;
  std::optional<int> sounding_;
};

/// A melody that was typed in ABC, a whole tune.
absl::StatusOr<TypedPrimer> ReadAbcPrimer(const TypedAbc& abc) {
  auto reading = ReadMusicBytes(abc.text, {MusicFormat::kAbc});
  if (reading.ok() && !FirstFailure(*reading).ok()) reading = FirstFailure(*reading);
  if (!reading.ok()) {
    return UsageError(
        fmt::format("--primer_melody, read as ABC, {}", ErrorMessage(reading.status())),
        "Write it as --primer_melody=\"abc: K:G GABc d2 B2 |\"");
  }
  if (reading->pieces.size() > 1) {
    return UsageError(
        fmt::format("--primer_melody holds {} tunes; a primer is one", reading->pieces.size()),
        "Give one, or a file: --primer_midi=BOOK.abc --primer_part=NUMBER");
  }
  TypedPrimer primer;
  for (const std::string& line : reading->pieces[0].warnings) {
    primer.notes.push_back("--primer_melody: left out: " + line);
  }
  primer.sequence = WholePiece(std::move(reading->pieces[0]));
  return primer;
}

class MelodyKind final : public MusicKind {
 public:
  explicit MelodyKind(const MelodyKindOptions& options) : options_(options) {}

  KindNames names() const override { return {"melody", "melodies", "melodies", "MelodyExtractor"}; }

  std::span<const ExampleOption> example_options() const override { return MelodyOptionRows(); }

  std::string Events() const override {
    return fmt::format("melody from {} to {}, key {}", options_.min_note, options_.max_note,
                       options_.transpose_to_key.value_or(-1));
  }

  bool IsRest(Event event) const override { return event == kNoteOff; }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    MelodyExtraction extraction =
        ExtractMelodies(sequence, MelodyExtractionOf(MelodyOptionRows(), options));
    Examples examples;
    for (ExtractedMelody& extracted : extraction.melodies) {
      examples.transpositions.push_back(Squash(extracted.melody, std::nullopt));
      examples.sequences.push_back({extracted.melody.events(), {}});
    }
    for (MelodyTrack& track : extraction.tracks) {
      TrackReport& report = examples.tracks.emplace_back();
      report.instrument = track.instrument;
      report.name = std::move(track.name);
      report.start_step = track.start_step;
      report.kept =
          track.outcome == MelodyOutcome::kKept || track.outcome == MelodyOutcome::kTruncated;
      report.outcome = MelodyOutcomeName(track.outcome);
      report.reason = std::move(track.reason);
      report.flag = std::move(track.flag);
    }
    examples.counters = std::move(extraction.counters);
    return examples;
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    Primer primer;
    primer.grid = input.grid();
    MAGENTA_ASSIGN_OR_RETURN(Melody melody,
                             ChooseMelody(input, request, primer.instrument, primer.notes));
    MAGENTA_ASSIGN_OR_RETURN(const int length, StepsUpToSection(melody.start_step(), request));
    melody.SetLength(length);
    primer.played = melody.events();
    primer.start_step = melody.start_step();
    primer.transpose = Squash(melody, request.key);
    SayFolded(melody.events(), primer);
    primer.events.events = melody.events();
    return primer;
  }

  std::optional<int> PitchOf(Event event, int transpose) const override {
    return Sounding(event, transpose);
  }

  bool MovesToKey() const override { return options_.transpose_to_key.has_value(); }

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    return {SequenceOf({kMiddleC}, qpm, grid), "middle C"};
  }

  PrimerTyping primer_typing() const override {
    return {"primer_melody", "a melody", "[60]", "[60, -2, 62, -1]",
            "Steps (sixteenths): a list of MIDI pitches, -2 no event, -1 note off; or names, "
            "\"C4 - F#4:4 . |\" (C4 is 60, - holds, :4 is four steps, . ends the note, | says "
            "nothing); or ABC, \"abc: K:G GABc d2 |\"."};
  }

  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    MAGENTA_ASSIGN_OR_RETURN(TypedMelody typed, ReadTypedMelody(text));
    if (const auto* abc = std::get_if<TypedAbc>(&typed)) return ReadAbcPrimer(*abc);
    auto& events = std::get<std::vector<Event>>(typed);
    TypedPrimer primer;
    primer.steps = static_cast<int64_t>(events.size());
    primer.sequence = SequenceOf(std::move(events), qpm, grid);
    return primer;
  }

  std::string EventText(Event event) const override {
    if (event == kNoteOff) return "off";
    return IsPitch(event) ? PitchText(event) : "-";
  }

  Event Resume(std::span<const Event> heard, Event given) const override {
    if (given != kNoEvent) return given;
    const auto last =
        std::find_if(heard.rbegin(), heard.rend(), [](Event event) { return event != kNoEvent; });
    return last != heard.rend() && IsPitch(*last) ? kNoteOff : given;
  }

  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer,
                                            bool /*after_primer*/) const override {
    return std::make_unique<MelodyRenderer>(primer.transpose);
  }

 private:
  /// `events` from 0 s on.
  NoteSequence SequenceOf(std::vector<Event> events, double qpm, Grid grid) const {
    Primer primer;
    primer.grid = grid;
    return Render({std::move(events), {}}, primer, qpm);
  }

  int Squash(Melody& melody, std::optional<int> key) const {
    return melody.Squash(options_.min_note, options_.max_note, options_.transpose_to_key, key);
  }

  /// The melody to continue; it begins before generate_start_step.
  absl::StatusOr<Melody> ChooseMelody(const QuantizedSequence& input, const PrimerRequest& request,
                                      std::optional<int>& instrument,
                                      std::vector<std::string>& notes) const {
    InstrumentMelodies melodies =
        ExtractMelodies(input, MelodyExtractionOptions::ForPrimer(request.search_start_step))
            .melodies;
    if (request.reference_windows) {
      MAGENTA_RETURN_IF_ERROR(CheckReferenceRules(input, request, melodies));
    } else {
      std::erase_if(melodies, [&request](const ExtractedMelody& extracted) {
        return !SoundsBefore(extracted.melody, request.generate_start_step);
      });
    }
    if (melodies.empty()) {
      SayLeftOut(CountLeftOut(input.proto(), request, -1), request.others_stay, notes);
      notes.push_back("the primer has no melody: it is taken as silence");
      return SilentPrimer(request, input.steps_per_quarter());
    }
    const ExtractedMelody& chosen = TuneOf(input.proto(), request, melodies, notes);
    SayLeftOut(CountLeftOut(input.proto(), request, chosen.instrument), request.others_stay, notes);
    instrument = chosen.instrument;
    return chosen.melody;
  }

  /// Of several melodies the one that is named so, else the highest.
  static const ExtractedMelody& TuneOf(const NoteSequence& input, const PrimerRequest& request,
                                       const InstrumentMelodies& melodies,
                                       std::vector<std::string>& notes) {
    if (melodies.size() == 1) return melodies.front();
    std::vector<Part> parts = PartsWithMelodies(input, melodies);
    std::vector<const ExtractedMelody*> named, all;
    for (const ExtractedMelody& melody : melodies) {
      all.push_back(&melody);
      const bool is_named = std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
        return part.instrument == melody.instrument && IsNamedMelody(part.name);
      });
      if (is_named) named.push_back(&melody);
    }
    const ExtractedMelody& chosen = *HighestMelody(named.empty() ? all : named);
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& part) {
      return part.instrument == chosen.instrument;
    });
    const std::string text = PartText(*found);
    const auto count = static_cast<int64_t>(parts.size());
    parts.erase(found);
    notes.push_back(fmt::format(
        "{} with notes: {} is continued, {}; {}: {}", Counted(count, "part"), text,
        named.size() == 1 ? "by its name" : "whose notes lie highest",
        request.others_stay ? "the others stay, up to there" : "left out", PartList(parts)));
    return chosen;
  }

  static absl::Status CheckReferenceRules(const QuantizedSequence& input,
                                          const PrimerRequest& request,
                                          const InstrumentMelodies& melodies) {
    if (melodies.size() > 1) {
      return UsageError(
          fmt::format("the primer has {} instruments with a melody: {}", melodies.size(),
                      PartList(PartsWithMelodies(input.proto(), melodies))),
          "Give a primer of one instrument, or leave reference_windows out");
    }
    if (!melodies.empty() && melodies[0].melody.start_step() >= request.generate_start_step) {
      return UsageError(
          fmt::format("the primer's melody starts at step {}, the section to be generated at {}",
                      melodies[0].melody.start_step(), request.generate_start_step),
          "Let the section start where the primer ends");
    }
    return absl::OkStatus();
  }

  void SayFolded(const std::vector<Event>& after, Primer& primer) const {
    const std::vector<Event>& before = primer.played;
    int64_t folded = 0;
    for (size_t i = 0; i < before.size(); ++i) {
      folded += IsPitch(before[i]) && before[i] + primer.transpose != after[i];
    }
    if (folded == 0) return;
    primer.notes.push_back(
        fmt::format("{} outside the model's range moved by octaves", Counted(folded, "note")));
  }

  MelodyKindOptions options_;
};

}  // namespace

std::shared_ptr<const MusicKind> MakeMelodyKind(const MelodyKindOptions& options) {
  return std::make_shared<MelodyKind>(options);
}

std::vector<ExampleOption> MelodyExampleOptions(const MelodyExtractionOptions& defaults) {
  using Type = ExampleOption::Type;
  return {
      {"min_bars", Type::kInt, static_cast<double>(defaults.min_bars), 0, 10000,
       "Shorter ones are left out, in bars."},
      {"max_steps", Type::kInt, static_cast<double>(defaults.max_steps), 0, 1 << 20,
       "Longer ones are cut to this many steps (sixteenths); 0: never."},
      {"min_unique_pitches", Type::kInt, static_cast<double>(defaults.min_unique_pitches), 1, 12,
       "With fewer different pitch classes it is left out."},
      {"gap_bars", Type::kDouble, defaults.gap_bars, 0, 10000, "So many bars of silence end one."},
      {"ignore_polyphonic_notes", Type::kBool, 0, 0, 1,
       "Of notes that begin together take the highest, instead of leaving the track out."}};
}

MelodyExtractionOptions MelodyExtractionOf(std::span<const ExampleOption> rows,
                                           const ExampleOptions& options) {
  const auto number = [&](MelodyOption row) { return options.ValueOf(rows[row]); };
  MelodyExtractionOptions extraction;
  extraction.min_bars = static_cast<int>(number(kMinBarsRow));
  extraction.max_steps = static_cast<int>(number(kMaxStepsRow));
  extraction.min_unique_pitches = static_cast<int>(number(kMinUniquePitchesRow));
  extraction.gap_bars = number(kGapBarsRow);
  extraction.ignore_polyphonic_notes = number(kIgnorePolyphonicNotesRow) != 0;
  return extraction;
}

}  // namespace magenta
