#include "magenta/music/quantize.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "absl/strings/cord.h"
#include "magenta/base/check.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr char kFailurePayload[] = "magenta/quantize_failure";
constexpr char kSplitRemedy[] = "Split the sequence at its changes of tempo and meter first";
constexpr QuantizeFailure kFailures[] = {
    QuantizeFailure::kMultipleTimeSignatures,
    QuantizeFailure::kBadTimeSignature,
    QuantizeFailure::kMultipleTempos,
    QuantizeFailure::kNegativeTime,
    QuantizeFailure::kBadTempo,
    QuantizeFailure::kTooLong,
};

absl::Status Refuse(QuantizeFailure failure, std::string message, std::string remedy = "") {
  absl::Status status = SequenceError(std::move(message), std::move(remedy));
  status.SetPayload(kFailurePayload, absl::Cord(QuantizeFailureName(failure)));
  return status;
}

// The event with the smallest time, the first of equals: where the state of the sequence begins.
template <typename Events>
const auto& Earliest(const Events& events) {
  return *std::min_element(events.begin(), events.end(),
                           [](const auto& a, const auto& b) { return a.time() < b.time(); });
}

absl::Status CheckOneMeter(const NoteSequence& sequence) {
  const auto& meters = sequence.time_signatures();
  const auto& first = Earliest(meters);
  if (first.time() != 0 && !(first.numerator() == 4 && first.denominator() == 4)) {
    return Refuse(QuantizeFailure::kMultipleTimeSignatures,
                  fmt::format("the meter changes from 4/4 (implied) to {}/{} at {} s",
                              first.numerator(), first.denominator(), first.time()),
                  kSplitRemedy);
  }
  for (const auto& meter : meters) {
    if (meter.numerator() == meters[0].numerator() &&
        meter.denominator() == meters[0].denominator()) {
      continue;
    }
    return Refuse(QuantizeFailure::kMultipleTimeSignatures,
                  fmt::format("the meter changes from {}/{} at {} s to {}/{} at {} s",
                              meters[0].numerator(), meters[0].denominator(), meters[0].time(),
                              meter.numerator(), meter.denominator(), meter.time()),
                  kSplitRemedy);
  }
  return absl::OkStatus();
}

absl::Status CheckMeterIsPlayable(const NoteSequence::TimeSignature& meter, int steps_per_quarter) {
  const int32_t denominator = meter.denominator();
  const bool power_of_2 = denominator > 0 && (denominator & (denominator - 1)) == 0;
  const double steps = steps_per_quarter * (4.0 / denominator * meter.numerator());
  if (power_of_2 && meter.numerator() > 0 && steps <= kMaxSteps) return absl::OkStatus();
  return Refuse(QuantizeFailure::kBadTimeSignature,
                fmt::format("{}/{} is no meter: the lower number must be a power of 2, the upper "
                            "one 1 or more",
                            meter.numerator(), denominator),
                "Mend the meter in a notation program");
}

absl::Status CheckOneTempo(const NoteSequence& sequence) {
  const auto& tempos = sequence.tempos();
  const auto& first = Earliest(tempos);
  if (first.time() != 0 && first.qpm() != 120.0) {
    return Refuse(QuantizeFailure::kMultipleTempos,
                  fmt::format("the tempo changes from 120 qpm (implied) to {} qpm at {} s",
                              first.qpm(), first.time()),
                  kSplitRemedy);
  }
  for (const auto& tempo : tempos) {
    if (tempo.qpm() == tempos[0].qpm()) continue;
    return Refuse(QuantizeFailure::kMultipleTempos,
                  fmt::format("the tempo changes from {} qpm at {} s to {} qpm at {} s",
                              tempos[0].qpm(), tempos[0].time(), tempo.qpm(), tempo.time()),
                  kSplitRemedy);
  }
  return absl::OkStatus();
}

