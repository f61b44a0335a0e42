#include "magenta/kinds/score_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/kinds/melody_kind.h"
#include "magenta/kinds/score_examples.h"
#include "magenta/kinds/score_variation.h"
#include "magenta/music/key.h"
#include "magenta/music/played/loose_timing.h"
#include "magenta/music/score/sheet.h"
#include "magenta/music/score/voices.h"

namespace magenta {
namespace {

/// The sheet of `control`; that of a melody where there is none.
Sheet SheetOf(std::span<const Event> control) {
  if (auto sheet = ReadSheet(control); sheet.ok()) return *std::move(sheet);
  Sheet sheet;
  sheet.voices.resize(1);
  return sheet;
}

class ScoreRenderer final : public NoteRenderer {
 public:
  /// `begun`: the event that all begin with has gone by.
  ScoreRenderer(Sheet sheet, bool begun, int transpose)
      : sheet_(std::move(sheet)),
        transpose_(transpose),
        sounding_(sheet_.voices.size(), kSilent),
        begun_(begun) {
    DecisionOrder(sheet_, 0, order_);
  }

  void Add(Event event, std::vector<NoteChange>& changes) override {
    if (!begun_) {
      begun_ = true;
    } else if (decided_ == order_.size()) {
      tick_ += IsTimeShift(event) ? std::max(TicksOf(event), 1) : 1;
      decided_ = 0;
      DecisionOrder(sheet_, tick_, order_);
    } else {
      Change(order_[decided_++], event, changes);
    }
  }
  void Finish(std::vector<NoteChange>& changes) override {
    for (size_t v = 0; v < sounding_.size(); ++v) End(static_cast<int>(v), changes);
  }
  int64_t step() const override { return tick_; }
  int voice() const override {
    return begun_ && decided_ < order_.size() ? order_[decided_] + 1 : 0;
  }

 private:
  void Change(int voice, Event event, std::vector<NoteChange>& changes) {
    if (event == kNoEvent || IsTimeShift(event)) return;
    End(voice, changes);
    if (event < 0) return;
    sounding_[voice] = event - transpose_;
    changes.push_back({.begins = true, .step = tick_, .pitch = event - transpose_});
  }
  void End(int voice, std::vector<NoteChange>& changes) {
    if (sounding_[voice] != kSilent) changes.push_back({.step = tick_, .pitch = sounding_[voice]});
    sounding_[voice] = kSilent;
  }

  static constexpr int kSilent = -1000;

  const Sheet sheet_;
  const int transpose_;
  std::vector<int> sounding_;  // of each voice
  std::vector<int> order_;
  size_t decided_ = 0;
  int64_t tick_ = 0;
  bool begun_;
};

class ScoreKind final : public MusicKind {
 public:
  explicit ScoreKind(const ScoreKindOptions& options)
      : options_(options), melodies_(MakeMelodyKind({})) {}

  KindNames names() const override { return {"score", "scores", "scores", "ScoreExtractor"}; }

  std::span<const ExampleOption> example_options() const override { return ScoreExampleOptions(); }

  std::string Events() const override {
    return fmt::format("voices of {} pitches from {}", options_.pitches, options_.low);
  }

  bool HearsBars() const override { return true; }
  int StepsOf(Event event) const override { return IsTimeShift(event) ? TicksOf(event) : 0; }
  Event CutTo(Event event, int64_t steps) const override {
    return IsTimeShift(event) ? TimeShift(static_cast<int>(steps)) : event;
  }

  Examples ExtractExamples(const QuantizedSequence& sequence,
                           const ExampleOptions& options) const override {
    return ExtractScoreExamples(sequence, options);
  }

  EventSequence Varied(const EventSequence& example, uint64_t key) const override {
    if (example.control.empty()) return example;
    const auto sheet = ReadSheet(example.control);
    MAGENTA_CHECK(sheet.ok());  // data sets are checked when they are read
    const VariedPiece piece = VaryPiece(*sheet, LinesOf(*sheet, example.events), options_.low,
                                        options_.low + options_.pitches - 1, key);
    return {EventsOf(piece.sheet, piece.lines), WriteSheet(piece.sheet)};
  }

  absl::StatusOr<Primer> ReadPrimer(const QuantizedSequence& input,
                                    const PrimerRequest& request) const override;

