#include "magenta/live/model_responder.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/codec/performance_codecs.h"
#include "magenta/generate/beam_search.h"
#include "magenta/live/answer.h"

namespace magenta {
namespace {

/// Sessions kept for phrases whose key may come back.
constexpr size_t kMostPrimed = 4;

bool IsPrefix(const std::vector<Event>& prefix, const std::vector<Event>& events) {
  return prefix.size() <= events.size() && std::equal(prefix.begin(), prefix.end(), events.begin());
}

/// How many of `events` last less than `steps` together.
size_t EventsBefore(const MusicKind& kind, const std::vector<Event>& events, int64_t steps) {
  size_t count = 0;
  for (int64_t at = 0; count < events.size(); ++count) {
    if ((at += kind.StepsOf(events[count])) >= steps) break;
  }
  return count;
}

/// How many events `a` and `b` begin with alike.
size_t CommonEvents(const std::vector<Event>& a, const std::vector<Event>& b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                             a.begin());
}

/// Steps of its grid that a session has heard.
int64_t StepsHeard(const Session& session) {
  int64_t steps = 0;
  for (const Event event : session.events(0)) steps += session.model().spec->kind->StepsOf(event);
  return steps;
}

/// From `step` on `told` are `now`.
void Tell(Conditions now, int64_t step, std::vector<Conditions>& told) {
  std::erase_if(told, [step](const Conditions& later) { return later.step >= step; });
  if (!told.empty()) now.step = told.back().step;
  if (!told.empty() && now == told.back()) return;
  now.step = step;
  told.push_back(now);
}

/// What a model is told, and what it is to be told now; neither is null of one that is told some.
struct LiveConditions {
  std::shared_ptr<std::vector<Conditions>> told;
  std::shared_ptr<const Conditions> now;
  void TellAt(int64_t step) const {
    if (told != nullptr) Tell(*now, step, *told);
  }
};

/// Drawn event by event.
class DrawnAnswer final : public LiveAnswer {
 public:
  /// Step 0 of `primer` is the session's `origin`; it ends `gap` steps of its grid before the
  /// answer. `chords` outlive it.
  DrawnAnswer(Session session, const AnswerOrder& order, const Sampling& sampling,
              const std::optional<EventMask>& mask, Primer primer, std::optional<int> key,
              int64_t origin, int64_t gap, const LiveChords& chords, LiveConditions conditions)
      : session_(std::move(session)),
        conditions_(std::move(conditions)),
        heard_(StepsHeard(session_)),
        source_(order.seed),
        start_(order.step),
        until_(order.until),
        sampling_(sampling),
        mask_(mask),
        remarks_(std::exchange(primer.notes, {})),
        played_(std::move(primer.played)),
        heard_from_(origin + primer.start_step),
        texts_(std::exchange(primer.texts, {})),
        chords_(chords),
        key_(key),
        kind_(*session_.model().spec->kind),
        notes_(session_.model(), primer, order, gap) {
    SetTemperature(order.temperature);
    for (ControlText& text : texts_) text.step += origin;
  }

  bool Extend(int64_t /*towards*/, std::vector<ScheduledNote>& out) override {
    if (finished_) return false;
    if (const int64_t left = notes_.Left(until_); left > 0) {
      if (session_.pending()) {
        conditions_.TellAt(heard_);
        session_.Step();
      }
      Event event = session_.Sample(0, filters_, source_, mask_.has_value() ? &*mask_ : nullptr);
      if (kind_.StepsOf(event) > left) event = kind_.CutTo(event, left);
      session_.Push(event);
      heard_ += kind_.StepsOf(event);
      notes_.Add(event, out);
    }
    const int64_t left = notes_.Left(until_);
    if (left <= 0 || notes_.events() > kMostEventsPerStep * (notes_.steps() + left)) {
      notes_.Finish(out);
      // Whole notes say how long they sound, and steps of seconds may pass the session's.
      const auto end = static_cast<double>(until_);
      for (ScheduledNote& note : out) note.position = std::min(note.position, end);
      finished_ = true;
    }
    return true;
  }
  double horizon() const override { return notes_.horizon(); }
  bool finished() const override { return finished_; }
  void EndAt(int64_t until) override { until_ = until; }
  void SetStepSeconds(double seconds) override { notes_.SetStepSeconds(seconds); }
  void SetTemperature(double temperature) override {
    sampling_.temperature = temperature;
    filters_ = DrawFilters(sampling_);
  }
  std::vector<Event> primer() const override { return played_; }
  std::optional<int> key() const override { return key_; }
  std::vector<std::string> remarks() const override { return remarks_; }
  std::vector<std::string> chords() const override {
    std::vector<std::string> symbols;
    if (texts_.empty()) return symbols;
    auto text = texts_.begin();
    for (int64_t step = heard_from_; step < start_; ++step) {
      while (std::next(text) != texts_.end() && std::next(text)->step <= step) ++text;
      symbols.push_back(text->text);
    }
    for (int64_t step = start_; step < until_; ++step) {
      symbols.emplace_back(chords_.SymbolAt(step));
    }
    return symbols;
  }

 private:
  Session session_;
  const LiveConditions conditions_;
  int64_t heard_;  // steps of the model's grid
  SeededUniform source_;
  const int64_t start_;
  int64_t until_;
  Sampling sampling_;
  const std::optional<EventMask> mask_;
  std::vector<std::string> remarks_;
  std::vector<Event> played_;
  const int64_t heard_from_;        // step of the session
  std::vector<ControlText> texts_;  // by step of the session
  const LiveChords& chords_;
  const std::optional<int> key_;
  const MusicKind& kind_;
  AnswerNotes notes_;
  FilterChain filters_;
  bool finished_ = false;
};

}  // namespace