absl::Status KeepOneMeter(NoteSequence& sequence, int steps_per_quarter) {
  auto& meters = *sequence.mutable_time_signatures();
  if (meters.empty()) {
    meters.Add()->set_numerator(4);
    meters[0].set_denominator(4);
  }
  MAGENTA_RETURN_IF_ERROR(CheckOneMeter(sequence));
  meters[0].set_time(0);
  meters.DeleteSubrange(1, meters.size() - 1);
  return CheckMeterIsPlayable(meters[0], steps_per_quarter);
}

absl::Status KeepOneTempo(NoteSequence& sequence, bool may_change) {
  auto& tempos = *sequence.mutable_tempos();
  if (tempos.empty()) tempos.Add()->set_qpm(120.0);
  for (const auto& tempo : tempos) {
    if (std::isfinite(tempo.qpm()) && tempo.qpm() > 0) continue;
    return Refuse(QuantizeFailure::kBadTempo,
                  fmt::format("{} qpm at {} s is no tempo", tempo.qpm(), tempo.time()),
                  "Give a tempo above 0");
  }
  if (may_change) return absl::OkStatus();
  MAGENTA_RETURN_IF_ERROR(CheckOneTempo(sequence));
  tempos[0].set_time(0);
  tempos.DeleteSubrange(1, tempos.size() - 1);
  return absl::OkStatus();
}

absl::Status NegativeTime(const char* what, double seconds) {
  return Refuse(QuantizeFailure::kNegativeTime,
                fmt::format("{} at {} s, before the beginning", what, seconds),
                "Shift the sequence so that it begins at 0 s");
}

absl::Status TooLong(double seconds) {
  return Refuse(QuantizeFailure::kTooLong,
                fmt::format("{} s is past the longest sequence, {} steps", seconds, kMaxSteps),
                "Cut the sequence");
}

absl::Status QuantizeNotes(NoteSequence& sequence, double steps_per_second) {
  for (auto& note : *sequence.mutable_notes()) {
    const int64_t start = QuantizeToStep(note.start_time(), steps_per_second);
    int64_t end = QuantizeToStep(note.end_time(), steps_per_second);
    if (start < 0) return NegativeTime("a note starts", note.start_time());
    if (start >= kMaxSteps) return TooLong(note.start_time());
    if (end == start) ++end;
    if (end < 0) return NegativeTime("a note ends", note.end_time());
    if (end > kMaxSteps) return TooLong(note.end_time());
    note.set_quantized_start_step(start);
    note.set_quantized_end_step(end);
    sequence.set_total_quantized_steps(std::max(sequence.total_quantized_steps(), end));
  }
  return absl::OkStatus();
}

template <typename Events>
absl::Status QuantizeEvents(Events& events, double steps_per_second, const char* what) {
  for (auto& event : events) {
    if (std::isnan(event.time())) return NegativeTime(what, event.time());
    event.set_quantized_step(QuantizeToStep(event.time(), steps_per_second));
    if (event.quantized_step() < 0) return NegativeTime(what, event.time());
  }
  return absl::OkStatus();
}

}  // namespace

double QuantizedSequence::steps_per_bar() const {
  const auto& meter = sequence_.time_signatures(0);
  return steps_per_quarter() * (4.0 / meter.denominator() * meter.numerator());
}

const char* QuantizeCounterName(QuantizeFailure failure) {
  switch (failure) {
    case QuantizeFailure::kMultipleTimeSignatures:
      return "sequences_discarded_because_multiple_time_signatures";
    case QuantizeFailure::kBadTimeSignature:
      return "sequences_discarded_because_bad_time_signature";
    case QuantizeFailure::kMultipleTempos: return "sequences_discarded_because_multiple_tempos";
    case QuantizeFailure::kNegativeTime: return "sequences_discarded_because_negative_time";
    case QuantizeFailure::kBadTempo: return "sequences_discarded_because_bad_tempo";
    case QuantizeFailure::kTooLong: return "sequences_discarded_because_too_long";
  }
  return "sequences_discarded_because_";
}

