#include "magenta/request/generate_args.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/music/key.h"
#include "magenta/music/program.h"

namespace magenta {
namespace {

using ArgValue = GeneratorOptions::ArgValue;

const char* ArgKindName(const ArgValue& value) {
  switch (value.kind_case()) {
    case ArgValue::kByteValue: return "byte_value";
    case ArgValue::kIntValue: return "int_value";
    case ArgValue::kFloatValue: return "float_value";
    case ArgValue::kBoolValue: return "bool_value";
    case ArgValue::kStringValue: return "string_value";
    case ArgValue::KIND_NOT_SET: return "no value";
  }
  return "no value";
}

/// One argument: what it may be, and what a value that it may be says.
struct ArgumentRow {
  using Take = void (*)(const ArgValue& value, GenerateArgs& args);
  using Check = bool (*)(const ArgValue& value);
  GeneratorArgument argument;
  Take take;
  Check check = nullptr;
  absl::Status (*text_error)(const std::string& text) = nullptr;
  const char* names = "";  // of a string_value: what it names ("key"), and such
  const char* examples = "";
  ArgumentUse use = ArgumentUse::kAll, use_too = ArgumentUse::kAll;

  ArgumentRow(const char* name, GeneratorArgument::Type type, Take take, const char* help)
      : take(take) {
    argument.set_name(name);
    argument.set_type(type);
    argument.set_help(help);
  }
  ArgumentRow& AtLeast(double low) {
    argument.set_low(low);
    return *this;
  }
  ArgumentRow& Above(double low) {
    argument.set_low_excluded(true);
    return AtLeast(low);
  }
  ArgumentRow& AtMost(double high) {
    argument.set_high(high);
    return *this;
  }
  ArgumentRow& Choices(std::span<const char* const> choices) {
    for (const char* choice : choices) argument.add_choices(choice);
    return *this;
  }
  ArgumentRow& Choices(std::initializer_list<const char*> choices) {
    return Choices(std::span(choices.begin(), choices.size()));
  }
  ArgumentRow& Choices(std::span<const Scale> scales) {
    for (const Scale& scale : scales) argument.add_choices(std::string(scale.name));
    return *this;
  }
  /// Not all of its type and range.
  ArgumentRow& Only(Check only) {
    check = only;
    return *this;
  }
  /// What is wrong with a string_value, where that can be told.
  ArgumentRow& TextError(absl::Status (*error)(const std::string& text)) {
    text_error = error;
    return *this;
  }
  ArgumentRow& Names(const char* what, const char* such = "") {
    names = what;
    examples = such;
    return *this;
  }
  ArgumentRow& For(ArgumentUse models, ArgumentUse and_of = ArgumentUse::kAll) {
    use = models;
    use_too = and_of;
    return *this;
  }
  /// What leaving it out means.
  ArgumentRow& Default(bool value) {
    argument.mutable_default_value()->set_bool_value(value);
    return *this;
  }
  ArgumentRow& Default(int value) {
    argument.mutable_default_value()->set_int_value(value);
    return *this;
  }
  ArgumentRow& Default(double value) {
    argument.mutable_default_value()->set_float_value(value);
    return *this;
  }
  ArgumentRow& Default(const char* value) {
    argument.mutable_default_value()->set_string_value(value);
    return *this;
  }
};

double NumberIn(const ArgValue& value) {
  return value.has_int_value() ? value.int_value() : value.float_value();
}

bool BoolIn(const ArgValue& value) {
  return value.has_bool_value() ? value.bool_value() : value.int_value() == 1;
}

/// What a STRING says, which may be a number.
std::string TextIn(const ArgValue& value) {
  return value.has_int_value() ? fmt::format("{}", value.int_value()) : value.string_value();
}

/// The major key that is meant, by number or name.
std::optional<int> KeyIn(const ArgValue& value) {
  return value.has_int_value() ? value.int_value() : ParseMajorKey(value.string_value());
}

/// 0 (sparse) .. kDensities - 1.
int DensityIn(const ArgValue& value) {
  const std::string text = TextIn(value);
  const auto* const found = std::find(std::begin(kDensityNames), std::end(kDensityNames), text);
  return static_cast<int>(found != std::end(kDensityNames) ? found - std::begin(kDensityNames)
                                                           : text[0] - '0');
}

/// Smaller ones than floats are would overflow what they divide.
bool IsTemperature(const ArgValue& value) {
  return NumberIn(value) == 0 || NumberIn(value) >= std::numeric_limits<float>::min();
}

void TakeProgram(const ArgValue& value, GenerateArgs& args) {
  args.program = *ParseProgram(TextIn(value));
  if (value.has_string_value()) args.program_note = ProgramNote(value.string_value());
}

absl::Status CheckProgramName(const std::string& name) {
  constexpr size_t kLongest = 64;
  const auto program = ParseProgram(ValidUtf8(name));
  if (program.ok() || name.size() > kLongest) return absl::OkStatus();
  return UsageError("argument 'program': " + ErrorMessage(program.status()),
                    ErrorRemedy(program.status()));
}

absl::Status CheckDensities(const std::string& text) {
  return ParseDensities(kDensityArg, text).status();
}

absl::Status CheckHistograms(const std::string& text) {
  return ParseHistograms(kHistogramArg, text).status();
}

absl::Status CheckSwitches(const std::string& text) {
  return ParseSwitches(kDisableArg, text).status();
}

/// Every argument, by type.
const std::vector<ArgumentRow>& Rows() {
  using V = const ArgValue&;
  using A = GenerateArgs&;
  using Row = ArgumentRow;
  constexpr auto kBool = GeneratorArgument::BOOL, kInt = GeneratorArgument::INT,
                 kFloat = GeneratorArgument::FLOAT, kString = GeneratorArgument::STRING;
  static const auto& rows = *new std::vector<ArgumentRow>{
      Row(
          kTemperatureArg, kFloat, [](V v, A a) { a.sampling.temperature = NumberIn(v); },
          "Above 1 wilder, below 1 tamer, 0 always the most probable event.")
          .AtLeast(0)
          .AtMost(1e6)
          .Only(IsTemperature)
          .Default(1.0),
      Row(
          kPitchTemperatureArg, kFloat, [](V v, A a) { a.sampling.pitch_temperature = NumberIn(v); },
          "Temperature of the choice among pitches alone; without it that of all events.")
          .AtLeast(0)
          .AtMost(1e6)
          .Only(IsTemperature)
          .For(ArgumentUse::kPitchChoice),
      Row(
          "top_p", kFloat, [](V v, A a) { a.sampling.top_p = NumberIn(v); },
          "Only the most probable events that have this probability together are drawn.")
          .Above(0)
          .AtMost(1)
          .Default(1.0),
      Row(
          "min_p", kFloat,
          [](V v, A a) {
            a.sampling.min_p = NumberIn(v);
            a.names_min_p = true;
          },
          "No event less probable than this part of the most probable one is drawn; where nobody "
          "says it is 0, or 0.1 where several lines are drawn together.")
          .AtLeast(0)
          .AtMost(1),
      Row(
          "top_k", kInt, [](V v, A a) { a.sampling.top_k = v.int_value(); },
          "Only the k most probable events are drawn; 0: all.")
          .AtLeast(0)
          .Default(0),
      Row(
          kAdaptArg, kBool, [](V v, A a) { a.sampling.adapt = BoolIn(v); },
          "What the piece has played so far, its motifs, says what may come next, beside what the "
          "model learned.")
          .Default(false)
          .For(ArgumentUse::kAdapting),
      Row(
          kKeyArg, kString, [](V v, A a) { a.pitches.key = ParseKey(v.string_value()); },
          "New notes are of this key alone (D, Bb minor, F#m, A major; without a mode major). Says "
          "nothing of the primer's.")
          .Only([](V v) { return ParseKey(v.string_value()).has_value(); })
          .Names("key", kKeyExamples)
          .For(ArgumentUse::kPitches),
      Row(
          "scale", kString, [](V v, A a) { a.pitches.scale = FindScale(v.string_value()); },
          "New notes are of this scale alone, on the tonic of key; without key on that of the key "
          "that the primer is taken to be in. Goes before the mode of key.")
          .Choices(Scales())
          .Names("scale")
          .For(ArgumentUse::kPitches),
      Row(
          "min_pitch", kInt, [](V v, A a) { a.pitches.min_pitch = v.int_value(); },
          "The lowest MIDI pitch of new notes, as they sound.")
          .AtLeast(0)
          .AtMost(127)
          .Default(0)
          .For(ArgumentUse::kPitches),
      Row(
          "max_pitch", kInt, [](V v, A a) { a.pitches.max_pitch = v.int_value(); },
          "The highest one.")
          .AtLeast(0)
          .AtMost(127)
          .Default(127)
          .For(ArgumentUse::kPitches),
      Row(
          "beam_size", kInt,
          [](V v, A a) {
            a.beam_size = v.int_value();
            a.names_beam = true;
          },
          "Sequences kept by beam search; without it and branch_factor 1, of a fill 16, of parts "
          "beside "
          "given music 4 of 16.")
          .AtLeast(1),
      Row(
          "branch_factor", kInt,
          [](V v, A a) {
            a.branch_factor = v.int_value();
            a.names_beam = true;
          },
          "Continuations tried for each sequence of beam search; without it 1, as with 0.")
          .AtLeast(0),
      Row(
          "steps_per_iteration", kInt, [](V v, A a) { a.steps_per_iteration = v.int_value(); },
          "Steps between two choices of beam search; without it 1, of parts beside given music 24.")
          .AtLeast(1),
      Row(
          "seed", kInt, [](V v, A a) { a.seed = static_cast<uint32_t>(v.int_value()); },
          "The same seed, the same notes; without it one is drawn."),
      Row(
          "reference_windows", kBool, [](V v, A a) { a.reference_windows = BoolIn(v); },
          "Sections begin a step later than the input ends, as Magenta counts them.")
          .Default(false),
      Row(
          "render_chords", kBool, [](V v, A a) { a.render_chords = BoolIn(v); },
          "Whether the chords that the music is made over sound, too.")
          .Default(false)
          .For(ArgumentUse::kOverChords),
      Row(
          "backing_chords", kString,
          [](V v, A a) { a.chords.symbols = SplitChords(v.string_value()); },
          "Chord symbols by blanks, to play over; they repeat, and say how long the new music is "
          "where nothing else does. Without them the input's own.")
          .Only([](V v) { return !SplitChords(v.string_value()).empty(); })
          .For(ArgumentUse::kOverChords),
      Row(
          "steps_per_chord", kInt, [](V v, A a) { a.chords.steps_per_chord = v.int_value(); },
          "Steps that each of the backing chords lasts; without it a bar: 16 in 4/4, 12 in 3/4.")
          .AtLeast(1)
          .AtMost(1 << 16)
          .For(ArgumentUse::kOverChords),
      Row(
          "chords_from", kString, [](V v, A a) { a.chords.from_new = v.string_value() == "new"; },
          "Whether the backing chords begin at the start of the input or with the new music; "
          "without it new after the music of a file, else start.")
          .Choices({"start", "new"})
          .For(ArgumentUse::kOverChords),
      Row(
          "condition_on_primer", kBool, [](V v, A a) { a.condition_on_primer = BoolIn(v); },
          "Whether the music goes on from the input, or begins anew where it ends; without it it "
          "goes on, with reference_windows it begins anew.")
          .For(ArgumentUse::kBeginsAlone),
      Row(
          "no_inject_primer_during_generation", kBool,
          [](V v, A a) { a.inject_primer = !BoolIn(v); },
          "Music that begins anew is made over the notes of the input, which are heard again in "
          "it, step by step; with this it is not.")
          .Default(false)
          .For(ArgumentUse::kBeginsAlone),
      Row(
          "bars", kInt, [](V v, A a) { a.bars = v.int_value(); },
          "New bars, in the meter of the music, where no section says how much is new.")
          .AtLeast(1)
          .AtMost(1 << 16),
      Row(
          "new_steps", kInt, [](V v, A a) { a.new_steps = v.int_value(); },
          "New steps of the grid instead.")
          .AtLeast(1)
          .AtMost(1 << 20),
      Row(
          "num_steps", kInt, [](V v, A a) { a.num_steps = v.int_value(); },
          "Length of the result in steps instead, the input's counted.")
          .AtLeast(1)
          .AtMost(1 << 20),
      Row(
          "ending", kBool, [](V v, A a) { a.ending = BoolIn(v); },
          "The new music ends as a piece does: of many futures of its last two bars one is taken "
          "whose last note begins on a beat of the last bar, is the tonic, and is long.")
          .Default(false)
          .For(ArgumentUse::kPitches, ArgumentUse::kOneNote),
      Row(
          "primer_part", kString, [](V v, A a) { a.primer_part = TextIn(v); },
          "The part that is continued, by number (from 1) or name; without it the model's choice.")
          .AtLeast(1)
          .Only([](V v) { return !TextIn(v).empty(); }),
      Row(
          kPrimerKeyArg, kString, [](V v, A a) { a.primer_key = KeyIn(v); },
          "The key that the primer is taken to be in (C, F#, Bb, Am, or 0 to 11 from C up); "
          "without "
          "it the one that fits its notes best.")
          .AtLeast(0)
          .AtMost(11)
          .Only([](V v) { return KeyIn(v).has_value(); })
          .Names("key", kKeyExamples)
          .For(ArgumentUse::kMovesToKey),
      Row("program", kString, TakeProgram,
          "The sound of the part that is continued: a General MIDI number or name; without it "
          "its own.")
          .AtLeast(0)
          .AtMost(127)
          .Only([](V v) { return ParseProgram(TextIn(v)).ok(); })
          .TextError(CheckProgramName)
          .For(ArgumentUse::kInstruments),
      Row(
          "accompaniment", kString,
          [](V v, A a) { a.keep_accompaniment = v.string_value() == "keep"; },
          "Whether the other parts stay, up to where the music goes on; reference_windows drop "
          "them.")
          .Choices({"keep", "drop"})
          .Default("keep"),
      Row(
          "fill", kString, [](V v, A a) { a.parts.fill = TextIn(v); },
          "Bars that are drawn anew, given all else: BARS or BARS:PARTS, several by commas "
          "(5-8:alto+tenor,9:2).")
          .AtLeast(0)
          .Only([](V v) { return !TextIn(v).empty(); })
          .For(ArgumentUse::kParts),
      Row(
          "vary", kString, [](V v, A a) { a.parts.vary = TextIn(v); },
          "Bars of which half the notes, chosen by the seed, are drawn anew; as fill says them.")
          .AtLeast(0)
          .Only([](V v) { return !TextIn(v).empty(); })
          .For(ArgumentUse::kParts),
      Row(
          "add", kString, [](V v, A a) { a.parts.add = v.string_value(); },
          "New parts, by commas: soprano (melody), alto, tenor, bass, chords, or harmony: what is "
          "missing of the first four.")
          .Only([](V v) { return !v.string_value().empty(); })
          .For(ArgumentUse::kParts),
      Row(
          "keep", kString,
          [](V v,
             A a) { a.parts.keep = v.string_value() == "rhythm" ? Keep::kRhythm : Keep::kPitches; },
          "What stays of what is filled or varied: its rhythm, or its pitches in their order.")
          .Choices({"rhythm", "pitches"})
          .For(ArgumentUse::kParts),
      Row(
          "density", kString, [](V v, A a) { a.parts.density = DensityIn(v); },
          "How many notes the drawn parts have, from sparse (0) to dense (4).")
          .AtLeast(0)
          .AtMost(kDensities - 1)
          .Choices(kDensityNames)
          .Choices({"0", "1", "2", "3", "4"})
          .For(ArgumentUse::kParts),
      Row(
          "parallels", kString,
          [](V v, A a) {
            a.parts.parallels =
                v.string_value() == "avoid" ? Parallels::kAvoid : Parallels::kAllow;
          },
          "Whether lines that are drawn may go in parallel fifths or octaves with others; where "
          "nobody says, they don't where the given lines don't.")
          .Choices({"avoid", "allow"})
          .For(ArgumentUse::kParts),
      Row(
          kDensityArg, kString,
          [](V v, A a) {
            a.conditions.notes_per_second = *ParseDensities(kDensityArg, v.string_value());
          },
          "Notes per second, 0 or more; a list, as [2, 8], changes them over the whole music; "
          "without it 15.")
          .TextError(CheckDensities)
          .For(ArgumentUse::kDensity),
      Row(
          kHistogramArg, kString,
          [](V v, A a) {
            a.conditions.pitch_class_histogram =
                *ParseHistograms(kHistogramArg, v.string_value());
          },
          "How much each pitch class sounds: twelve numbers from C up, as "
          "[2,0,1,0,1,1,0,2,0,1,0,1]; or a list of such, one after another; without it all alike.")
          .TextError(CheckHistograms)
          .For(ArgumentUse::kPitchClasses),
      Row(
          kDisableArg, kString,
          [](V v, A a) {
            a.conditions.disable_conditioning = *ParseSwitches(kDisableArg, v.string_value());
          },
          "True: the music is as the model likes it, whatever notes_per_second and "
          "pitch_class_histogram say; a list, as [False, True], over the whole music.")
          .TextError(CheckSwitches)
          .For(ArgumentUse::kOptionalConditions)};
  return rows;
}

bool IsInRange(double number, const GeneratorArgument& argument) {
  if (argument.has_low() && !(number >= argument.low())) return false;
  if (argument.low_excluded() && number == argument.low()) return false;
  return !argument.has_high() || number <= argument.high();
}

/// Whether `value` is of the type, range and choices of `argument`.
bool IsOf(const ArgValue& value, const GeneratorArgument& argument) {
  const auto& choices = argument.choices();
  switch (argument.type()) {
    case GeneratorArgument::BOOL:
      return value.has_bool_value() ||
             (value.has_int_value() && (value.int_value() == 0 || value.int_value() == 1));
    case GeneratorArgument::INT:
      return value.has_int_value() && IsInRange(value.int_value(), argument);
    case GeneratorArgument::FLOAT:
      return (value.has_int_value() || value.has_float_value()) &&
             IsInRange(NumberIn(value), argument);
    case GeneratorArgument::STRING:
      if (value.has_int_value()) {
        return argument.has_low() && IsInRange(value.int_value(), argument);
      }
      return value.has_string_value() &&
             (choices.empty() ||
              std::find(choices.begin(), choices.end(), value.string_value()) != choices.end());
    default: return false;
  }
}

bool IsFor(const ArgumentRow& row, const ArgumentRule* rule) {
  return rule == nullptr || (rule->takes(row.use) && rule->takes(row.use_too));
}

/// Whether it says what a model may be told beside its notes.
bool IsSignal(const ArgumentRow& row) {
  return row.use == ArgumentUse::kDensity || row.use == ArgumentUse::kPitchClasses;
}

/// Whether signals are ignored that the model does not hear, as the reference does.
bool IgnoresSignals(const GeneratorOptions& options) {
  const auto windows = options.args().find("reference_windows");
  return windows != options.args().end() && BoolIn(windows->second);
}

/// What is told of an argument that means nothing to the model of `rule`.
absl::Status NotFor(const ArgumentRow& row, const ArgumentRule& rule) {
  const char* why = "";
  const char* remedy = "Leave it out";
  switch (rule.takes(row.use) ? row.use_too : row.use) {
    case ArgumentUse::kAll: break;
    case ArgumentUse::kAdapting:
      why =
          "is for models that draw one of all their events at a time, and {} asks one pitch after "
          "another, or draws an event in parts";
      break;
    case ArgumentUse::kOneNote:
      why = "is for models of one note at a time, and {} plays chords";
      break;
    case ArgumentUse::kPitchChoice:
      why = "is for models that draw one of many pitches as an event, which {} does not";
      remedy = "Use temperature alone";
      break;
    case ArgumentUse::kPitches:
      // None of pitches, but one that draws a pitch beside its note's other parts.
      why = rule.takes(ArgumentUse::kAdapting)
                ? "is for pitches, and {} draws none"
                : "is for models that draw a pitch as one event, and {} draws a note in parts";
      remedy = "Leave it out, or choose a model of melodies";
      break;
    case ArgumentUse::kOverChords:
      why = "is for models that play over chords, and {} reads none";
      remedy = "Leave it out, or choose chord_pitches_improv";
      break;
    case ArgumentUse::kMovesToKey:
      why = "is for models that move primers to a key of theirs, and {} takes them as they are";
      break;
    case ArgumentUse::kInstruments:
      why = "is the sound of an instrument, and {} plays drums";
      remedy = "Leave it out: drums sound as the drum kit of channel 10";
      break;
    case ArgumentUse::kParts:
      why = "is for models of several parts, and {} knows none";
      remedy = "Leave it out, or choose score";
      break;
    case ArgumentUse::kBeginsAlone:
      why = "is for models whose music may begin anew, and {} goes on from its primer";
      remedy = "Leave it out, or choose polyphony";
      break;
    case ArgumentUse::kDensity:
      why = "is for models that are told how dense their notes are, and {} is not";
      remedy = "Leave it out, or choose multiconditioned_performance_with_dynamics";
      break;
    case ArgumentUse::kPitchClasses:
      why = "is for models that are told which pitch classes sound, and {} is not";
      remedy = "Leave it out, or choose multiconditioned_performance_with_dynamics";
      break;
    case ArgumentUse::kOptionalConditions:
      why = "is for models that go with and without conditions, and {} is none";
      remedy = "Leave it out, or choose optional_multiconditioned_performance_with_dynamics";
      break;
  }
  return UsageError(fmt::format("the argument {} {}", row.argument.name(),
                                fmt::format(fmt::runtime(why), rule.model)),
                    remedy);
}

/// " of 0 to 1", " above 0, up to 1", " of 1 or more", "".
std::string RangeText(const GeneratorArgument& argument) {
  if (!argument.has_low()) return "";
  if (!argument.has_high()) return fmt::format(" of {} or more", argument.low());
  return fmt::format("{} {}{} {}", argument.low_excluded() ? " above" : " of", argument.low(),
                     argument.low_excluded() ? ", up to" : " to", argument.high());
}

/// What the argument of `row` takes: "an int_value of 1 or more".
std::string TakesText(const ArgumentRow& row) {
  const GeneratorArgument& argument = row.argument;
  switch (argument.type()) {
    case GeneratorArgument::BOOL: return "an int_value of 0 or 1";
    case GeneratorArgument::INT: return "an int_value" + RangeText(argument);
    case GeneratorArgument::FLOAT: return "a float_value" + RangeText(argument);
    default: break;
  }
  if (!argument.choices().empty()) {
    return fmt::format("a string_value, {}", fmt::join(argument.choices(), " or "));
  }
  if (!argument.has_low()) {
    const bool named = *row.names != '\0';
    return "a string_value that " +
           (named ? fmt::format("names a {}: {}", row.names, row.examples) : "says something");
  }
  return fmt::format("an int_value{}, or a string_value that names one", RangeText(argument));
}

/// "The arguments are temperature and top_p (float_value), seed (int_value), ...".
std::string ExistingArgs(const ArgumentRule* rule) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const ArgumentRow& row : Rows()) {
    const GeneratorArgument& argument = row.argument;
    if (!IsFor(row, rule)) continue;
    const std::string type = argument.type() == GeneratorArgument::FLOAT    ? "float_value"
                             : argument.type() != GeneratorArgument::STRING ? "int_value"
                             : argument.has_low() ? "int_value or string_value"
                                                  : "string_value";
    if (groups.empty() || groups.back().first != type) groups.push_back({type, {}});
    groups.back().second.push_back(argument.name());
  }
  std::string text;
  for (const auto& [type, names] : groups) {
    text += fmt::format("{}{} ({})", text.empty() ? "The arguments are " : "; ",
                        fmt::join(names, ", "), type);
  }
  return text;
}