ModelResponder::ModelResponder(std::vector<std::shared_ptr<const Model>> models, Sampling sampling,
                               const PitchLimits& pitches, const Conditions& conditions)
    : models_(std::move(models)),
      sampling_(sampling),
      pitches_(pitches),
      conditions_(std::make_shared<Conditions>(conditions)) {
  for (const auto& model : models_) names_.push_back(model->id);
}

/// Nothing is heard yet. Control that is known is asked of the primer, the rest of the chords.
ModelResponder::Primed ModelResponder::NewPrimed(const Phrase& phrase, int64_t first_step,
                                                 size_t model) const {
  auto known = std::make_shared<std::vector<Event>>();
  std::shared_ptr<std::vector<Conditions>> told;
  std::shared_ptr<const Control> control;
  const EventCodec& codec = *models_[model]->codec;
  if (const ConditionedInputs inputs = codec.conditioned_inputs(); inputs.any()) {
    told = std::make_shared<std::vector<Conditions>>(1, *conditions_);
    control =
        MakeConditionControl(inputs, [told](int64_t step) { return ConditionsAt(*told, step); });
  } else if (codec.has_control()) {
    control = codec.MakeControl([known, first_step, &chords = phrase.chords()](int64_t position) {
      return position < static_cast<int64_t>(known->size())
                 ? (*known)[static_cast<size_t>(position)]
                 : chords.CodeAt(first_step + position);
    });
  }
  Session session(models_[model], 1, control);
  if (sampling_.adapt) session.Adapt();
  return {model, first_step, std::move(known), std::move(told), std::move(session)};
}

/// The one that has heard most of `primer`, or a new one, before all others.
ModelResponder::Primed& ModelResponder::Find(const Phrase& phrase, const Primer& primer,
                                             size_t model) {
  const std::vector<Event>& events = primer.events.events;
  const std::vector<Event>& control = primer.events.control;
  const int64_t first_step = phrase.origin() + primer.start_step;
  auto best = primed_.end();
  for (auto it = primed_.begin(); it != primed_.end(); ++it) {
    // With control, what comes depends on where in the session it is.
    const bool elsewhere = !control.empty() && it->first_step != first_step;
    if (it->model != model || elsewhere || !IsPrefix(*it->control, control) ||
        !IsPrefix(it->session.events(0), events)) {
      continue;
    }
    if (best == primed_.end() || it->session.events(0).size() > best->session.events(0).size()) {
      best = it;
    }
  }
  if (best == primed_.end()) {
    if (primed_.size() == kMostPrimed) primed_.pop_back();
    primed_.push_front(NewPrimed(phrase, first_step, model));
  } else if (best != primed_.begin()) {
    std::rotate(primed_.begin(), best, best + 1);
  }
  *primed_.front().control = control;
  return primed_.front();
}

/// `session`, of `primed` or a fork of it, hears those of `events` that it has not heard.
void ModelResponder::Hear(std::span<const Event> events, const Primed& primed,
                          Session& session) const {
  const LiveConditions conditions = {primed.told, conditions_};
  const MusicKind& kind = *session.model().spec->kind;
  int64_t steps = StepsHeard(session);
  for (size_t i = session.events(0).size(); i < events.size(); ++i) {
    session.Push(events[i]);
    steps += kind.StepsOf(events[i]);
    conditions.TellAt(steps);
    session.Step();
  }
}

/// Hears `primer` as far as it stays as it is while the phrase goes on.
ModelResponder::Primed& ModelResponder::Prime(const Phrase& phrase, const Primer& primer,
                                              size_t model) {
  const std::vector<Event>& events = primer.events.events;
  Primed& primed = Find(phrase, primer, model);
  const MusicKind& kind = *models_[model]->spec->kind;
  const bool may_change = kind.HearsSeconds();
  // What came before the phrase stays as it is.
  const int64_t before = phrase.StepOn(models_[model]->grid, phrase.start()) - primer.start_step;
  const size_t certain =
      may_change ? std::max(CommonEvents(last_primer_, events), EventsBefore(kind, events, before))
                 : events.size();
  Hear(std::span(events).first(certain), primed, primed.session);
  if (may_change) last_primer_ = events;
  return primed;
}

void ModelResponder::Append(const Phrase& phrase, int64_t step, size_t model) {
  const auto primer = phrase.ReadPrimer(*models_[model], step);
  if (primer.ok()) Prime(phrase, *primer, model);
}

absl::StatusOr<std::unique_ptr<LiveAnswer>> ModelResponder::Propose(const Phrase& phrase,
                                                                    const AnswerOrder& order) {
  MAGENTA_ASSIGN_OR_RETURN(Primer primer, phrase.ReadPrimer(*models_[order.model], order.step));
  const Model& model = *models_[order.model];
  const std::optional<int> key =
      model.spec->kind->MovesToKey() ? phrase.KeyAt(order.step) : std::nullopt;
  MAGENTA_ASSIGN_OR_RETURN(const auto mask, MaskFor(pitches_, model, key, primer));
  const Primed& primed = Prime(phrase, primer, order.model);
  Session session = primed.session.Fork(1);
  Hear(primer.events.events, primed, session);
  const int64_t gap =
      phrase.StepOn(model.grid, order.step) - primer.start_step - StepsHeard(session);
  return std::make_unique<DrawnAnswer>(std::move(session), order, sampling_, mask,
                                       std::move(primer), key, phrase.origin(), gap,
                                       phrase.chords(), LiveConditions{primed.told, conditions_});
}

}  // namespace magenta
