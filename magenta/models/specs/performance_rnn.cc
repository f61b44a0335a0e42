// Magenta's performance models: one network, and nine ways of what it reads and says.
#include <memory>
#include <string>
#include <utility>

#include "magenta/codec/performance_codecs.h"
#include "magenta/kinds/performance_kind.h"
#include "magenta/models/model_spec.h"

namespace magenta {
namespace {

ModelSpec PerformanceRnn(std::string id, std::string description,
                         const PerformanceKindOptions& kind, std::unique_ptr<EventCodec> codec) {
  ModelSpec spec;
  spec.id = std::move(id);
  spec.description = std::move(description);
  spec.hparams.batch_size = 64;
  spec.hparams.rnn_layer_sizes = {512, 512, 512};
  spec.hparams.dropout_keep_prob = 1;
  spec.hparams.clip_norm = 3;
  spec.grid = Grid::PerSecond(kPerformanceStepsPerSecond);
  spec.kind = MakePerformanceKind(kind);
  spec.codec = std::move(codec);
  spec.architecture = &kRnnArchitecture;
  return spec;
}

/// A model that hears conditions.
ModelSpec Conditioned(std::string id, std::string description, const ConditionedInputs& inputs) {
  return PerformanceRnn(std::move(id), std::move(description),
                        {.optional_conditions = inputs.optional},
                        MakeConditionedPerformanceCodec(inputs));
}

}  // namespace

ModelSpec PlainPerformance() {
  return PerformanceRnn("performance", "Performance RNN", {.form = PerformanceForm::kEvents},
                        MakePerformanceCodec(/*velocities=*/false));
}

ModelSpec PerformanceWithDynamics() {
  return PerformanceRnn("performance_with_dynamics", "Performance RNN with dynamics", {},
                        MakePerformanceCodec(/*velocities=*/true));
}

ModelSpec PerformanceWithDynamicsCompact() {
  ModelSpec spec = PerformanceRnn("performance_with_dynamics_compact",
                                  "Performance RNN with dynamics (compact input)", {},
                                  MakeCompactPerformanceCodec());
  spec.bundle_id = "performance_with_dynamics";
  return spec;
}

ModelSpec PerformanceWithDynamicsAndModuloEncoding() {
  return PerformanceRnn("performance_with_dynamics_and_modulo_encoding",
                        "Performance RNN with dynamics and modulo encoding", {},
                        MakeModuloPerformanceCodec());
}

ModelSpec PerformanceWithDynamicsAndNoteEncoding() {
  return PerformanceRnn("performance_with_dynamics_and_note_encoding",
                        "Performance RNN with dynamics and note encoding",
                        {.form = PerformanceForm::kWholeNotes}, MakeWholeNoteCodec());
}

ModelSpec DensityConditionedPerformance() {
  return Conditioned("density_conditioned_performance_with_dynamics",
                     "Note-density-conditioned Performance RNN + dynamics", {.density = true});
}

ModelSpec PitchConditionedPerformance() {
  return Conditioned("pitch_conditioned_performance_with_dynamics",
                     "Pitch-histogram-conditioned Performance RNN", {.pitch_classes = true});
}

ModelSpec MulticonditionedPerformance() {
  return Conditioned("multiconditioned_performance_with_dynamics",
                     "Density- and pitch-conditioned Performance RNN",
                     {.density = true, .pitch_classes = true});
}

ModelSpec OptionalMulticonditionedPerformance() {
  return Conditioned("optional_multiconditioned_performance_with_dynamics",
                     "Optionally multiconditioned Performance RNN",
                     {.optional = true, .density = true, .pitch_classes = true});
}

}  // namespace magenta
