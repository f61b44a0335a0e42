#include "magenta/kinds/drums_kind.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/io/drums/drum_primer.h"
#include "magenta/kinds/primer_steps.h"
#include "magenta/music/drums/drum_track.h"
#include "magenta/music/drums/extract_drum_tracks.h"

namespace magenta {
namespace {

constexpr int kBassDrum = 36;

/// The rows of DrumsKind::example_options(), in this order.
enum DrumOption { kDrumMinBars, kDrumMaxSteps, kDrumGapBars };

const std::vector<ExampleOption>& DrumOptionRows() {
  using Type = ExampleOption::Type;
  static const DrumExtractionOptions defaults;
  static const std::vector<ExampleOption> rows = {
      {"min_bars", Type::kInt, static_cast<double>(defaults.min_bars), 0, 10000,
       "Shorter ones are left out, in bars."},
      {"max_steps", Type::kInt, static_cast<double>(defaults.max_steps), 0, 1 << 20,
       "Longer ones are cut to this many steps (sixteenths); 0: never."},
      {"gap_bars", Type::kDouble, defaults.gap_bars, 0, 10000, "So many bars of silence end one."}};
  return rows;
}

DrumExtractionOptions DrumExtractionOptionsOf(const ExampleOptions& options) {
  const std::vector<ExampleOption>& rows = DrumOptionRows();
  DrumExtractionOptions extraction;
  extraction.min_bars = static_cast<int>(options.ValueOf(rows[kDrumMinBars]));
  extraction.max_steps = static_cast<int>(options.ValueOf(rows[kDrumMaxSteps]));
  extraction.gap_bars = options.ValueOf(rows[kDrumGapBars]);
  return extraction;
}

/// Each step's drums sound for that step.
class DrumRenderer final : public NoteRenderer {
 public:
  /// `struck` by steps from the first event's.
  DrumRenderer(const DrumTypes& types, std::map<int64_t, std::vector<int>> struck)
      : types_(types), struck_(std::move(struck)) {}

  void Add(Event event, std::vector<NoteChange>& changes) override {
    Finish(changes);
    sounding_ = PitchesOn(step_, event);
    for (const int pitch : sounding_) {
      changes.push_back({.begins = true, .step = step_, .pitch = pitch, .is_drum = true});
    }
    ++step_;
  }
  void Finish(std::vector<NoteChange>& changes) override {
    for (const int pitch : sounding_) {
      changes.push_back({.step = step_, .pitch = pitch, .is_drum = true});
    }
    sounding_.clear();
  }
  int64_t step() const override { return step_; }

 private:
  std::vector<int> PitchesOn(int64_t step, Event event) const {
    const auto played = struck_.find(step);
    if (played != struck_.end() && types_.MaskOf(played->second) == event) return played->second;
    std::vector<int> pitches = types_.PitchesOf(event);
    std::sort(pitches.begin(), pitches.end());
    return pitches;
  }

  const DrumTypes& types_;
  const std::map<int64_t, std::vector<int>> struck_;
  int64_t step_ = 0;
  std::vector<int> sounding_;
};

int64_t CountOtherNotes(const NoteSequence& sequence) {
  return std::count_if(sequence.notes().begin(), sequence.notes().end(),
                       [](const auto& note) { return !note.is_drum() && note.velocity() > 0; });
}

class DrumsKind final : public MusicKind {
 public:
  explicit DrumsKind(const DrumTypes& types) : types_(types) {}

  KindNames names() const override {
    return {"drum track", "drum tracks", "drum_tracks", "DrumsExtractor"};
  }

  std::span<const ExampleOption> example_options() const override { return DrumOptionRows(); }

  std::string Events() const override { return fmt::format("drums of {} types", types_.size()); }

  bool plays_drums() const override { return true; }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    DrumExtraction extraction = ExtractDrumTracks(sequence, DrumExtractionOptionsOf(options));
    Examples examples;
    for (const DrumTrack& track : extraction.tracks) {
      examples.sequences.push_back({track.Masks(types_), {}});
      examples.transpositions.push_back(0);
    }
    for (DrumDecision& decision : extraction.decisions) {
      TrackReport& report = examples.tracks.emplace_back();
      report.instrument = kDrumInstrument;
      report.name = "drums";
      report.start_step = decision.start_step;
      report.kept =
          decision.outcome == DrumOutcome::kKept || decision.outcome == DrumOutcome::kTruncated;
      report.outcome = DrumOutcomeName(decision.outcome);
      report.reason = std::move(decision.reason);
      report.flag = std::move(decision.flag);
    }
    examples.counters = std::move(extraction.counters);
    return examples;
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    Primer primer;
    primer.grid = input.grid();
    MAGENTA_ASSIGN_OR_RETURN(DrumTrack track, TrackToContinue(input, request, primer.notes));
    MAGENTA_ASSIGN_OR_RETURN(const int length, StepsUpToSection(track.start_step(), request));
    track.SetLength(length);
    primer.start_step = track.start_step();
    if (!track.hits().empty()) primer.instrument = kDrumInstrument;
    primer.events.events = track.Masks(types_);
    primer.played = primer.events.events;
    for (const DrumHit& hit : track.hits()) {
      primer.struck[primer.start_step + hit.step].push_back(hit.pitch);
    }
    return primer;
  }

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    Primer primer;
    primer.grid = grid;
    primer.struck[0] = {kBassDrum};
    return {Render({{types_.MaskOf(primer.struck[0])}, {}}, primer, qpm), "one bass drum"};
  }

