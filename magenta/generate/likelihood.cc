#include "magenta/generate/likelihood.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/parts.h"
#include "magenta/music/performance/played_parts.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "magenta/music/tempo_map.h"
#include "magenta/request/parts/parts_plan.h"
#include "magenta/request/section.h"
#include "magenta/request/words.h"

namespace magenta {
namespace {

/// Notes that begin with the `events` from number `first` on.
int64_t CountNotes(const Model& model, const EventSequence& sequence, size_t first) {
  const std::vector<Event>& events = sequence.events;
  Primer primer;
  primer.grid = model.grid;
  primer.events.control = sequence.control;
  const auto renderer = model.spec->kind->NewRenderer(primer, false);
  int64_t notes = 0;
  std::vector<NoteChange> changes;
  for (size_t i = 0; i < events.size(); ++i) {
    changes.clear();
    renderer->Add(events[i], changes);
    if (i < first) continue;
    notes += std::count_if(changes.begin(), changes.end(),
                           [](const NoteChange& change) { return change.begins; });
  }
  return notes;
}

/// The likelihood of `events`, with what `expectation` says before each.
absl::StatusOr<Likelihood> Listen(const std::shared_ptr<const Model>& shared,
                                  const EventSequence& events, bool adapt,
                                  std::optional<Expectation> expectation,
                                  const std::function<absl::Status()>& check) {
  const Model& model = *shared;
  if (adapt) MAGENTA_RETURN_IF_ERROR(CheckAdapts(model));
  Session session(shared, 1, model.codec->ControlOf(events));
  if (adapt) session.Adapt();
  Likelihood likelihood;
  Information& information = likelihood.information;
  for (size_t i = 0; i < events.events.size(); ++i) {
    const Event event = events.events[i];
    if (check != nullptr) MAGENTA_RETURN_IF_ERROR(check());
    if (!model.codec->Accepts(event)) {
      return InputError("",
                        fmt::format("event {} is {}, which {} can't encode", i, event, model.id));
    }
    if (i > 0) {
      likelihood.per_event.push_back(session.LogProbabilityOf(0, event, {}));
      likelihood.total += likelihood.per_event.back();
      information.per_event.push_back(-session.LogProbabilityByAnyClass(0, event, {}));
      information.nats += information.per_event.back();
    }
    if (i > 0 && expectation.has_value()) likelihood.expected.push_back(expectation->Of(session));
    session.Push(event);
    if (i + 1 < events.events.size()) session.Step();  // nobody asks what follows the last one
  }
  information.notes = CountNotes(model, events, 1);
  return likelihood;
}

/// `sequence` in stretches that `kind` hears each for itself.
std::vector<NoteSequence> HeardParts(NoteSequence sequence, const MusicKind& kind) {
  if (!kind.HearsSeconds()) return SplitOnTimeChanges(WithRealMeters(std::move(sequence)));
  if (!(sequence.total_time() > 0)) return {};
  const double end = sequence.total_time();
  return SplitAt(std::move(sequence), {0.0, end});
}

/// The parts of `sequence` that play pitches, but those that `given` names.
absl::StatusOr<std::vector<Part>> PartsBut(const NoteSequence& sequence, const std::string& given) {
  const std::vector<Part> there = PartsOf(sequence);
  std::vector<Part> others = there;
  std::erase_if(others, [](const Part& part) { return part.is_drum; });
  for (const std::string_view name : WordsOf(given, '+')) {
    MAGENTA_ASSIGN_OR_RETURN(const Part part, FindPart(there, name, "given"));
    std::erase_if(others, [&](const Part& other) { return other.number == part.number; });
  }
  if (!others.empty()) return others;
  return UsageError(fmt::format("given: {} leaves no part to score", given),
                    "Give fewer of " + PartList(there));
}

/// All notes of these parts are scored.
void AskFor(const std::vector<Part>& parts, GenerateSequenceRequest& request) {
  auto& section = *request.mutable_generator_options()->add_generate_sections();
  double end = 0;
  for (const auto& note : request.input_sequence().notes()) {
    if (!note.is_drum()) end = std::max(end, note.end_time());
  }
  section.set_end_time(end);
  for (const Part& part : parts) section.add_parts(std::to_string(part.number));
}

/// The piece of `sheet` and `lines` up to the end of the last gap, as one of which nobody knows how
/// it goes on.
void CutAfterGap(Sheet& sheet, VoiceLines& lines) {
  sheet.length = 0;
  for (const SheetVoice& voice : sheet.voices) {
    if (!voice.open.empty()) sheet.length = std::max(sheet.length, voice.open.back().end);
  }
  sheet.ends = false;
  const auto cut = [length = sheet.length](std::vector<VoiceNote>& notes) {
    std::erase_if(notes, [length](const VoiceNote& note) { return note.start >= length; });
    for (VoiceNote& note : notes) note.end = std::min(note.end, length);
  };
  for (auto& line : lines) cut(line);
  for (SheetVoice& voice : sheet.voices) {
    cut(voice.notes);
    for (OpenRange& range : voice.open) range.until = std::min(range.until, sheet.length);
  }
  std::erase_if(sheet.chords, [&](const SheetChord& chord) { return chord.start >= sheet.length; });
}

/// Notes of `lines` that begin where `sheet` is open.
int64_t NotesInGap(const Sheet& sheet, const VoiceLines& lines) {
  int64_t notes = 0;
  for (size_t v = 0; v < lines.size(); ++v) {
    notes += std::count_if(lines[v].begin(), lines[v].end(), [&](const VoiceNote& note) {
      return OpenAt(sheet.voices[v], note.start) != nullptr;
    });
  }
  return notes;
}

/// Leaves of the likelihood of `part` the decisions that are not certain.
void KeepDrawn(const Model& model, ScoredPart& part) {
  const EventSequence& events = part.heard.events;
  const auto encoder = model.codec->NewEncoder(model.codec->ControlOf(events));
  std::vector<float>& all = part.likelihood.per_event;
  std::vector<float>& information = part.likelihood.information.per_event;
  std::vector<float> drawn, told;
  for (size_t i = 0; i + 1 < events.events.size(); ++i) {
    encoder->Push(events.events[i]);
    part.drawn.push_back(!encoder->Given().has_value());
    if (!part.drawn.back()) continue;
    drawn.push_back(all[i]);
    told.push_back(information[i]);
  }
  all = std::move(drawn);
  information = std::move(told);
}

absl::Status CheckMostSteps(uint64_t steps, int64_t most) {
  MAGENTA_RETURN_IF_ERROR(CheckSteps(steps));
  if (steps <= static_cast<uint64_t>(most)) return absl::OkStatus();
  return LimitError(fmt::format("the music has {} steps and more", steps),
                    fmt::format("At most {} are allowed here", most));
}

}  // namespace

double Information::bits() const { return nats / std::numbers::ln2; }

double Information::bits_per_note() const {
  if (notes == 0) return std::numeric_limits<double>::quiet_NaN();
  return bits() / static_cast<double>(notes);
}

void Information::Add(const Information& other) {
  nats += other.nats;
  per_event.insert(per_event.end(), other.per_event.begin(), other.per_event.end());
  notes += other.notes;
}

absl::StatusOr<Likelihood> LogLikelihood(const std::shared_ptr<const Model>& model,
                                         const EventSequence& events, bool adapt) {
  return Listen(model, events, adapt, std::nullopt, nullptr);
}

absl::StatusOr<std::vector<ScoredPart>> ScoreSequence(const std::shared_ptr<const Model>& model,
                                                      NoteSequence sequence,
                                                      const ScoreOptions& options) {
  MAGENTA_RETURN_IF_ERROR(CheckPlayable(sequence));
  const MeterMap meters(sequence);
  const TempoMap tempos(sequence);
  if (options.instrument.has_value()) {
    sequence = OnlyInstrument(std::move(sequence), *options.instrument);
  }
  if (model->spec->kind->HearsSeconds()) sequence = HeldByPedal(std::move(sequence), {});
  // All that is heard is counted before the first step is scored.
  std::vector<ScoredPart> scored;
  std::vector<std::string> left_out;
  uint64_t steps = 0;
  for (NoteSequence& part : HeardParts(std::move(sequence), *model->spec->kind)) {
    ScoredPart result;
    result.start_time = part.subsequence_info().start_time_offset();
    result.start_step = std::llround(StepsAt(tempos, result.start_time, model->grid));
    result.step_seconds = model->grid.StepSeconds(tempos.QpmAt(result.start_time));
    if (part.notes().empty()) continue;
    MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence quantized,
                             Quantize(std::move(part), model->grid));
    PrimerRequest request;
    const double quarters = tempos.QuartersAt(result.start_time);
    request.search_start_step = BarLineStep(meters.At(quarters), quarters, model->grid);
    request.generate_start_step = quantized.total_steps();
    MAGENTA_RETURN_IF_ERROR(CheckSteps(static_cast<uint64_t>(quantized.total_steps())));
    MAGENTA_ASSIGN_OR_RETURN(result.heard, model->spec->kind->ReadPrimer(quantized, request));
    steps += result.heard.events.events.size();
    MAGENTA_RETURN_IF_ERROR(CheckMostSteps(steps, options.max_steps));
    const bool has_music =
        result.heard.events.events.size() >= 2 && CountNotes(*model, result.heard.events, 0) > 0;
    if (has_music) {
      scored.push_back(std::move(result));
    } else if (left_out.empty()) {
      left_out = std::move(result.heard.notes);
    }
  }
  for (ScoredPart& part : scored) {
    std::optional<Expectation> expectation;
    if (options.distributions && Expectation::IsKnownOf(*model)) {
      expectation.emplace(model, part.heard);
    }
    MAGENTA_ASSIGN_OR_RETURN(part.likelihood, Listen(model, part.heard.events, options.adapt,
                                                     std::move(expectation), options.check));
  }
  if (!scored.empty()) return scored;
  return NothingToOutputError(fmt::format("there is no {} of two steps or more to score{}{}",
                                          model->spec->kind->names().one,
                                          left_out.empty() ? "" : ": ", fmt::join(left_out, "; ")));
}

