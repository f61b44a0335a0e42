// Models that make music, and say how much they expect what exists.

#include <fmt/core.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/random.h"
#include "magenta/generate/generation_task.h"
#include "magenta/generate/generator_details.h"
#include "magenta/generate/likelihood.h"
#include "magenta/generate/model.h"
#include "magenta/generate/sequence_generator.h"
#include "magenta/generate/weights.h"
#include "magenta/io/request/request_text.h"
#include "magenta/music/parts.h"
#include "magenta/request/response_pieces.h"
#include "native/arrays.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/signals.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

using SharedModel = std::shared_ptr<const Model>;

/// Steps of the network between two looks at signals: some ms.
constexpr int kStepsBetweenSignals = 256;

/// Takes a step of the network, and sees signals now and then.
void Step(GenerationTask& task, int& steps) {
  if (++steps % kStepsBetweenSignals == 0) SeeSignals();
  if (task.session().pending()) task.session().Step();
  task.Advance();
}

/// The models whose weights are here, by commas.
std::string ModelsWithWeights() {
  std::string names;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (BundledWeights(spec.id).ok()) names += (names.empty() ? "" : ", ") + spec.id;
  }
  return names;
}

/// What to do for weights of `name`, a model of the table.
std::string HowToGetWeights(const std::string& name) {
  const std::string there = ModelsWithWeights();
  return fmt::format(
      "{}, let the environment variable MAGENTA_BUNDLES name a folder with {}.mag, or train it: "
      "magenta_native.pipelines.dataset makes its data, the program `magenta train` learns, and "
      "the folder of its run is what to give here",
      there.empty() ? "Install magenta_native anew" : "Take one that has weights: " + there, name);
}

/// Error: a model of the table whose weights are not here.
absl::Status CheckBundled(const std::string& name) {
  std::error_code ignored;
  if (std::filesystem::exists(name, ignored) || !FindModel(name).ok()) return absl::OkStatus();
  const auto bundled = BundledWeights(name);
  if (bundled.ok()) return absl::OkStatus();
  return MissingInputError("", ErrorMessage(bundled.status()), HowToGetWeights(name));
}

/// `error` of a file that was given as a model, which may tell to use flags. Here there are none:
/// the path alone says what it is.
absl::Status InPython(absl::Status error) {
  if (ErrorRemedy(error).find("--") == std::string::npos) return error;
  return InputError(
      ErrorFile(error), ErrorMessage(error),
      fmt::format("Give a bundle (.mag), a checkpoint that says what it is of, the folder of a run "
                  "or of Magenta.js, or one of {}. The program `magenta bundle` makes a bundle of "
                  "any checkpoint",
                  ModelsWithWeights()));
}

SharedModel OpenModel(const std::string& name) {
  return WithoutGil([&] {
    const auto source = SourceOf(name);
    if (!source.ok()) Check(CheckBundled(name));
    auto model = LoadModel(Value(source));
    if (!model.ok()) Check(InPython(model.status()));
    return *std::move(model);
  });
}

SharedModel OpenBundle(const nb::bytes& bundle) {
  return WithoutGil([&] {
    return Value(
        MakeModel(Value(WeightsOfBundleBytes(std::string(View(bundle)), "the bundle")), "", ""));
  });
}

GenerateSequenceRequest ParseAsked(const nb::bytes& request) {
  return Value(ParseRequestAs(View(request), MessageForm::kBinary));
}

struct NativeGenerator {
  SharedModel model;
};

/// Wrong arguments are told before all else that may be wrong.
void CheckArguments(const Model& model, const GenerateSequenceRequest& request) {
  const ArgumentRule rule = ArgumentRuleOf(*model.spec);
  Check(ParseGenerateArgs(request.generator_options(), &rule).status());
}

/// ([(NoteSequence, log likelihood, seed)], what was done to the primer)
nb::tuple Generate(const NativeGenerator& self, const nb::bytes& request, int count) {
  std::vector<std::string> sequences;
  const Generation made = WithoutGil([&] {
    const GenerateSequenceRequest asked = ParseAsked(request);
    CheckArguments(*self.model, asked);
    int steps = 0;
    Generation generation =
        Value(SequenceGenerator(self.model).GenerateMany(asked, count, [&steps] {
          if (++steps % kStepsBetweenSignals == 0) SeeSignals();
          return absl::OkStatus();
        }));
    for (const GeneratedOutput& output : generation.outputs) {
      sequences.push_back(SerializeSequence(output.sequence));
    }
    return generation;
  });
  nb::list outputs;
  for (size_t i = 0; i < sequences.size(); ++i) {
    outputs.append(nb::make_tuple(ToBytes(sequences[i]), made.outputs[i].log_likelihood,
                                  made.outputs[i].seed));
  }
  return nb::make_tuple(outputs, made.notes);
}

/// What a request gives, while it is made. Threads that share one take turns.
class Stream {
 public:
  Stream(const NativeGenerator& generator, const nb::bytes& request)
      : task_(WithoutGil([&] {
          const GenerateSequenceRequest asked = ParseAsked(request);
          CheckArguments(*generator.model, asked);
          return Value(GenerationTask::Start(generator.model, asked, {}));
        })) {}

  /// What is new, merged into what came before; None at the end.
  std::optional<nb::bytes> Next() {
    const auto piece = WithoutGil([&]() -> std::optional<std::string> {
      const std::lock_guard lock(mutex_);
      while (!ended_) {
        Step(task_, steps_);
        if (auto piece = TakePiece()) return SerializeSequence(*piece);
      }
      return std::nullopt;
    });
    if (!piece.has_value()) return std::nullopt;
    return ToBytes(*piece);
  }

