#pragma once
// A request becomes music: the one way in which every front end asks a model for more.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/base/random.h"
#include "magenta/generate/model.h"
#include "magenta/generator.pb.h"

namespace magenta {

struct GeneratedOutput {
  /// The primer and what was generated, as notes.
  NoteSequence sequence;
  /// The same as the model's events, the primer's first.
  EventSequence events;
  /// How many of them come before the first that was drawn.
  int primer_size = 0;
  /// The logarithm of the probability with which the events after the first were drawn, where they
  /// were (DrawnScoreFilters), and of the given ones at the request's temperatures
  /// (GivenScoreFilters). Where the request allows some pitches alone, drawn events count as given
  /// ones: the model's own probability, as if it allowed all.
  double log_likelihood = 0;
  /// GenerateMany: the seed that alone gives this output as the first. 0 with injected sources.
  uint32_t seed = 0;
};

struct Generation {
  std::vector<GeneratedOutput> outputs;
  /// The first output's seed: the request's, or one that was drawn.
  uint32_t seed = 0;
  /// What was done to the primer, for the user.
  std::vector<std::string> notes;
};

/// Continues sequences with one model. Thread-safe.
///
/// A request has an input sequence, sections to generate - one after it, or any that its notes
/// leave free -, at most one input section, and the arguments of generate_args.h. Where sections
/// lie on the grid: section.h. Of a fill, kFillBeamSize candidates are drawn where the arguments
/// don't say, and the notes that follow decide between them. Errors: exit 2 for what the request
/// says, exit 3 for an input that can't be read as a primer; they name times.
class SequenceGenerator {
 public:
  explicit SequenceGenerator(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  const Model& model() const { return *model_; }
  /// DetailsOf the model.
  GeneratorDetails details() const;

  /// The one output that GenerateMany gives first.
  absl::StatusOr<GenerateSequenceResponse> Generate(const GenerateSequenceRequest& request) const;

  /// `num_outputs` (>= 1) continuations; the primer goes through the network once. Output i draws
  /// from SeededUniform(seed + i), so that the first of ten is the one that a run of one gives.
  /// `check` is asked before each step, where there is one; an error of its ends it.
  absl::StatusOr<Generation> GenerateMany(const GenerateSequenceRequest& request, int num_outputs,
                                          const std::function<absl::Status()>& check = {}) const;

  /// One continuation for each of `sources`, which give its draws; the argument `seed` is ignored.
  absl::StatusOr<Generation> GenerateFrom(const GenerateSequenceRequest& request,
                                          std::span<UniformSource* const> sources) const;

 private:
  std::shared_ptr<const Model> model_;
};

/// Most rows (outputs * beam_size * branch_factor) that one request may ask for.
inline constexpr int64_t kMaxGeneratedRows = 1 << 14;

}  // namespace magenta