  PrimerTyping primer_typing() const override {
    return {"primer_drums", "drums", "[(36,)]", "[(36, 42), (), (42,)]",
            "For models of drums, steps: a list of tuples of MIDI pitches, \"[(36, 42), (), "
            "(42,)]\"; or a drum grid, \"grid: 8; CH |xxxxxxxx|; BD |x---x---|\"."};
  }

  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    const size_t first = text.find_first_not_of(" \t\r\n");
    const bool is_list = first != text.npos && (text[first] == '[' || text[first] == '(');
    if (is_list && grid.is_per_second()) {
      return UsageError(
          "--primer_drums: a step of a list is a part of a quarter note, and the "
          "model's are parts of a second",
          "Give a grid, \"grid: 8; CH |xxxxxxxx|; BD |x---x---|\"");
    }
    DrumPrimerOptions options;
    options.qpm = qpm;
    if (is_list) options.steps_per_quarter = grid.steps_per_quarter();
    auto drums = ParseDrumPrimer(text, options);
    if (!drums.ok()) {
      return UsageError("--primer_drums: " + ErrorMessage(drums.status()),
                        "Give a list of steps, --primer_drums=\"[(36, 42), (), (42,)]\", or a "
                        "grid, \"grid: 8; CH |xxxxxxxx|; BD |x---x---|\"");
    }
    if (drums->notes().empty()) {
      return UsageError("--primer_drums holds no note to go on from", "Strike at least one drum");
    }
    TypedPrimer primer;
    primer.sequence = *std::move(drums);
    if (is_list) primer.steps = std::llround(primer.sequence.total_time() / grid.StepSeconds(qpm));
    return primer;
  }

  std::string EventText(Event event) const override {
    if (event < 0 || event >= types_.mask_end()) return fmt::format("{}", event);
    std::string text;
    for (const int pitch : PitchesStruck(event)) {
      text += (text.empty() ? "" : "+") + DrumNameOf(pitch);
    }
    return text.empty() ? "-" : text;
  }

  std::string ListText(std::span<const Event> events) const override {
    std::vector<std::string> steps;
    for (const Event event : events) {
      steps.push_back(fmt::format("[{}]", fmt::join(PitchesStruck(event), ", ")));
    }
    return fmt::format("[{}]", fmt::join(steps, ", "));
  }

  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer,
                                            bool after_primer) const override {
    std::map<int64_t, std::vector<int>> struck;
    if (!after_primer) {
      for (const auto& [step, pitches] : primer.struck) {
        struck.emplace(step - primer.start_step, pitches);
      }
    }
    return std::make_unique<DrumRenderer>(types_, std::move(struck));
  }

 private:
  /// The pitches that `event` is played with, where nobody struck others.
  std::vector<int> PitchesStruck(Event event) const {
    std::vector<int> pitches = types_.PitchesOf(event);
    std::sort(pitches.begin(), pitches.end());
    return pitches;
  }

  /// The drums to continue; without any a silent step before the section.
  static absl::StatusOr<DrumTrack> TrackToContinue(const QuantizedSequence& input,
                                                   const PrimerRequest& request,
                                                   std::vector<std::string>& notes) {
    DrumExtractionOptions options = DrumExtractionOptions::ForPrimer(request.search_start_step);
    if (!request.reference_windows) {
      options.ignore_is_drum = !HoldsDrums(input.proto());
      SayWhatIsHeard(input.proto(), request, options.ignore_is_drum, notes);
    }
    DrumExtraction extraction = ExtractDrumTracks(input, options);
    if (extraction.counters.Of("non_integer_steps_per_bar") > 0) {
      return SequenceError(
          extraction.decisions[0].reason,
          "Give a primer in another meter, or a model with more steps per quarter");
    }
    const bool is_late =
        !extraction.tracks.empty() &&
        extraction.tracks[0].start_step() + extraction.tracks[0].hits().front().step >=
            request.generate_start_step;
    if (!extraction.tracks.empty() && (request.reference_windows || !is_late)) {
      return std::move(extraction.tracks[0]);
    }
    notes.emplace_back("there are no drums: it is taken as silence");
    const int steps_per_quarter = input.steps_per_quarter();
    DrumTrack silence(4 * steps_per_quarter, steps_per_quarter, SilentPrimerStep(request));
    silence.SetLength(1);
    return silence;
  }

  static void SayWhatIsHeard(const NoteSequence& input, const PrimerRequest& request,
                             bool takes_all, std::vector<std::string>& notes) {
    const int64_t others = CountOtherNotes(input);
    if (others == 0) return;
    if (takes_all) {
      notes.emplace_back(
          "there are no drums: the notes are taken for drums; a file with drums would give some");
      return;
    }
    notes.push_back(fmt::format("{} of other instruments {}: the drums are continued",
                                Counted(others, "note"),
                                request.others_stay ? "not heard" : "left out"));
  }

  const DrumTypes& types_;
};

}  // namespace

std::shared_ptr<const MusicKind> MakeDrumsKind(const DrumTypes& types) {
  return std::make_shared<DrumsKind>(types);
}

}  // namespace magenta
