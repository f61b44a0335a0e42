#pragma once
// GeneratorOptions.args: how to generate.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/music/performance/condition_values.h"
#include "magenta/music/score/sheet.h"
#include "magenta/nn/sampling.h"
#include "magenta/request/backing_chords.h"
#include "magenta/request/pitch_limits.h"

namespace magenta {

using GeneratorArgument = GeneratorDetails::Argument;

inline constexpr char kTemperatureArg[] = "temperature";
inline constexpr char kPitchTemperatureArg[] = "pitch_temperature";
inline constexpr char kAdaptArg[] = "adapt";
inline constexpr char kPrimerKeyArg[] = "primer_key";
inline constexpr char kDensityArg[] = "notes_per_second";
inline constexpr char kHistogramArg[] = "pitch_class_histogram";
inline constexpr char kDisableArg[] = "disable_conditioning";

/// Which models an argument is for.
enum class ArgumentUse {
  kAll,
  kPitches,             // that draw some
  kPitchChoice,         // that draw one of many at a time
  kAdapting,            // that draw one of all events at a time
  kOneNote,             // of one note at a time in a part
  kOverChords,          // that read chords
  kMovesToKey,          // that move primers to a key of theirs
  kInstruments,         // that play no drums
  kParts,               // that play several parts
  kBeginsAlone,         // whose music may begin without its primer
  kDensity,             // of performances, that are told how dense they are
  kPitchClasses,        // which pitch classes sound
  kOptionalConditions,  // that go without being told
};

/// A model, and which arguments are for it.
struct ArgumentRule {
  std::string model;
  std::function<bool(ArgumentUse)> takes;
  /// Where nobody says another.
  double temperature = 1.0;
};

/// Every argument that ParseGenerateArgs takes, or those for the model of `rule`, and what it may
/// be: the table that it reads them by. Its defaults leave GenerateArgs as they are.
std::vector<GeneratorArgument> GenerateArguments(const ArgumentRule* rule = nullptr);

/// What lines that are drawn may do with others: parallel fifths and octaves.
enum class Parallels { kAsGiven, kAvoid, kAllow };

/// What is drawn of several parts, as arguments say it (docs/cli.md, "Several parts").
struct PartsArgs {
  /// string_values as ParseRectangles takes them, or int_values, a bar: what is drawn anew, wholly
  /// or half of the notes.
  std::string fill;
  std::string vary;
  /// string_value: kinds of parts that are added, by commas (parts_plan.h).
  std::string add;
  /// string_value "rhythm" or "pitches": what stays of what is drawn anew.
  Keep keep = Keep::kNothing;
  /// int_value 0..4, or string_value, that or one of kDensityNames; -1: as it comes.
  int density = -1;
  /// string_value "avoid" or "allow"; kAsGiven: avoided where what is given avoids them
  /// (music/score/voice_leading.h).
  Parallels parallels = Parallels::kAsGiven;

  /// Whether they say where something is drawn: nothing need be new after the music then.
  bool says_where() const { return !fill.empty() || !vary.empty() || !add.empty(); }
  bool operator==(const PartsArgs&) const = default;
};

inline constexpr const char* kDensityNames[kDensities] = {"sparse", "light", "medium", "busy",
                                                          "dense"};

/// The arguments that a request may have, by their names there.
struct GenerateArgs {
  /// temperature, pitch_temperature: float_value (or int_value), >= 0; top_k: int_value, >= 0;
  /// top_p, above 0, and min_p: float_value (or int_value), up to 1; adapt: int_value 0 or 1 (or
  /// bool_value).
  Sampling sampling;
  /// Of models that draw pitches. key: string_value (ParseKey); scale: string_value, one of
  /// Scales(); min_pitch, max_pitch: int_value, 0..127.
  PitchLimits pitches;
  /// int_value, >= 1.
  int beam_size = 1;
  /// int_value, >= 0; 0 acts as 1.
  int branch_factor = 1;
  /// Whether beam_size or branch_factor is among them.
  bool names_beam = false;
  /// Whether sampling.min_p is.
  bool names_min_p = false;
  /// int_value, >= 1; nothing: as is best for what is drawn.
  std::optional<int> steps_per_iteration;
  /// int_value; its 32 bits are the seed, so that a negative one is a large seed.
  std::optional<uint32_t> seed;
  /// int_value 0 or 1 (or bool_value): docs/rules.md section 5's windows instead of section 11's.
  bool reference_windows = false;
  /// int_value (a number from 1, as PartsOf lists them) or string_value (that, or a name): the part
  /// that is continued; "" where the request leaves the choice to the model.
  std::string primer_part;
  /// int_value 0..11 or string_value (key.h), of models that move primers to a key of theirs: the
  /// major key that the primer is taken to be in; nothing: it is found in its notes.
  std::optional<int> primer_key;
  /// string_value "keep" or "drop": whether the other parts stay, up to where the music goes on.
  /// Not with reference_windows, which drop them.
  bool keep_accompaniment = true;
  /// int_value 0..127 or string_value (program.h): the sound of the part that is continued.
  std::optional<int> program;
  /// For the user, where its name fits several: which was taken.
  std::string program_note;
  /// int_value 0 or 1 (or bool_value), of models that read chords: whether these sound too
  /// (render_chords.h).
  bool render_chords = false;
  /// Of the same models. backing_chords: string_value, chord symbols; steps_per_chord: int_value,
  /// >= 1, and chords_from: string_value "start" or "new"; without them neither.
  BackingChords chords;
  /// Of models of several parts.
  PartsArgs parts;
  /// bool_value (or int_value 0 or 1), of models whose music begins_alone(): whether the primer is
  /// heard before the section; nothing: as condition() says. no_inject_primer_during_generation:
  /// whether, where it is not heard, it is not given again beneath the section either.
  std::optional<bool> condition_on_primer;
  bool inject_primer = true;
  /// It is, but with reference_windows.
  bool condition() const { return condition_on_primer.value_or(!reference_windows); }
  /// Of models of performances that hear them, string_values (condition_values.h):
  /// notes_per_second, pitch_class_histogram, disable_conditioning.
  ConditionValues conditions;
  /// int_value 0 or 1 (or bool_value), of models that draw pitches: whether the new music ends as a
  /// piece does.
  bool ending = false;
  /// int_value, >= 1; without a section to generate: so many steps, the input's counted, so many
  /// new ones, or new bars (continuation.h). At most one of them.
  std::optional<int> num_steps;
  std::optional<int> new_steps;
  std::optional<int> bars;

  bool operator==(const GenerateArgs&) const = default;
};

/// Reads `options.args`, for the model of `rule` (null: it is not known). An unknown name, a value
/// of another type or out of its range: exit 2, listing what exists for it. One that says something
/// to models of another use: exit 2, naming that.
absl::StatusOr<GenerateArgs> ParseGenerateArgs(const GeneratorOptions& options,
                                               const ArgumentRule* rule = nullptr);

/// Says `sampling` in the arguments of a request; what is as by default stays unsaid, but for the
/// temperature.
void SetSamplingArgs(const Sampling& sampling, GeneratorOptions& options);

}  // namespace magenta
