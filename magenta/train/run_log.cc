#include "magenta/train/run_log.h"

#include <fmt/core.h>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/session.h"

namespace magenta {
namespace {

constexpr Event kPrimer = 60;  // middle C
constexpr int kEvents = 128;
constexpr int kEventsALine = 16;

std::string EventName(Event event) {
  constexpr const char* kNames[] = {"C",  "C#", "D",  "D#", "E",  "F",
                                    "F#", "G",  "G#", "A",  "A#", "B"};
  if (event < -1) return "-";
  if (event < 0) return "off";
  return fmt::format("{}{}", kNames[event % 12], event / 12 - 1);
}

std::vector<std::pair<std::string, float>> Scalars(const Metrics& metrics, bool with_classes) {
  std::vector<std::pair<std::string, float>> scalars;
  for (const auto& [name, value] : metrics.Named()) {
    if (!with_classes && name == "metrics/per_class_accuracy") continue;
    scalars.emplace_back(name, static_cast<float>(value));
  }
  return scalars;
}

}  // namespace

absl::StatusOr<EventWriter*> RunLog::Writer(const char* part, std::optional<EventWriter>& writer) {
  if (!writer.has_value()) {
    MAGENTA_ASSIGN_OR_RETURN(EventWriter created,
                             EventWriter::Create(fmt::format("{}/{}", run_dir_, part)));
    writer.emplace(std::move(created));
  }
  return &*writer;
}

absl::Status RunLog::Training(int64_t step, const Metrics& metrics, double learning_rate,
                              double steps_per_s) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer("train", train_));
  auto scalars = Scalars(metrics, false);
  scalars.emplace_back("learning_rate", static_cast<float>(learning_rate));
  if (steps_per_s > 0) {
    scalars.emplace_back("global_step/sec", static_cast<float>(steps_per_s));
  }
  return writer->Scalars(step, scalars);
}

absl::Status RunLog::Evaluation(int64_t step, const Metrics& metrics) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer("eval", eval_));
  return writer->Scalars(step, Scalars(metrics, true));
}

absl::Status RunLog::Melody(int64_t step, const std::string& text) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer("eval", eval_));
  return writer->Text(step, "melody", fmt::format("```\n{}```\n", text));
}

std::string SampleText(const TensorMap& tensors, const std::string& config,
                       const std::string& hparams_text, uint32_t seed) {
  LoadedWeights weights;
  weights.tensors = tensors;
  weights.hparams_text = hparams_text;
  const auto model = MakeModel(weights, config, "");
  if (!model.ok() || !(*model)->codec->Accepts(kPrimer)) return "";
  Session session(*model, 1);
  SeededUniform uniform(seed);
  session.Prime({{kPrimer}});
  while (session.events(0).size() < kEvents) {
    session.Push(session.Sample(0, {}, uniform));
    session.Step();
  }
  std::string text;
  const auto& events = session.events(0);
  for (size_t i = 0; i < events.size(); ++i) {
    text += fmt::format("{:<4}", EventName(events[i]));
    if ((i + 1) % kEventsALine == 0) text += "\n";
  }
  return text;
}

}  // namespace magenta