 private:
  std::optional<NoteSequence> TakePiece() {
    ended_ = task_.done();
    if (ended_) return pieces_.Next(task_.Finish().outputs[0].sequence, true);
    if (!pieces_.IsTimeToLook(task_.steps_done())) return std::nullopt;
    const std::optional<NoteSequence> so_far = task_.SoFar();
    return so_far.has_value() ? pieces_.Next(*so_far, false) : std::nullopt;
  }

  std::mutex mutex_;
  GenerationTask task_;
  ResponsePieces pieces_;
  int steps_ = 0;
  bool ended_ = false;
};

/// What a model says of a sequence, all its parts together.
struct Scores {
  double log_likelihood = 0;
  Information information;
  std::vector<float> per_event;
  std::vector<ScoredEvent> events;
  std::vector<std::string> notes;
};

/// What is scored: of a gap (`fill` or `given` are not empty) given all the rest, else all of
/// `part`.
std::vector<ScoredPart> PartsOfScore(const SharedModel& model, NoteSequence sequence,
                                     const std::string& part, GapOptions gap) {
  int steps = 0;
  gap.check = [&steps] {
    if (++steps % kStepsBetweenSignals == 0) SeeSignals();
    return absl::OkStatus();
  };
  if (!gap.fill.empty() || !gap.given.empty()) return {Value(ScoreGap(model, sequence, gap))};
  ScoreOptions options;
  options.adapt = gap.adapt;
  options.check = gap.check;
  if (!part.empty())
    options.instrument = Value(FindPart(PartsOf(sequence), part, "part")).instrument;
  return Value(ScoreSequence(model, std::move(sequence), options));
}

Scores ScoresOf(const SharedModel& model, NoteSequence sequence, const std::string& part,
                GapOptions gap) {
  Scores scores;
  for (const ScoredPart& scored : PartsOfScore(model, std::move(sequence), part, std::move(gap))) {
    const Likelihood& likelihood = scored.likelihood;
    scores.log_likelihood += likelihood.total;
    scores.information.Add(likelihood.information);
    scores.per_event.insert(scores.per_event.end(), likelihood.per_event.begin(),
                            likelihood.per_event.end());
    for (ScoredEvent& event : EventsOf(*model, scored)) scores.events.push_back(std::move(event));
    scores.notes.insert(scores.notes.end(), scored.heard.notes.begin(), scored.heard.notes.end());
  }
  return scores;
}

nb::dict Score(const NativeGenerator& self, const nb::bytes& sequence, const std::string& part,
               bool adapt, const std::string& fill, const std::string& given, bool hide_after) {
  const GapOptions gap = {.fill = fill, .given = given, .hides_after = hide_after, .adapt = adapt};
  Scores scores =
      WithoutGil([&] { return ScoresOf(self.model, ParseSequence(View(sequence)), part, gap); });
  nb::list events;
  for (const ScoredEvent& event : scores.events) {
    events.append(nb::make_tuple(event.time, event.end_time, event.step, event.effect.name,
                                 event.effect.pitches, event.bits, event.voice));
  }
  nb::dict result;
  result["log_likelihood"] = scores.log_likelihood;
  result["bits"] = scores.information.bits();
  result["bits_per_note"] = scores.information.bits_per_note();
  result["notes"] = scores.information.notes;
  const size_t size = scores.per_event.size();
  result["per_event"] = ToArray(std::move(scores.per_event), {size});
  result["events"] = events;
  result["remarks"] = scores.notes;
  return result;
}

/// What the model's file says of it.
nb::dict About(const NativeGenerator& self) {
  const Model& model = *self.model;
  nb::dict about;
  about["file"] = model.file;
  about["card"] = model.card;
  about["provenance"] = model.provenance;
  about["notes"] = model.notes;
  about["makes"] = std::string(model.spec->kind->names().many);
  return about;
}

}  // namespace

void BindGenerator(nb::module_& module) {
  nb::class_<NativeGenerator>(module, "Generator")
      .def_static(
          "open",
          [](const nb::bytes& name) { return NativeGenerator{OpenModel(std::string(View(name)))}; })
      .def_static("of_bundle",
                  [](const nb::bytes& bundle) { return NativeGenerator{OpenBundle(bundle)}; })
      .def("details",
           [](const NativeGenerator& self) {
             return ToBytes(WithoutGil([&] { return DetailsOf(*self.model).SerializeAsString(); }));
           })
      .def("about", &About)
      .def("generate", &Generate, nb::arg("request"), nb::arg("count"))
      .def("score", &Score, nb::arg("sequence"), nb::arg("part"), nb::arg("adapt"), nb::arg("fill"),
           nb::arg("given"), nb::arg("hide_after"));
  nb::class_<Stream>(module, "Stream")
      .def(nb::init<const NativeGenerator&, const nb::bytes&>(), nb::arg("generator"),
           nb::arg("request"))
      .def("next", &Stream::Next);
  module.def("draw_seed", &DrawSeed);
  module.def("models", [] {
    std::vector<std::pair<std::string, bool>> models;  // its name, whether its weights are here
    for (const ModelSpec& spec : BuiltInModels()) {
      models.emplace_back(spec.id, BundledWeights(spec.id).ok());
    }
    return models;
  });
}

}  // namespace magenta::python
