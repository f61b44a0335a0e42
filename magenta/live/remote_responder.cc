#include "magenta/live/remote_responder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/request/condition_args.h"
#include "magenta/request/generate_args.h"

namespace magenta {
namespace {

/// Where time is simulated: how long a server may be silent.
constexpr auto kMostPatience = std::chrono::seconds(30);
/// Beside the way to the server: naps of the response thread, and a block.
constexpr double kMarginSeconds = 0.008;
/// Of the last delay, with each question that was faster.
constexpr double kDelayKept = 0.9;
/// What was heard begins so many steps before the answer, or earlier (PlayedNote::step).
constexpr double kLatestHeard = 0.5;

}  // namespace

class RemoteAnswer final : public LiveAnswer {
 public:
  /// `key`: what the server was told of it. `time`: the request's. `on_steps`: notes stand on the
  /// nearest steps.
  RemoteAnswer(const AnswerOrder& order, const RemoteModel& model, std::optional<int> key,
               HeardTime time, bool on_steps, const RequestLatency& latency, bool patient,
               std::shared_ptr<NoteStream> stream)
      : order_(order),
        key_(key),
        time_(std::move(time)),
        on_steps_(on_steps),
        loud_(model.plays_velocities),
        strikes_held_(model.strikes_held),
        patient_(patient),
        stream_(std::move(stream)),
        certain_(static_cast<double>(order.step)),
        horizon_(certain_),
        latency_(latency) {}

  bool Extend(int64_t towards, std::vector<ScheduledNote>& out) override {
    if (finished()) return false;
    const auto wanted = static_cast<double>(towards);
    const bool arrived = !ended_ && certain_ < wanted && Receive();
    horizon_ = std::max(horizon_, std::min(certain_, wanted));
    const size_t before = out.size();
    SendUpTo(horizon_, out);
    return arrived || out.size() > before;
  }
  double horizon() const override { return horizon_; }
  bool finished() const override { return ended_ && pending_.empty(); }
  void EndAt(int64_t until) override {
    order_.until = std::min(order_.until, until);
    std::erase_if(pending_, [&](const ScheduledNote& event) {
      return event.kind == ScheduledNote::Kind::kNoteOn && event.position >= end();
    });
    for (ScheduledNote& event : pending_) event.position = std::min(event.position, end());
    certain_ = std::min(certain_, end());
  }
  std::optional<int> key() const override { return key_; }
  absl::Status status() const override { return status_; }
  const RequestLatency* latency() const override { return &latency_; }

  const AnswerOrder& order() const { return order_; }
  /// What it will be played as.
  void BecomeTake(uint32_t take, uint8_t velocity, uint32_t seed) {
    order_.take = take;
    order_.velocity = velocity;
    order_.seed = seed;
  }
  const std::shared_ptr<NoteStream>& stream() const { return stream_; }

 private:
  /// Takes in what is there. False: nothing is.
  bool Receive() {
    auto arrival = stream_->Take(patient_ ? kMostPatience : NoteStream::Clock::duration::zero());
    if (patient_ && !arrival.ended && arrival.pieces.empty()) {
      arrival.ended = true;
      arrival.status = OutsideError("", "the server was silent for half a minute");
    }
    if (!arrival.ended && arrival.pieces.empty()) return false;
    for (const NoteSequence& piece : arrival.pieces) Add(piece);
    latency_.arrived = stream_->arrived();
    if (!arrival.ended) return true;
    ended_ = true;
    status_ = std::move(arrival.status);
    certain_ = end();
    return true;
  }

  double end() const { return static_cast<double>(order_.until); }
  double PlaceOf(double seconds) const {
    const double position = time_.PositionAt(seconds);
    return on_steps_ ? std::floor(position + 0.5) : position;
  }