const ArgumentRow* FindArg(const std::string& name) {
  for (const ArgumentRow& row : Rows()) {
    if (row.argument.name() == name) return &row;
  }
  return nullptr;
}

std::string ArgText(const ArgValue& value) {
  if (value.has_int_value()) return fmt::format("int_value {}", value.int_value());
  if (value.has_float_value()) return fmt::format("float_value {}", value.float_value());
  if (value.has_string_value() && value.string_value().size() <= 40) {
    return fmt::format("string_value '{}'", ValidUtf8(value.string_value()));
  }
  return ArgKindName(value);
}

/// Whether `value` is a text for a row that says what such a text names.
bool IsName(const ArgValue& value, const ArgumentRow& row) {
  return *row.names != '\0' && value.has_string_value() && !value.string_value().empty();
}

/// Of a text that names nothing: no choice, or else no key.
absl::Status NoSuchName(const ArgumentRow& row, const std::string& text) {
  const std::string name = fmt::format("argument '{}'", row.argument.name());
  const auto& choices = row.argument.choices();
  if (choices.empty()) return NoKeyError(name, text);
  return UsageError(fmt::format("{}: {} is no {}", name, ShownText(text), row.names),
                    fmt::format("Give one of {}", fmt::join(choices, ", ")));
}

absl::Status NoSuchArgument(const std::string& name, const ArgumentRule* rule) {
  std::vector<std::string> names;
  for (const ArgumentRow& row : Rows()) {
    if (IsFor(row, rule)) names.push_back(row.argument.name());
  }
  const std::string near = NearestName(name, names);
  return UsageError(
      fmt::format("there is no argument '{}'", name),
      (near.empty() ? "" : fmt::format("Did you mean '{}'? ", near)) + ExistingArgs(rule));
}

}  // namespace

