#pragma once
// GeneratorDetails: what a generator says of itself, so that its clients need not know the model.

#include <string_view>

#include "absl/status/statusor.h"
#include "magenta/generate/model.h"
#include "magenta/generator.pb.h"
#include "magenta/request/generate_args.h"

namespace magenta {

/// Everything of a model of the table: id, description, kind of music, grid, control, arguments.
/// (A bundle keeps id and description alone.)
GeneratorDetails DetailsOf(const ModelSpec& spec);
/// The same with what `model`'s file says of itself: description and grid.
GeneratorDetails DetailsOf(const Model& model);

/// The grid that `details` name; 4 steps per quarter where they name none, as servers did that knew
/// melodies alone. Error (exit 5): a number of steps that is none.
absl::StatusOr<Grid> GridOf(const GeneratorDetails& details);

/// The spec of the model of `details`, by their config or else their id; where there is none of
/// their kind by that name, one whose music is of that kind. Null: there is none here.
const ModelSpec* SpecOfKind(const GeneratorDetails& details);

/// Whether the input's chord symbols condition it.
bool ReadsChords(const GeneratorDetails& details);
/// Whether requests to it may have the argument `name`.
bool TakesArgument(const GeneratorDetails& details, std::string_view name);
/// What it draws at where nobody says: the default of its argument temperature, else 1.
double OwnTemperature(const GeneratorDetails& details);
/// Which arguments are for a model of the table. `spec` outlives it.
ArgumentRule ArgumentRuleOf(const ModelSpec& spec);

/// Whether its notes are drums, as far as its kind is known here.
bool PlaysDrums(const GeneratorDetails& details);

}  // namespace magenta