  DefaultPrimer MakeDefaultPrimer(double qpm, Grid grid) const override {
    NoteSequence sequence;
    sequence.add_tempos()->set_qpm(qpm);
    auto* note = sequence.add_notes();
    note->set_pitch(kMiddleC);
    note->set_velocity(100);
    note->set_end_time(grid.StepSeconds(qpm));
    sequence.set_total_time(note->end_time());
    return {std::move(sequence), "middle C"};
  }

  std::string EventText(Event event) const override {
    if (IsTimeShift(event)) return fmt::format("+{}", TicksOf(event));
    if (event == kNoEvent) return "-";
    return event < 0 ? "." : PitchText(event);
  }

  bool IsRest(Event event) const override { return event == kNoteOff; }

  bool plays_parts() const override { return true; }

  PrimerTyping primer_typing() const override { return melodies_->primer_typing(); }

  /// A melody; its steps are sixteenths here, too.
  absl::StatusOr<TypedPrimer> ParsePrimer(const std::string& text, double qpm,
                                          Grid grid) const override {
    const Grid sixteenths = Grid::PerQuarter(4);
    MAGENTA_ASSIGN_OR_RETURN(TypedPrimer typed, melodies_->ParsePrimer(text, qpm, sixteenths));
    if (typed.steps.has_value()) *typed.steps *= grid.steps() / sixteenths.steps();
    return typed;
  }

  std::optional<int> PitchOf(Event event, int transpose) const override {
    if (event < kMinPitch || event > kMaxPitch) return std::nullopt;
    return event - transpose;
  }

  std::unique_ptr<NoteRenderer> NewRenderer(const Primer& primer,
                                            bool after_primer) const override {
    return std::make_unique<ScoreRenderer>(SheetOf(primer.events.control), after_primer,
                                           primer.transpose);
  }

 private:
  ScoreKindOptions options_;
  std::shared_ptr<const MusicKind> melodies_;  // how one is typed
};

absl::StatusOr<Primer> ScoreKind::ReadPrimer(const QuantizedSequence& input,
                                             const PrimerRequest& request) const {
  Primer primer;
  primer.grid = input.grid();
  const int64_t start = request.generate_start_step;
  const int64_t bar_line = std::min<int64_t>(request.search_start_step, 0);
  Sheet sheet;
  VoiceLines lines(1);
  const bool has_notes = std::any_of(input.proto().notes().begin(), input.proto().notes().end(),
                                     [](const auto& note) { return !note.is_drum(); });
  if (has_notes) {
    WrittenPiece written = WrittenDown(input, {&bar_line, 1});
    MAGENTA_ASSIGN_OR_RETURN(VoicedPiece piece, VoicesOf(written.piece, bar_line));
    sheet = std::move(piece.sheet);
    lines.clear();
    for (const SheetVoice& voice : sheet.voices) lines.push_back(voice.notes);
    if (written.is_loose) piece.losses.moved = 0;
    primer.notes = std::move(written.remarks);
    for (std::string& text : LossTexts(piece.losses)) primer.notes.push_back(std::move(text));
    if (piece.losses.drums > 0) primer.notes.emplace_back("the drums are not heard");
  } else {
    sheet.voices.resize(1);
    primer.notes.emplace_back("there are no notes: it is taken as silence");
  }
  for (auto& line : lines) {
    std::erase_if(line, [start](const VoiceNote& note) { return note.start >= start; });
    for (VoiceNote& note : line) {
      note.end = std::min(note.end, start);
      while (note.pitch < options_.low) note.pitch += 12;
      while (note.pitch >= options_.low + options_.pitches) note.pitch -= 12;
    }
  }
  sheet.ends = false;
  const int64_t length = std::max(start, request.section_end_step);
  for (SheetVoice& voice : sheet.voices) voice = OpenVoiceOf(voice.role, length);
  sheet.length = start;
  primer.events.events = EventsOf(sheet, lines);
  sheet.length = length;
  primer.events.control = WriteSheet(sheet);
  primer.played = primer.events.events;
  return primer;
}

}  // namespace

std::shared_ptr<const MusicKind> MakeScoreKind(const ScoreKindOptions& options) {
  return std::make_shared<ScoreKind>(options);
}

}  // namespace magenta
