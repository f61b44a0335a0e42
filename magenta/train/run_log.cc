#include "magenta/train/run_log.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/generate/session.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/music/key.h"

namespace magenta {
namespace {

constexpr Event kMiddleC = 60;
constexpr Event kFirstType = 1;  // of drums: the bass drum, or any
constexpr int kEvents = 128;
constexpr int kEventsALine = 16;
// What the figures of a session are of.
constexpr char kBest[] = "best", kFinal[] = "final";

std::string EventName(Event event) {
  if (event < -1) return "-";
  if (event < 0) return "off";
  return PitchText(event);
}

/// What is struck: "BD+CH", "-" for nothing.
std::string DrumsName(const MusicKind& kind, Event event) {
  std::vector<NoteChange> changes;
  kind.NewRenderer({}, /*after_primer=*/true)->Add(event, changes);
  std::string name;
  for (const NoteChange& change : changes) {
    name += (name.empty() ? "" : "+") + DrumNameOf(change.pitch);
  }
  return name.empty() ? "-" : name;
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
  const MusicKind& kind = *(*model)->spec->kind;
  const Event primer = kind.plays_drums() ? kFirstType : kMiddleC;
  if (!(*model)->codec->Accepts(primer)) return "";
  Session session(*model, 1);
  SeededUniform uniform(seed);
  session.Prime({{primer}});
  while (session.events(0).size() < kEvents) {
    session.Push(session.Sample(0, {}, uniform));
    session.Step();
  }
  std::string text;
  const auto& events = session.events(0);
  for (size_t i = 0; i < events.size(); ++i) {
    text += kind.plays_drums() ? fmt::format("{:<9}", DrumsName(kind, events[i]))
                               : fmt::format("{:<4}", EventName(events[i]));
    if ((i + 1) % kEventsALine == 0) text += "\n";
  }
  return text;
}

}  // namespace magenta