absl::StatusOr<ScoredPart> ScoreGap(const std::shared_ptr<const Model>& model,
                                    const NoteSequence& sequence, const GapOptions& options) {
  const MusicKind& kind = *model->spec->kind;
  if (!kind.plays_parts()) {
    return UsageError(
        fmt::format("{} knows no parts, and hears none beside what it scores", model->id),
        "Score it whole, or by a model of several parts");
  }
  if (!options.fill.empty() && !options.given.empty()) {
    return UsageError("fill scores bars given all else, and given all parts but some",
                      "Give one of them; fill=BARS:PARTS takes parts");
  }
  if (std::all_of(sequence.notes().begin(), sequence.notes().end(),
                  [](const auto& note) { return note.is_drum(); })) {
    return NothingToOutputError("there are no notes to score");
  }
  GenerateSequenceRequest request;
  *request.mutable_input_sequence() = sequence;
  GenerateArgs args;
  args.parts.fill = options.fill;
  if (!options.given.empty()) {
    MAGENTA_ASSIGN_OR_RETURN(const auto parts, PartsBut(sequence, options.given));
    AskFor(parts, request);
  }
  PitchSet playable;
  for (int pitch = kMinPitch; pitch <= kMaxPitch; ++pitch) {
    playable.set(static_cast<size_t>(pitch), model->codec->Accepts(pitch));
  }
  MAGENTA_ASSIGN_OR_RETURN(PartsPlan plan, PlanParts(kind, request, args, playable, /*seed=*/0));
  // What is written is scored, whatever lines that are drawn may not do.
  plan.sheet.no_parallels = plan.sheet.keeps_compass = plan.sheet.moves_on = false;
  if (options.hides_after) CutAfterGap(plan.sheet, plan.lines);
  MAGENTA_CHECK(CheckSheet(plan.sheet).ok());
  ScoredPart gap;
  gap.step_seconds = model->grid.StepSeconds(plan.qpm);
  gap.straight = std::move(plan.straight);
  gap.heard.grid = model->grid;
  gap.heard.notes = std::move(plan.notes);
  gap.heard.notes.push_back("scored: " + plan.drawn);
  gap.heard.events = {EventsOf(plan.sheet, plan.lines), WriteSheet(plan.sheet)};
  MAGENTA_RETURN_IF_ERROR(CheckMostSteps(gap.heard.events.events.size(), options.max_steps));
  MAGENTA_ASSIGN_OR_RETURN(
      gap.likelihood, Listen(model, gap.heard.events, options.adapt, std::nullopt, options.check));
  gap.likelihood.information.notes = NotesInGap(plan.sheet, plan.lines);
  KeepDrawn(*model, gap);
  return gap;
}