  void Add(const NoteSequence& piece) {
    for (const auto& note : piece.notes()) {
      const double start = time_.PositionAt(note.start_time());
      const auto begin = static_cast<double>(order_.step);
      const bool is_struck = strikes_held_ && PlaceOf(note.end_time()) > begin;
      if (start < begin - kLatestHeard && !is_struck) continue;
      const auto pitch = static_cast<uint8_t>(std::clamp(note.pitch(), 0, 127));
      const double on = std::max(PlaceOf(note.start_time()), begin);
      const double off = std::max(on + (on_steps_ ? 1 : 0), PlaceOf(note.end_time()));
      if (on >= end()) continue;
      const int velocity = loud_ ? std::clamp(note.velocity(), 1, 127) : order_.velocity;
      pending_.push_back(
          {ScheduledNote::Kind::kNoteOn, pitch, static_cast<uint8_t>(velocity), 0, on});
      pending_.push_back({ScheduledNote::Kind::kNoteOff, pitch, 0, 0, std::min(off, end())});
      // Notes come in the order in which they begin: what lies before this one is complete.
      certain_ = std::max(certain_, on);
    }
  }

  /// Ends before beginnings, and one note at a time on a key, as AnswerNotes has it.
  void SendUpTo(double position, std::vector<ScheduledNote>& out) {
    const auto is_off = [](const ScheduledNote& event) {
      return event.kind == ScheduledNote::Kind::kNoteOff;
    };
    std::stable_sort(
        pending_.begin(), pending_.end(), [&](const ScheduledNote& a, const ScheduledNote& b) {
          return a.position != b.position ? a.position < b.position : is_off(a) && !is_off(b);
        });
    size_t sent = 0;
    for (; sent < pending_.size() && pending_[sent].position <= position; ++sent) {
      ScheduledNote event = pending_[sent];
      event.take = order_.take;
      if (!is_off(event) && !loud_) event.velocity = order_.velocity;
      int& open = open_[event.pitch];
      if (is_off(event) && (open == 0 || --open > 0)) continue;
      if (!is_off(event) && open++ > 0) {
        out.push_back({ScheduledNote::Kind::kNoteOff, event.pitch, 0, order_.take, event.position});
      }
      out.push_back(event);
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<int64_t>(sent));
  }

