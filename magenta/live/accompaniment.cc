#include "magenta/live/accompaniment.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "magenta/base/status.h"
#include "magenta/live/conversation.h"

namespace magenta {
namespace {

/// From one player's seed to the next one's.
constexpr uint32_t kSeedsOfAPlayer = 1 << 16;
/// So many bars after the player's last note the machine comes to rest.
constexpr int kRestBars = 1;
constexpr int kPlannedBars = 1;

std::vector<VoiceRole> WithMelody(std::vector<VoiceRole> voices) {
  voices.insert(voices.begin(), VoiceRole::kMelody);
  return voices;
}

}  // namespace

absl::StatusOr<AccompanimentRules> MakeAccompanimentRules(std::shared_ptr<const Model> model,
                                                          std::vector<VoiceRole> voices,
                                                          const Sampling& sampling,
                                                          const PitchLimits& pitches) {
  if (!model->spec->kind->plays_parts()) {
    return UsageError(
        fmt::format("{} knows no parts, and an accompaniment is one beside yours", model->id),
        "Choose a model of several parts: --config=score");
  }
  if (voices.empty() || voices.size() + 1 > kMaxVoices) {
    return UsageError(fmt::format("an accompaniment of {} voices; there may be 1 to {}",
                                  voices.size(), kMaxVoices - 1));
  }
  if (pitches.NeedsKey()) {
    return UsageError("a scale stands in a key, and an accompaniment has none before it begins",
                      "Name it: --key=D");
  }
  MAGENTA_RETURN_IF_ERROR(CheckSampling(sampling, *model));
  Primer nothing;
  MAGENTA_ASSIGN_OR_RETURN(auto mask, MaskFor(pitches, *model, std::nullopt, nothing));
  return AccompanimentRules{std::move(model), std::move(voices), sampling, mask};
}

Accompaniment::Accompaniment(int player, const DuetOptions& options, AccompanimentRules rules,
                             SpscRing<ScheduledNote>& takes)
    : player_(player),
      options_(options),
      rules_(std::move(rules)),
      takes_(takes),
      seed_(options.seed + kSeedsOfAPlayer * static_cast<uint32_t>(player)),
      piece_(rules_.model, WithMelody(rules_.voices), rules_.sampling, rules_.mask, seed_),
      sounding_(rules_.voices.size() + 1, -1),
      struck_(rules_.voices.size() + 1, -1) {
  SetTemperature(options.temperature.value_or(rules_.model->spec->temperature));
}

void Accompaniment::SetTemperature(double temperature) {
  temperature_ = temperature;
  piece_.SetTemperature(temperature);
}

void Accompaniment::Handle(const PerformanceEvent& event) {
  switch (event.kind) {
    case PerformanceEvent::Kind::kNoteOn:
      return OnNote(event.position, event.pitch, event.velocity);
    case PerformanceEvent::Kind::kNoteOff: return OnRelease(event.position, event.pitch);
    case PerformanceEvent::Kind::kReached: return OnReached(event.step);
    case PerformanceEvent::Kind::kBegin:
      unsent_.push_back(
          {ScheduledNote::Kind::kBegin, 0, 0, ++take_, static_cast<double>(event.step)});
      now_ = event.step - 1;
      return;
    case PerformanceEvent::Kind::kStop: return Silence();
    case PerformanceEvent::Kind::kControl:
      if (event.action == LiveAction::kTemperature) {
        SetTemperature(KnobTemperature(event.value));
        DropPlan();
      }
      return;
    default: return;  // of turns
  }
}

/// In octaves, the nearest pitch that the model plays.
Event Accompaniment::InRange(int pitch) const {
  const EventCodec& codec = *rules_.model->codec;
  for (int octaves = 0; octaves <= 10; ++octaves) {
    for (const int moved : {pitch + 12 * octaves, pitch - 12 * octaves}) {
      if (moved >= 0 && moved <= 127 && codec.Accepts(moved)) return moved;
    }
  }
  return kNoEvent;
}

void Accompaniment::OnNote(double position, int pitch, int velocity) {
  const int64_t step = meant_.Next(position);
  velocity_ = velocity;
  const Event heard = InRange(pitch);
  if (stroke_.has_value() && stroke_->step == step) {
    if (stroke_->pitch > heard) return;
  } else if (playing_ && piece_.tick() == TickOf(step) && piece_.last().symbols[0] > heard) {
    return;  // below one that was struck on the same step
  }
  key_ = pitch;
  struck_on_ = step;
  release_.reset();
  stroke_ = Stroke{step, heard};
  if (step > now_) return;
  stroke_.reset();
  if (!playing_) Enter(step);
  Play(step, heard);
}

void Accompaniment::OnRelease(double position, int pitch) {
  if (pitch != key_) return;
  key_ = -1;
  release_ = ReleaseMeant(struck_on_, position);
  if (*release_ > now_) return;
  const Event melody = TakeRelease();
  if (playing_ && melody != kNoEvent) Play(silent_since_, melody);
}

/// The player's note ends where it was to: the symbol of it.
Event Accompaniment::TakeRelease() {
  silent_since_ = *release_;
  release_.reset();
  return Sounds(0) ? kNoteOff : kNoEvent;
}

void Accompaniment::OnReached(int64_t step) {
  now_ = step;
  Event melody = kNoEvent;
  if (stroke_.has_value() && stroke_->step <= step) {
    melody = stroke_->pitch;
    stroke_.reset();
  } else if (release_.has_value() && *release_ <= step) {
    melody = TakeRelease();
  }
  if (!playing_) {
    if (melody < 0) return;
    Enter(step);
  }
  const int64_t tick = TickOf(step);
  const bool planned = !plan_.empty() && plan_.front().tick <= tick;
  if (planned && plan_.front().tick == tick && plan_.front().symbols[0] == melody) {
    PlayPlanned();
  } else if (melody != kNoEvent || tick - piece_.tick() >= kLongestShift) {
    Play(step, melody);
  } else if (planned) {
    DropPlan();  // what the player was expected to do has not happened
  }
  const bool silent = !Sounds(0) && !stroke_.has_value();
  if (silent && step - silent_since_ >= kRestBars * options_.steps_per_bar) Rest(step);
}

/// The player begins, or comes back after a rest.
void Accompaniment::Enter(int64_t step) {
  const int64_t bar = options_.steps_per_bar;
  playing_ = true;
  if (!piece_.begun()) {
    first_step_ = step;
    SheetMeter meter = SheetMeterFor(options_.meter_numerator, options_.meter_denominator);
    meter.bar_line = -((step % bar + bar) % bar);
    piece_.Begin(meter);
  } else if (const int64_t rest = TickOf(step) - piece_.tick(); rest > bar) {
    first_step_ += (rest - 1) / bar * bar;
  }
  AnswerReport report;
  report.player = player_;
  report.accompanies = true;
  report.seed = seed_;
  report.temperature = temperature_;
  report.model = rules_.model->id;
  report.start_step = report.end_step = report.phrase_start = step;
  reports_.push_back(std::move(report));
}

/// The player does `melody` on `step`, and the others what is drawn.
void Accompaniment::Play(int64_t step, Event melody) {
  DropPlan();
  const int64_t tick = std::max(TickOf(step), piece_.tick());
  Known known(static_cast<size_t>(voices()));
  known[0] = melody;
  if (tick == piece_.tick()) {
    // It was decided already, without the player: who has moved then stays with it.
    const std::vector<Event>& symbols = piece_.last().symbols;
    for (size_t v = 1; v < known.size(); ++v) {
      if (symbols[v] != kNoEvent) known[v] = symbols[v];
    }
  }
  Decide(tick, known);
}

void Accompaniment::PlayPlanned() {
  const Moment moment = std::move(plan_.front());
  plan_.pop_front();
  plan_reported_ = true;  // it goes on as it was said
  Decide(moment.tick, Known(moment.symbols.begin(), moment.symbols.end()));
}

void Accompaniment::Rest(int64_t step) {
  DropPlan();
  Known known(static_cast<size_t>(voices()), kNoEvent);
  for (int v = 1; v < voices(); ++v) {
    if (Sounds(v)) known[static_cast<size_t>(v)] = kNoteOff;
  }
  if (TickOf(step) > piece_.tick()) Decide(TickOf(step), known);
  for (int v = 1; v < voices(); ++v) End(v, step);
  playing_ = false;
}

/// Nothing sounds any more, and the player's keys count no longer.
void Accompaniment::Silence() {
  DropPlan();
  stroke_.reset();
  release_.reset();
  key_ = -1;
  std::fill(sounding_.begin(), sounding_.end(), -1);
  piece_.Clear();
  playing_ = false;
}

/// The moment at `tick`, the piece's last one (anew) or a later one, is decided and sounds.
void Accompaniment::Decide(int64_t tick, const Known& known) {
  std::vector<Event> sound(known.size(), kNoEvent);  // already
  if (tick == piece_.tick()) sound = piece_.last().symbols;
  const Moment& moment = piece_.Decide(tick, known);
  for (int v = 0; v < voices(); ++v) {
    const auto voice = static_cast<size_t>(v);
    if (v == 0 || sound[voice] == kNoEvent) Sound(v, moment.symbols[voice], StepOf(tick));
  }
  Flush();
}

void Accompaniment::DropPlan() {
  plan_.clear();
  ahead_.reset();
  plan_reported_ = false;
}

bool Accompaniment::Work() {
  if (!Flush() || !playing_) return false;
  const int64_t bar = options_.steps_per_bar;
  const int64_t planned = plan_.empty() ? piece_.tick() : plan_.back().tick;
  if (planned < TickOf(now_) + kPlannedBars * bar) return ExtendPlan();
  if (!plan_reported_) ReportPlan();
  return ForgetOld();
}

/// A little of it. What was planned stays.
bool Accompaniment::ForgetOld() {
  const int64_t bar = options_.steps_per_bar;
  const HeardBars bars = HeardBarsOf(options_);
  const auto moved = piece_.Shorten(bars.most * bar, bars.kept * bar);
  if (!moved.has_value()) return false;
  first_step_ += *moved;
  for (Moment& moment : plan_) moment.tick -= *moved;
  if (ahead_.has_value()) ahead_->tick -= *moved;
  return true;
}

bool Accompaniment::ExtendPlan() {
  // What has gone by without a moment has none.
  int64_t least = 1;
  if (!ahead_.has_value()) {
    ahead_ = piece_.Fork();
    least = std::max<int64_t>(1, TickOf(now_) + 1 - ahead_->tick);
  }
  plan_.push_back(piece_.DrawNext(*ahead_, least));
  return true;
}

void Accompaniment::ReportPlan() {
  plan_reported_ = true;
  PlanReport report;
  report.player = player_;
  report.step = now_;
  std::vector<std::optional<PlanReport::Note>> open(static_cast<size_t>(voices()));
  const auto end = [&](size_t voice, int64_t step) {
    if (!open[voice].has_value()) return;
    open[voice]->end = step;
    report.notes.push_back(*open[voice]);
    open[voice].reset();
  };
  for (const Moment& moment : plan_) {
    for (size_t voice = 0; voice < moment.symbols.size(); ++voice) {
      const Event symbol = moment.symbols[voice];
      if (symbol == kNoEvent) continue;
      end(voice, StepOf(moment.tick));
      if (symbol < 0) continue;
      open[voice] = {static_cast<int>(voice), StepOf(moment.tick), 0, symbol};
    }
  }
  for (size_t voice = 0; voice < open.size(); ++voice) end(voice, StepOf(plan_.back().tick));
  std::erase_if(report.notes, [](const auto& note) { return note.end <= note.start; });
  std::stable_sort(report.notes.begin(), report.notes.end(),
                   [](const auto& a, const auto& b) { return a.start < b.start; });
  plans_.push_back(std::move(report));
}

void Accompaniment::Sound(int voice, Event symbol, int64_t step) {
  if (symbol == kNoEvent) return;
  End(voice, step);
  if (symbol < 0) return;
  // Two that strike one key together strike it once.
  if (voice > 0 && !Shares(voice, symbol, step)) {
    Send(ScheduledNote::Kind::kNoteOn, voice, symbol, step);
  }
  sounding_[static_cast<size_t>(voice)] = symbol;
  struck_[static_cast<size_t>(voice)] = step;
}

/// Whether another of the machine's voices holds the key of `voice`, struck on `struck_from` or
/// later.
bool Accompaniment::Shares(int voice, int pitch, int64_t struck_from) const {
  const PlayerOptions& player = options_.players[static_cast<size_t>(player_)];
  const auto channel = [&](size_t v) { return player.ChannelOf(v - 1); };
  for (size_t v = 1; v < sounding_.size(); ++v) {
    const bool is_other = v != static_cast<size_t>(voice) && sounding_[v] == pitch;
    if (is_other && struck_[v] >= struck_from &&
        channel(v) == channel(static_cast<size_t>(voice))) {
      return true;
    }
  }
  return false;
}

void Accompaniment::End(int voice, int64_t step) {
  const int pitch = std::exchange(sounding_[static_cast<size_t>(voice)], -1);
  if (voice == 0 || pitch < 0) return;
  if (Shares(voice, pitch, std::numeric_limits<int64_t>::min())) return;
  Send(ScheduledNote::Kind::kNoteOff, voice, pitch, step);
}

void Accompaniment::Send(ScheduledNote::Kind kind, int voice, int pitch, int64_t step) {
  const int velocity = options_.velocity > 0 ? options_.velocity : velocity_;
  unsent_.push_back({kind, static_cast<uint8_t>(pitch), static_cast<uint8_t>(velocity), take_,
                     static_cast<double>(step), static_cast<uint8_t>(voice - 1)});
}

bool Accompaniment::Flush() {
  while (!unsent_.empty() && takes_.Push(unsent_.front())) unsent_.pop_front();
  return unsent_.empty();
}

}  // namespace magenta