const char* QuantizeFailureName(QuantizeFailure failure) {
  return QuantizeCounterName(failure) + std::string_view("sequences_discarded_because_").size();
}

std::optional<QuantizeFailure> QuantizeFailureOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kFailurePayload);
  if (!payload.has_value()) return std::nullopt;
  const std::string name(*payload);
  for (const QuantizeFailure failure : kFailures) {
    if (name == QuantizeFailureName(failure)) return failure;
  }
  return std::nullopt;
}

int64_t QuantizeToStep(double seconds, double steps_per_second, double cutoff) {
  constexpr double kBound = 9223372036854775808.0;  // 2^63
  const double step = seconds * steps_per_second + (1 - cutoff);
  if (!(step < kBound)) return std::numeric_limits<int64_t>::max();
  if (step < -kBound) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(step);
}

QuantizedSequence QuantizedSequence::Transposed(int semitones) const {
  NoteSequence copy = sequence_;
  for (auto& note : *copy.mutable_notes()) {
    if (!note.is_drum()) note.set_pitch(note.pitch() + semitones);
  }
  return QuantizedSequence(std::move(copy));
}

absl::StatusOr<QuantizedSequence> Quantize(NoteSequence sequence, Grid grid) {
  if (grid.is_per_second()) {
    sequence.mutable_quantization_info()->set_steps_per_second(grid.steps());
  } else {
    MAGENTA_RETURN_IF_ERROR(KeepOneMeter(sequence, grid.steps()));
    sequence.mutable_quantization_info()->set_steps_per_quarter(grid.steps());
  }
  MAGENTA_RETURN_IF_ERROR(KeepOneTempo(sequence, grid.is_per_second()));
  const double steps_per_second = grid.StepsPerSecond(sequence.tempos(0).qpm());
  const int64_t total = QuantizeToStep(sequence.total_time(), steps_per_second);
  if (total > kMaxSteps) return TooLong(sequence.total_time());
  // A total_time below 0, which no note can have, is none.
  sequence.set_total_quantized_steps(std::max<int64_t>(total, 0));
  MAGENTA_RETURN_IF_ERROR(QuantizeNotes(sequence, steps_per_second));
  MAGENTA_RETURN_IF_ERROR(QuantizeEvents(*sequence.mutable_control_changes(), steps_per_second,
                                         "a control change stands"));
  MAGENTA_RETURN_IF_ERROR(
      QuantizeEvents(*sequence.mutable_text_annotations(), steps_per_second, "a text stands"));
  return QuantizedSequence(std::move(sequence));
}

absl::StatusOr<QuantizedSequence> TakeQuantized(NoteSequence sequence) {
  const auto& info = sequence.quantization_info();
  if (info.steps_per_quarter() > 0) {
    MAGENTA_RETURN_IF_ERROR(KeepOneMeter(sequence, info.steps_per_quarter()));
  } else if (info.steps_per_second() <= 0) {
    return SequenceError("the sequence does not stand on steps", "Quantize it first");
  }
  MAGENTA_RETURN_IF_ERROR(KeepOneTempo(sequence, info.steps_per_second() > 0));
  int64_t total = 0;
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const int64_t start = sequence.notes(i).quantized_start_step();
    const int64_t end = sequence.notes(i).quantized_end_step();
    const std::string where = fmt::format("note {} lasts from step {} to {}", i, start, end);
    if (start < 0 || end <= start) {
      return Refuse(QuantizeFailure::kNegativeTime, where, "Quantize the sequence again");
    }
    if (end > kMaxSteps) return Refuse(QuantizeFailure::kTooLong, where, "Cut the sequence");
    total = std::max(total, end);
  }
  sequence.set_total_quantized_steps(std::max<int64_t>(sequence.total_quantized_steps(), total));
  return QuantizedSequence(std::move(sequence));
}

}  // namespace magenta