  AnswerOrder order_;
  const std::optional<int> key_;
  const HeardTime time_;
  const bool on_steps_;
  const bool loud_;  // notes say themselves how loud they are
  const bool strikes_held_;
  const bool patient_;
  const std::shared_ptr<NoteStream> stream_;
  double certain_;  // all notes that begin before it are here
  double horizon_;
  std::vector<ScheduledNote> pending_;  // not sent
  std::array<int, 128> open_{};         // notes that sound on each key
  RequestLatency latency_;
  bool ended_ = false;
  absl::Status status_;
};

RemoteResponder::RemoteResponder(const DuetOptions& options,
                                 std::shared_ptr<StreamingGenerator> server,
                                 std::vector<RemoteModel> generators, Sampling sampling,
                                 const PitchLimits& pitches, const Conditions& conditions)
    : options_(options),
      server_(std::move(server)),
      generators_(std::move(generators)),
      sampling_(sampling),
      pitches_(pitches),
      conditions_(conditions),
      step_seconds_(60 / options.qpm / options.steps_per_quarter) {
  for (const RemoteModel& generator : generators_) names_.push_back(generator.id);
}

RemoteResponder::~RemoteResponder() = default;

void RemoteResponder::BeginPhrase() { asked_.clear(); }

void RemoteResponder::MeasureStep(int64_t step) {
  const auto now = Clock::now();
  if (step == last_step_ + 1) {
    const double seconds = std::chrono::duration<double>(now - last_time_).count();
    step_seconds_ += (seconds - step_seconds_) / 2;
  }
  last_step_ = step;
  last_time_ = now;
}

void RemoteResponder::MeasureDelay() {
  if (probe_ == nullptr) return;
  const auto arrived = probe_->arrived();
  const double seconds =
      std::chrono::duration<double>(arrived.value_or(Clock::now()) - probe_asked_).count();
  if (!arrived && seconds < delay_seconds_) return;
  delay_seconds_ = std::max(seconds, kDelayKept * delay_seconds_);
  if (arrived) probe_.reset();
}

int RemoteResponder::StepsAhead() const {
  if (patient_) return 0;
  // A question is asked half a step before the phrase may end.
  const double missing = delay_seconds_ + kMarginSeconds - step_seconds_ / 2;
  if (missing <= 0 || step_seconds_ <= 0) return 0;
  return static_cast<int>(std::min<double>(kMostStepsAhead, std::ceil(missing / step_seconds_)));
}

std::unique_ptr<RemoteAnswer> RemoteResponder::Ask(const Phrase& phrase, AnswerOrder order,
                                                   int ahead) const {
  order.step += ahead;
  order.until += 2 * ahead;  // an answer as long as the phrase grows with it
  const RemoteModel& generator = generators_[order.model];
  const HeardTime time = phrase.Time();
  const auto seconds = [&](int64_t step) { return time.SecondsAt(static_cast<double>(step)); };
  GenerateSequenceRequest request;
  request.set_generator_id(names_[order.model]);
  *request.mutable_input_sequence() = phrase.ToSequence(order.step, order.until);
  GeneratorOptions& wanted = *request.mutable_generator_options();
  auto* section = wanted.add_generate_sections();
  section->set_start_time(seconds(order.step));
  section->set_end_time(seconds(order.until));
  (*wanted.mutable_args())["seed"].set_int_value(static_cast<int32_t>(order.seed));
  std::optional<int> key;
  if (generator.takes_primer_key) key = phrase.KeyAt(order.step);
  if (key.has_value()) {
    (*wanted.mutable_args())[kPrimerKeyArg].set_int_value(*key);
  }
  Sampling sampling = sampling_;
  sampling.temperature = order.temperature;
  SetSamplingArgs(sampling, wanted);
  SetPitchArgs(pitches_, wanted);
  SetConditionArgs(conditions_, generator.conditions, wanted);
  // The time is taken before the server can answer.
  LiveAnswer::RequestLatency latency;
  latency.asked = NoteStream::Clock::now();
  latency.ahead = ahead;
  return std::make_unique<RemoteAnswer>(order, generator, key, time, !options_.HearsSeconds(),
                                        latency, patient_, server_->Ask(request));
}

void RemoteResponder::Append(const Phrase&, int64_t step, size_t) { MeasureStep(step); }

absl::StatusOr<std::unique_ptr<LiveAnswer>> RemoteResponder::Propose(const Phrase& phrase,
                                                                     const AnswerOrder& order) {
  MeasureStep(order.step);
  MeasureDelay();
  const auto is_of_use = [&](const RemoteAnswer& answer) {
    const AnswerOrder& asked = answer.order();
    return asked.step >= order.step && asked.model == order.model && asked.seed == order.seed &&
           asked.temperature == order.temperature;
  };
  std::erase_if(asked_, [&](const auto& answer) { return !is_of_use(*answer); });
  const int ahead = StepsAhead();
  std::unique_ptr<RemoteAnswer> answer;
  if (!asked_.empty() && asked_.front()->order().step == order.step) {
    answer = std::move(asked_.front());
    asked_.pop_front();
    answer->BecomeTake(order.take, order.velocity, order.seed);
    answer->EndAt(order.until);
  }
  // Asked with all that is known; where the way is too long for that, it is better late than never.
  if (answer == nullptr) answer = Ask(phrase, order, 0);
  if (ahead > 0 && (asked_.empty() || asked_.back()->order().step < order.step + ahead)) {
    asked_.push_back(Ask(phrase, order, ahead));
  }
  if (probe_ == nullptr) {
    const RemoteAnswer& newest = asked_.empty() ? *answer : *asked_.back();
    probe_ = newest.stream();
    probe_asked_ = newest.latency()->asked;
  }
  return answer;
}

}  // namespace magenta
