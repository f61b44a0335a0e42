#include "magenta/kinds/chords/pianoroll_kind.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/drums/step_list.h"
#include "magenta/kinds/chords/chord_tracks.h"
#include "magenta/kinds/typed_pitches.h"
#include "magenta/music/key.h"
#include "magenta/music/polyphony/pianoroll.h"

namespace magenta {
namespace {

constexpr int kRollVelocity = 100;
constexpr char kRollExample[] = "[(60, 64), (60, 64), (), (67,)]";

const std::vector<ExampleOption>& PianorollOptionRows() {
  static const std::vector<ExampleOption> rows =
      ChordTrackOptions(PianorollOptions(), "what comes after so many steps is cut; 0: nothing.");
  return rows;
}

/// What a step holds is known at its end.
class PianorollRenderer final : public NoteRenderer {
 public:
  void Add(Event event, std::vector<NoteChange>& changes) override {
    if (KeyPitch(event).has_value()) keys_.set(static_cast<size_t>(event));
    if (event == kRollStepEnd) EndStep(changes);
  }
  void Finish(std::vector<NoteChange>& changes) override {
    if (keys_.any()) EndStep(changes);
    Sound({}, changes);
  }
  int64_t step() const override { return step_; }

 private:
  void EndStep(std::vector<NoteChange>& changes) {
    Sound(std::exchange(keys_, Keys()), changes);
    ++step_;
  }
  /// From this step on `keys` sound.
  void Sound(const Keys& keys, std::vector<NoteChange>& changes) {
    for (const bool begins : {false, true}) {
      const Keys changed = begins ? keys & ~sounding_ : sounding_ & ~keys;
      for (int key = 0; key < kPianorollKeys; ++key) {
        if (changed[key])
          changes.push_back({.begins = begins, .step = step_, .pitch = key + kLowestKey});
      }
    }
    sounding_ = keys;
  }

  int64_t step_ = 0;
  Keys sounding_, keys_;
};

/// Notes of `steps`, each as long as steps that follow one another hold its pitch.
NoteSequence NotesOfSteps(const std::vector<std::vector<int>>& steps, double qpm, Grid grid) {
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(qpm);
  const double seconds = grid.StepSeconds(qpm);
  std::vector<int> open(kMaxPitch + 1, -1), last(kMaxPitch + 1, -1);  // note, step
  for (size_t step = 0; step < steps.size(); ++step) {
    for (const int pitch : steps[step]) {
      const int at = static_cast<int>(step);
      if (open[pitch] < 0 || last[pitch] < at - 1) {
        open[pitch] = sequence.notes_size();
        auto& note = *sequence.add_notes();
        note.set_pitch(pitch);
        note.set_velocity(kRollVelocity);
        note.set_start_time(at * seconds);
      }
      last[pitch] = at;
      sequence.mutable_notes(open[pitch])->set_end_time((at + 1) * seconds);
    }
  }
  sequence.set_total_time(static_cast<double>(steps.size()) * seconds);
  return sequence;
}

class PianorollKind final : public MusicKind {
 public:
  KindNames names() const override {
    return {"pianoroll track", "pianoroll tracks", "pianoroll_tracks", "PianorollExtractor"};
  }

  std::span<const ExampleOption> example_options() const override { return PianorollOptionRows(); }

  int StepsOf(Event event) const override { return event == kRollStepEnd ? 1 : 0; }

  std::string Events() const override { return "pianoroll"; }

  std::vector<int> transpositions() const override { return {-4, -3, -2, -1, 0, 1, 2, 3, 4}; }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    return ExamplesOfTrack(
        ExtractPianoroll(sequence, SaidOfChordTracks(PianorollOptionRows(), options)));
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override {
    Primer primer;
    primer.grid = input.grid();
    const int64_t end = request.generate_start_step;
    primer.start_step = request.search_start_step;
    std::vector<PolyphonicNote> notes;
    if (!request.reference_windows) {
      primer.start_step =
          std::min(std::max<int64_t>(0, primer.start_step), request.latest_start_step);
      notes = HeardChordNotes(input.proto(), request, primer);
      SayOthers(notes, primer);
      SayRepeats(notes, primer);
    } else if (!HasSeveralPrograms(input.proto())) {
      notes = PolyphonicNotesOf(input.proto(), [](const auto&) { return true; });
    }
    const bool is_empty = request.reference_windows && notes.empty();
    if (is_empty) primer.start_step = end;
    // The reference makes a roll of all that is there, and then cuts it.
    const int64_t steps = end - primer.start_step;
    const int64_t all = request.reference_windows && !is_empty
                            ? std::max<int64_t>(0, input.total_steps() - primer.start_step)
                            : steps;
    MAGENTA_RETURN_IF_ERROR(CheckChordPrimer(notes, primer.start_step, end));
    MAGENTA_RETURN_IF_ERROR(CheckChordPrimer(notes, primer.start_step, primer.start_step + all));
    for (PolyphonicNote& note : notes) {
      note.start -= primer.start_step;
      note.end -= primer.start_step;
    }
    std::vector<Keys> roll =
        RollOf(notes, all, request.reference_windows ? RollRule::kReference : RollRule::kGaps);
    roll.resize(static_cast<size_t>(steps));
    primer.events.events = RollEvents(roll);
    primer.played = primer.events.events;
    if (request.reference_windows && steps > 0) {
      primer.events.control = {static_cast<Event>(steps)};
    }
    return primer;
  }

