#include "magenta/generate/ongoing_piece.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "magenta/generate/beam_search.h"

namespace magenta {
namespace {

/// A piece goes on without end.
constexpr int64_t kEndlessTicks = int64_t{1} << 23;

}  // namespace

OngoingPiece::OngoingPiece(std::shared_ptr<const Model> model, std::vector<VoiceRole> voices,
                           const Sampling& sampling, std::optional<EventMask> mask, uint32_t seed)
    : model_(std::move(model)),
      voices_(std::move(voices)),
      sampling_(sampling),
      mask_(mask),
      filters_(DrawFilters(sampling)),
      source_(seed) {}

void OngoingPiece::SetTemperature(double temperature) {
  sampling_.temperature = temperature;
  filters_ = DrawFilters(sampling_);
}

void OngoingPiece::Begin(const SheetMeter& meter) {
  Clear();
  sheet_ = Sheet();
  sheet_.length = kEndlessTicks;
  for (const VoiceRole role : voices_) sheet_.voices.push_back(OpenVoiceOf(role, kEndlessTicks));
  sheet_.meters = {meter};
  sheet_.moves_on = true;
  now_ = NewHead(sheet_);
}

void OngoingPiece::Clear() {
  now_.reset();
  before_.reset();
  heard_.clear();
  younger_.reset();
}

OngoingPiece::Head OngoingPiece::NewHead(const Sheet& sheet) const {
  const EventCodec& codec = *model_->codec;
  Head head = {Session(model_, 1, codec.MakeControl(WriteSheet(sheet)))};
  if (sampling_.adapt) head.session.Adapt();
  head.session.Push(codec.default_event());
  head.session.Step();
  return head;
}

/// Time goes by up to `tick`, which is the next moment.
void OngoingPiece::Advance(Head& head, int64_t tick) const {
  const auto push = [&head](Event event) {
    head.session.Push(event);
    head.session.Step();
  };
  for (int64_t left = tick - head.tick; head.tick >= 0 && left > 0;) {
    const int64_t time = std::min<int64_t>(left, kLongestShift);
    push(TimeShift(static_cast<int>(time)));
    left -= time;
    for (size_t v = 0; v < voices_.size() && left > 0; ++v) push(kNoEvent);  // nothing changes
  }
  head.tick = tick;
}

/// The moment that `head` stands at: what is `known` of it, the rest drawn.
OngoingPiece::Moment OngoingPiece::DrawMoment(Head& head, const Known& known) {
  Moment moment = {head.tick, std::vector<Event>(known.size(), kNoEvent)};
  std::vector<int> order;
  DecisionOrder(sheet_, head.tick, order);
  for (const int v : order) {
    const auto voice = static_cast<size_t>(v);
    const EventMask* mask = v > 0 && mask_.has_value() ? &*mask_ : nullptr;
    const Event symbol =
        known[voice].has_value() ? *known[voice] : head.session.Sample(0, filters_, source_, mask);
    moment.symbols[voice] = symbol;
    head.session.Push(symbol);
    head.session.Step();
  }
  return moment;
}

const OngoingPiece::Moment& OngoingPiece::Decide(int64_t tick, const Known& known) {
  if (tick == now_->tick) {
    heard_.pop_back();
    now_->session = before_->Fork(1);
  } else {
    Advance(*now_, tick);
    before_ = now_->session.Fork(1);
  }
  heard_.push_back(DrawMoment(*now_, known));
  return heard_.back();
}

/// The time from the last moment to the next one, of at least `least` ticks.
Event OngoingPiece::DrawTime(const Head& head, int64_t least) {
  const auto possible = [&](LogitFilters filters) {
    std::vector<float> probabilities = head.session.Distribution(0, filters);
    for (size_t label = 0; label < probabilities.size(); ++label) {
      const Event event = head.session.EventOf(0, static_cast<int>(label));
      if (!IsTimeShift(event) || TicksOf(event) < least) probabilities[label] = 0;
    }
    return probabilities;
  };
  std::vector<float> probabilities = possible(filters_);
  const auto is_none = [](float probability) { return probability <= 0; };
  size_t label = 0;
  if (std::all_of(probabilities.begin(), probabilities.end(), is_none)) {
    // What filters leave has gone by.
    probabilities = possible({});
    if (std::all_of(probabilities.begin(), probabilities.end(), is_none)) {
      return TimeShift(static_cast<int>(std::min<int64_t>(least, kLongestShift)));
    }
    label = static_cast<size_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                                probabilities.begin());
  } else {
    double left = source_.Next();
    left *= std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
    for (size_t i = 0; i < probabilities.size() && left >= 0; ++i) {
      if (is_none(probabilities[i])) continue;
      label = i;
      left -= probabilities[i];
    }
  }
  return head.session.EventOf(0, static_cast<int>(label));
}

OngoingPiece::Moment OngoingPiece::DrawNext(Head& head, int64_t least) {
  Advance(head, head.tick + TicksOf(DrawTime(head, least)));
  return DrawMoment(head, Known(voices_.size()));
}

std::optional<int64_t> OngoingPiece::Shorten(int64_t most, int64_t kept) {
  if (!younger_.has_value()) {
    if (now_->tick <= most) return std::nullopt;
    BeginYounger(now_->tick - kept);
    return 0;
  }
  // The last moment may be decided anew.
  if (younger_->heard + 1 == heard_.size()) return BecomeYounger();
  const Moment& moment = heard_[younger_->heard++];
  Hear(younger_->head, moment, moment.tick - younger_->first);
  return 0;
}

/// It will begin with the first moment from `from` on, and what sounds then.
void OngoingPiece::BeginYounger(int64_t from) {
  std::vector<Event> sounding(voices_.size(), kNoEvent);
  const auto take_in = [&sounding](const Moment& moment) {
    for (size_t v = 0; v < sounding.size(); ++v) {
      const Event symbol = moment.symbols[v];
      if (symbol != kNoEvent) sounding[v] = symbol < 0 ? kNoEvent : symbol;
    }
  };
  take_in(heard_.front());
  while (heard_.size() > 1 && heard_.front().tick < from) {
    heard_.pop_front();
    take_in(heard_.front());
  }
  heard_.front().symbols = sounding;
  const int64_t first = heard_.front().tick;
  Sheet sheet = sheet_;
  SheetMeter& meter = sheet.meters[0];
  meter.bar_line = -((first - meter.bar_line) % meter.bar);
  Head head = NewHead(sheet);
  younger_.emplace(Younger{std::move(sheet), std::move(head), first});
}

void OngoingPiece::Hear(Head& head, const Moment& moment, int64_t tick) {
  Advance(head, tick);
  DrawMoment(head, Known(moment.symbols.begin(), moment.symbols.end()));
}

int64_t OngoingPiece::BecomeYounger() {
  const int64_t first = younger_->first;
  for (Moment& moment : heard_) moment.tick -= first;
  Advance(younger_->head, heard_.back().tick);
  before_ = younger_->head.session.Fork(1);
  sheet_ = std::move(younger_->sheet);
  now_ = std::move(younger_->head);
  younger_.reset();
  Hear(*now_, heard_.back(), now_->tick);
  return first;
}

}  // namespace magenta
