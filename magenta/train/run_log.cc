#include "magenta/train/run_log.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/session.h"
#include "magenta/music/quantize.h"

namespace magenta {
namespace {

constexpr double kSampleQpm = 120;
constexpr int kEvents = 128;
constexpr int kEventsALine = 16;
// What the figures of a session are of.
constexpr char kBest[] = "best", kFinal[] = "final";

/// What a model of `spec` goes on from where nobody gave anything, and its control as far as a
/// sample goes.
absl::StatusOr<Primer> SamplePrimer(const ModelSpec& spec) {
  NoteSequence start = spec.kind->MakeDefaultPrimer(kSampleQpm, spec.grid).sequence;
  MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence quantized,
                           Quantize(std::move(start), spec.grid));
  PrimerRequest request;
  request.generate_start_step = 1;  // a step long
  request.section_end_step = kEvents;
  return spec.kind->ReadPrimer(quantized, request);
}

/// So many a line, one below the other.
std::string InColumns(const std::vector<std::string>& words) {
  size_t width = 0;
  for (const std::string& word : words) width = std::max(width, word.size() + 1);
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    text += fmt::format("{:<{}}", words[i], width);
    if ((i + 1) % kEventsALine == 0) text += "\n";
  }
  return text;
}

std::vector<std::pair<std::string, float>> Scalars(const Metrics& metrics, bool with_classes) {
  std::vector<std::pair<std::string, float>> scalars;
  for (const auto& [name, value] : metrics.Figures()) {
    if (!with_classes && name == "metrics/per_class_accuracy") continue;
    scalars.emplace_back(name, static_cast<float>(value));
  }
  return scalars;
}

}  // namespace

absl::StatusOr<EventWriter*> RunLog::Writer(Part& part) {
  if (!part.writer.has_value()) {
    MAGENTA_ASSIGN_OR_RETURN(EventWriter created, EventWriter::Create(run_dir_ + part.folder));
    part.writer.emplace(std::move(created));
    if (part.first_step) MAGENTA_RETURN_IF_ERROR(part.writer->SessionStart(*part.first_step));
  }
  return &*part.writer;
}

absl::Status RunLog::Begin(const HParamsSession& session, int64_t training_step,
                           int64_t evaluation_step) {
  session_.first_step = evaluation_step;
  train_.first_step = training_step;
  eval_.first_step = evaluation_step;
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer(session_));
  return writer->HParams(session);
}

absl::Status RunLog::Session(int64_t step, const char* what, const Metrics& metrics) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer(session_));
  const std::string before = fmt::format("{}/", what);
  const std::pair<std::string, float> figures[] = {
      {before + "loss", static_cast<float>(metrics.loss)},
      {before + "perplexity", static_cast<float>(metrics.perplexity())},
      {before + "accuracy", static_cast<float>(metrics.accuracy)},
  };
  return writer->Scalars(step, figures);
}

absl::Status RunLog::End(bool success, int64_t step, const Metrics& metrics) {
  if (metrics.steps > 0) MAGENTA_RETURN_IF_ERROR(Session(step, kFinal, metrics));
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer(session_));
  return writer->HParamsEnd(success);
}

absl::Status RunLog::Best(int64_t step, const Metrics& metrics) {
  return Session(step, kBest, metrics);
}

absl::Status RunLog::Training(int64_t step, const Metrics& metrics, double learning_rate,
                              double steps_per_s) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer(train_));
  auto scalars = Scalars(metrics, false);
  scalars.emplace_back("learning_rate", static_cast<float>(learning_rate));
  if (steps_per_s > 0) {
    scalars.emplace_back("global_step/sec", static_cast<float>(steps_per_s));
  }
  return writer->Scalars(step, scalars);
}

absl::Status RunLog::Evaluation(int64_t step, const Metrics& metrics) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer(eval_));
  return writer->Scalars(step, Scalars(metrics, true));
}

absl::Status RunLog::Sample(int64_t step, std::string_view name, const std::string& text) {
  MAGENTA_ASSIGN_OR_RETURN(EventWriter * writer, Writer(eval_));
  return writer->Text(step, std::string(name), fmt::format("```\n{}```\n", text));
}

HParamsSession SessionOf(const std::string& config, const HParams& hparams, const RunState& state,
                         const std::string& from) {
  HParamsSession session;
  session.hparams = {
      {"config", config},
      {"batch_size", static_cast<double>(hparams.batch_size)},
      {"rnn_layer_sizes", fmt::format("[{}]", fmt::join(hparams.rnn_layer_sizes, ","))},
      {"dropout_keep_prob", hparams.dropout_keep_prob},
      {"clip_norm", hparams.clip_norm},
      {"learning_rate", LearningRateAt(hparams, 0)},
      {"weight_decay", hparams.weight_decay.value_or(0)},
      {"attn_length", static_cast<double>(hparams.attn_length)},
      {"residual_connections", hparams.residual_connections},
      {"learning_rate_schedule", std::string(RateShapeName(state.schedule.shape))},
      {"warmup_steps", static_cast<double>(state.schedule.warmup_steps)},
      {"average_weights", state.average_decay},
      {"seed", static_cast<double>(state.seed)},
      {"from", from.empty() ? "-" : from},
  };
  for (const char* what : {kBest, kFinal}) {
    const bool held_out = what == kBest;
    for (const char* figure : {"loss", "perplexity", "accuracy"}) {
      session.figures.push_back(
          {"", fmt::format("{}/{}", what, figure),
           fmt::format("{}, {}", figure, held_out ? "best held out" : "training"), held_out});
    }
  }
  return session;
}

std::string SampleText(const TensorMap& tensors, const std::string& config,
                       const std::string& hparams_text, uint32_t seed) {
  LoadedWeights weights;
  weights.tensors = tensors;
  weights.hparams_text = hparams_text;
  const auto model = MakeModel(weights, config, "");
  if (!model.ok()) return "";
  const ModelSpec& spec = *(*model)->spec;
  const EventCodec& codec = *(*model)->codec;
  const auto primer = SamplePrimer(spec);
  if (!primer.ok()) return "";
  const std::vector<Event>& given = primer->events.events;
  if (!std::all_of(given.begin(), given.end(), [&](Event e) { return codec.Accepts(e); }))
    return "";
  Session session(*model, 1, codec.MakeControl(primer->events.control));
  SeededUniform uniform(seed);
  session.Prime(given);
  while (session.events(0).size() < kEvents) {
    session.Push(session.Sample(0, {}, uniform));
    session.Step();
  }
  std::vector<std::string> words;
  for (const Event event : session.events(0)) words.push_back(spec.kind->EventText(event));
  return InColumns(words);
}

}  // namespace magenta