std::vector<GeneratorArgument> GenerateArguments(const ArgumentRule* rule) {
  std::vector<GeneratorArgument> arguments;
  for (const ArgumentRow& row : Rows()) {
    if (!IsFor(row, rule)) continue;
    GeneratorArgument& argument = arguments.emplace_back(row.argument);
    if (rule != nullptr && argument.name() == kTemperatureArg) {
      argument.mutable_default_value()->set_float_value(rule->temperature);
    }
  }
  return arguments;
}

absl::StatusOr<GenerateArgs> ParseGenerateArgs(const GeneratorOptions& options,
                                               const ArgumentRule* rule) {
  GenerateArgs args;
  if (rule != nullptr) args.sampling.temperature = rule->temperature;
  // In order of names, so that of several errors the same one is told each time.
  const std::map<std::string, ArgValue> sorted(options.args().begin(), options.args().end());
  for (const auto& [name, value] : sorted) {
    const ArgumentRow* row = FindArg(name);
    if (row == nullptr) {
      return NoSuchArgument(name, rule);
    }
    if (IsSignal(*row) && !IsFor(*row, rule) && IgnoresSignals(options)) continue;
    if (row->text_error != nullptr && value.has_string_value()) {
      MAGENTA_RETURN_IF_ERROR(row->text_error(value.string_value()));
    }
    if (!IsOf(value, row->argument) || (row->check != nullptr && !row->check(value))) {
      if (IsName(value, *row)) return NoSuchName(*row, value.string_value());
      return UsageError(
          fmt::format("argument '{}' takes {}, not {}", name, TakesText(*row), ArgText(value)),
          ExistingArgs(rule));
    }
    const GenerateArgs before = args;
    row->take(value, args);
    // A client may send each argument's default.
    if (!IsFor(*row, rule) && args != before) return NotFor(*row, *rule);
  }
  if (args.branch_factor == 0) args.branch_factor = 1;
  MAGENTA_RETURN_IF_ERROR(CheckPitchRange(args.pitches));
  if (args.num_steps.has_value() + args.new_steps.has_value() + args.bars.has_value() > 1) {
    return UsageError(
        "more than one of the arguments bars, new_steps and num_steps says how long the new music "
        "is",
        "Leave all but one of them out");
  }
  if (!args.chords.given() && args.chords != BackingChords()) {
    return UsageError(
        "the arguments steps_per_chord and chords_from are of backing_chords, and there are none",
        "Give them with backing_chords, or not at all");
  }
  if (args.reference_windows) {
    if (options.args().contains("accompaniment") && args.keep_accompaniment) {
      return UsageError(
          "the argument reference_windows drops the accompaniment, and the argument "
          "accompaniment keeps it",
          "Leave one of them out");
    }
    args.keep_accompaniment = false;
  }
  return args;
}

void SetSamplingArgs(const Sampling& sampling, GeneratorOptions& options) {
  auto& args = *options.mutable_args();
  args["temperature"].set_float_value(sampling.temperature);
  if (sampling.pitch_temperature.has_value()) {
    args[kPitchTemperatureArg].set_float_value(*sampling.pitch_temperature);
  }
  if (sampling.top_k > 0) args["top_k"].set_int_value(sampling.top_k);
  if (sampling.top_p < 1) args["top_p"].set_float_value(sampling.top_p);
  if (sampling.min_p > 0) args["min_p"].set_float_value(sampling.min_p);
  if (sampling.adapt) args[kAdaptArg].set_int_value(1);
}

}  // namespace magenta
