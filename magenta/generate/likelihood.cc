#include "magenta/generate/likelihood.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/parts.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/quantize.h"
#include "magenta/music/split.h"
#include "magenta/music/tempo_map.h"

namespace magenta {
namespace {

/// Notes that begin with the second and later `events`.
int64_t CountNotesAfterFirst(const Model& model, const EventSequence& sequence) {
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
    if (i == 0) continue;
    notes += std::count_if(changes.begin(), changes.end(),
                           [](const NoteChange& change) { return change.begins; });
  }
  return notes;
}

/// The likelihood of `events`, with what `expectation` says before each.
absl::StatusOr<Likelihood> Listen(const std::shared_ptr<const Model>& shared,
                                  const EventSequence& events,
                                  std::optional<Expectation> expectation,
                                  const std::function<absl::Status()>& check) {
  const Model& model = *shared;
  Session session(shared, 1, model.codec->MakeControl(events.control));
  const bool one_head = model.codec->head_sizes().size() == 1;
  Likelihood likelihood;
  Information& information = likelihood.information;
  if (!one_head) information.nats = std::numeric_limits<double>::quiet_NaN();
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
    }
    if (i > 0 && one_head) {
      information.per_event.push_back(-session.LogProbabilityByAnyClass(0, event, {}));
      information.nats += information.per_event.back();
    }
    if (i > 0 && expectation.has_value()) likelihood.expected.push_back(expectation->Of(session));
    session.Push(event);
    if (i + 1 < events.events.size()) session.Step();  // nobody asks what follows the last one
  }
  information.notes = CountNotesAfterFirst(model, events);
  return likelihood;
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
                                         const EventSequence& events) {
  return Listen(model, events, std::nullopt, nullptr);
}

absl::StatusOr<std::vector<ScoredPart>> ScoreSequence(const std::shared_ptr<const Model>& model,
                                                      NoteSequence sequence,
                                                      const ScoreOptions& options) {
  const MeterMap meters(sequence);
  const TempoMap tempos(sequence);
  if (options.instrument.has_value()) {
    sequence = OnlyInstrument(std::move(sequence), *options.instrument);
  }
  // All that is heard is counted before the first step is scored.
  std::vector<ScoredPart> scored;
  uint64_t steps = 0;
  for (NoteSequence& part : SplitOnTimeChanges(WithRealMeters(std::move(sequence)))) {
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
    MAGENTA_RETURN_IF_ERROR(CheckSteps(steps));
    if (steps > static_cast<uint64_t>(options.max_steps)) {
      return LimitError(fmt::format("the music has {} steps and more", steps),
                        fmt::format("At most {} are allowed here", options.max_steps));
    }
    if (result.heard.events.events.size() >= 2) scored.push_back(std::move(result));
  }
  for (ScoredPart& part : scored) {
    std::optional<Expectation> expectation;
    if (options.distributions && Expectation::IsKnownOf(*model)) {
      expectation.emplace(model, part.heard);
    }
    MAGENTA_ASSIGN_OR_RETURN(
        part.likelihood, Listen(model, part.heard.events, std::move(expectation), options.check));
  }
  if (!scored.empty()) return scored;
  return NothingToOutputError(
      fmt::format("there is no {} of two steps or more to score", model->spec->kind->names().one));
}

std::vector<ScoredEvent> EventsOf(const Model& model, const ScoredPart& part) {
  const MusicKind& kind = *model.spec->kind;
  const std::vector<Event>& heard = part.heard.events.events;
  const auto& information = part.likelihood.information.per_event;
  const bool by_class = information.size() + 1 == heard.size();
  const auto renderer = kind.NewRenderer(part.heard, false);
  const auto time_of = [&](int64_t step) {
    return part.start_time + static_cast<double>(part.heard.start_step + step) * part.step_seconds;
  };
  std::vector<ScoredEvent> events;
  std::vector<NoteChange> changes;
  for (size_t i = 0; i < heard.size(); ++i) {
    changes.clear();
    const int64_t step = renderer->step();
    renderer->Add(heard[i], changes);
    if (i == 0) continue;
    std::vector<int> pitches;
    for (const NoteChange& change : changes) {
      if (change.begins) pitches.push_back(change.pitch);
    }
    ScoredEvent& event = events.emplace_back();
    event.time = time_of(step);
    event.end_time = time_of(renderer->step());
    event.step = part.start_step + part.heard.start_step + step;
    event.effect = EffectOf(std::move(pitches), kind.IsRest(heard[i]));
    event.bits =
        (by_class ? information[i - 1] : -part.likelihood.per_event[i - 1]) / std::numbers::ln2;
  }
  return events;
}

}  // namespace magenta