  bool plays_chords() const override { return true; }
  bool says_what_sounds() const override { return true; }

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    return {NotesOfSteps({{kMiddleC}}, qpm, grid), "middle C"};
  }

  PrimerTyping primer_typing() const override {
    PrimerTyping typing = ChordTyping();
    typing.shortest = "[60]";
    return typing;
  }
  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    return ParseTypedChord(text, qpm, grid);
  }
  PrimerTyping other_typing() const override {
    return {"primer_pianoroll", "notes", "[(60,)]", kRollExample,
            "For models of piano rolls, steps (sixteenths): a list of tuples of the MIDI pitches "
            "that sound on each, \"[(60, 64), (60, 64), (), (67,)]\"."};
  }
  absl::StatusOr<TypedPrimer> ParseOtherPrimer(const std::string& text, double qpm,
                                               Grid grid) const override {
    const std::string remedy = fmt::format(
        "Write a tuple of MIDI pitches a step, --primer_pianoroll=\"{}\"", kRollExample);
    const auto steps = ReadStepList(text, remedy);
    if (!steps.ok()) {
      return UsageError("--primer_pianoroll: " + ErrorMessage(steps.status()), remedy);
    }
    if (steps->empty()) return UsageError("--primer_pianoroll holds no step to go on from", remedy);
    TypedPrimer primer;
    primer.sequence = NotesOfSteps(*steps, qpm, grid);
    primer.steps = static_cast<int64_t>(steps->size());
    return primer;
  }

  std::optional<int> PitchOf(Event event, int /*transpose*/) const override {
    return KeyPitch(event);
  }

  std::string EventText(Event event) const override {
    if (const auto pitch = KeyPitch(event)) return PitchText(*pitch);
    return event == kRollStart ? "start" : "|";
  }

  std::string ListText(std::span<const Event> events) const override {
    std::vector<std::string> steps;
    for (const Keys& keys : RollOfEvents(events)) {
      std::vector<int> pitches;
      for (int key = 0; key < kPianorollKeys; ++key) {
        if (keys[key]) pitches.push_back(key + kLowestKey);
      }
      steps.push_back(fmt::format("[{}]", fmt::join(pitches, ", ")));
    }
    return fmt::format("[{}]", fmt::join(steps, ", "));
  }

  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& /*primer*/,
                                            bool /*after_primer*/) const override {
    return std::make_unique<PianorollRenderer>();
  }

  /// total_time is the beginning of the last step, or where a note sounds there its end.
  NoteSequence Render(const EventSequence& events, const Primer& primer,
                      double qpm) const override {
    NoteSequence sequence = MusicKind::Render(events, primer, qpm);
    const int64_t steps =
        primer.start_step + std::count(events.events.begin(), events.events.end(), kRollStepEnd);
    sequence.set_total_time(std::max(
        sequence.total_time(), static_cast<double>(steps - 1) * primer.grid.StepSeconds(qpm)));
    return sequence;
  }

 private:
  /// primer.notes say how many of `notes` a piano has no key for.
  static void SayOthers(const std::vector<PolyphonicNote>& notes, Primer& primer) {
    const auto others = std::count_if(notes.begin(), notes.end(), [](const PolyphonicNote& note) {
      return !KeyPitch(note.pitch - kLowestKey).has_value();
    });
    if (others == 0) return;
    primer.notes.push_back(fmt::format("{} left out: the model's keys are {} to {}",
                                       Counted(others, "note"), PitchText(kLowestKey),
                                       PitchText(kLowestKey + kPianorollKeys - 1)));
  }

  /// How many begin on a key that sounds, which RollOf clears before them.
  static void SayRepeats(std::vector<PolyphonicNote> notes, Primer& primer) {
    std::sort(notes.begin(), notes.end(), [](const PolyphonicNote& a, const PolyphonicNote& b) {
      return std::tie(a.pitch, a.start) < std::tie(b.pitch, b.start);
    });
    int64_t repeats = 0, end = 0;
    for (size_t i = 0; i < notes.size(); ++i) {
      if (i == 0 || notes[i].pitch != notes[i - 1].pitch) end = 0;
      repeats += notes[i].start < end;
      end = std::max(end, notes[i].end);
    }
    if (repeats == 0) return;
    primer.notes.push_back(
        fmt::format("{} on keys that sound already: a key sounds once, and is struck again",
                    Counted(repeats, "note")));
  }
};

}  // namespace

std::shared_ptr<const MusicKind> MakePianorollKind() { return std::make_shared<PianorollKind>(); }

}  // namespace magenta