std::vector<ScoredEvent> EventsOf(const Model& model, const ScoredPart& part) {
  const MusicKind& kind = *model.spec->kind;
  const std::vector<Event>& heard = part.heard.events.events;
  const auto& information = part.likelihood.information.per_event;
  const auto renderer = kind.NewRenderer(part.heard, false);
  const auto time_of = [&](int64_t step) {
    const double seconds =
        part.start_time + static_cast<double>(part.heard.start_step + step) * part.step_seconds;
    return part.straight.has_value() ? part.straight->Restore(seconds) : seconds;
  };
  std::vector<ScoredEvent> events;
  std::vector<NoteChange> changes;
  for (size_t i = 0; i < heard.size(); ++i) {
    changes.clear();
    const int64_t from = renderer->step();
    int64_t step = from;
    const int voice = renderer->voice();
    renderer->Add(heard[i], changes);
    if (i == 0 || !(part.drawn.empty() || part.drawn[i - 1])) continue;
    std::vector<int> pitches;
    for (const NoteChange& change : changes) {
      if (!change.begins) continue;
      step = change.step;
      if (!kind.plays_chords()) pitches.push_back(change.pitch);
    }
    // The time that passes before a whole note begins is that of the note before.
    if (step > from && !events.empty()) events.back().end_time = time_of(step);
    // The notes of a step of chords are told at its end.
    const auto pitch = kind.plays_chords() ? kind.PitchOf(heard[i], 0) : std::nullopt;
    if (pitch.has_value()) pitches.push_back(*pitch);
    ScoredEvent& event = events.emplace_back();
    event.time = time_of(step);
    event.end_time = time_of(renderer->step());
    event.step = part.start_step + part.heard.start_step + step;
    event.effect = EffectOf(std::move(pitches), kind.IsRest(heard[i]));
    const bool begins_nothing = event.effect.pitches.empty() && !event.effect.rest;
    event.voice = voice;
    const bool is_time = kind.plays_parts() && voice == 0;
    if (begins_nothing && (kind.HearsSeconds() || kind.plays_chords() || is_time)) {
      event.effect.name = kind.EventText(heard[i]);
    }
    event.bits = information[events.size() - 1] / std::numbers::ln2;
  }
  return events;
}

}  // namespace magenta
