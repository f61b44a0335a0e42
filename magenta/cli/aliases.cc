#include "magenta/cli/aliases.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "magenta/base/nearest.h"
#include "magenta/base/status.h"
#include "magenta/cli/verb.h"
#include "magenta/models/model_spec.h"

namespace magenta::cli {
namespace {

/// Old flag, new flag; an empty new one: accepted and left out.
struct Rename {
  std::string_view from;
  std::string_view to;
};

constexpr Rename kRenames[] = {
    {"log", "log_level"},
    {"midi_dir", "input_dir"},
    {"bpm", "qpm"},
    {"steps_per_beat", "steps_per_quarter"},
    {"num_checkpoints", "keep"},
    {"generator_id", ""},
    {"generator_description", "bundle_description"},
    {"warm_start_bundle_file", "from"},
};

/// What --melody_encoder_decoder's codecs are called as configs, with the defaults of docs/rules.md
/// section 6.
struct EncoderDecoder {
  std::string_view name;
  std::string_view config;
  std::string_view hparams;
};
constexpr EncoderDecoder kEncoderDecoders[] = {
    {"onehot", "basic_rnn", "batch_size=64,dropout_keep_prob=1.0,clip_norm=3"},
    {"lookback", "lookback_rnn", "batch_size=64,dropout_keep_prob=1.0,clip_norm=3"},
    {"key", "attention_rnn", "batch_size=64,dropout_keep_prob=1.0,clip_norm=3,attn_length=0"},
};

/// What the MIDI interface of 2.x calls its flags; channels there count from 0.
constexpr Rename kMidiRenames[] = {
    {"list_ports", "list"},       {"passthrough", "thru"},         {"nopassthrough", "nothru"},
    {"learn_controls", "learn"},  {"nolearn_controls", "nolearn"}, {"playback_offset", ""},
    {"generator_name", "config"},
};

/// Of what pianoroll_rnn_nade_generate makes where nothing has a tempo.
constexpr char kRollTempo[] = "--qpm=60";

/// One of the reference's folders of programs.
struct ModelPrograms {
  std::string name;    // "drums_rnn": of drums_rnn_train
  std::string folder;  // below /tmp, of what is written where nobody says
  std::vector<std::string> flags;
  std::string config;           // Alias::config
  int num_steps = 128;          // of what is generated where nobody says
  std::string run_folder = {};  // below /tmp, of the run; "": `folder`
};

/// NAME_create_dataset, NAME_train and NAME_generate.
void AddModelPrograms(const ModelPrograms& programs, std::vector<Alias>& aliases) {
  const auto add = [&](std::string_view suffix, std::string verb,
                       std::vector<std::string> defaults) {
    defaults.insert(defaults.begin(), programs.flags.begin(), programs.flags.end());
    aliases.push_back(
        {fmt::format("{}_{}", programs.name, suffix), std::move(verb), defaults, programs.config});
  };
  add("create_dataset", "dataset", {"--format=dense", "--eval_ratio=0.1"});
  // As the reference: without an end, and nothing held out but what is named.
  add("train", "train",
      {fmt::format("--run_dir=/tmp/{}/logdir/run1",
                   programs.run_folder.empty() ? programs.folder : programs.run_folder),
       "--keep=10", "--num_training_steps=0", "--eval_file=none"});
  add("generate", "generate",
      {fmt::format("--output_dir=/tmp/{}/generated", programs.folder), "--num_outputs=10",
       fmt::format("--num_steps={}", programs.num_steps), "--accompaniment=drop"});
}

std::vector<Alias> BuildAliases() {
  std::vector<Alias> aliases;
  for (const char* name : {"convert_dir_to_note_sequences", "convert_midi_dir_to_note_sequences"}) {
    aliases.push_back({name, "convert", {}});
  }
  for (const std::string model : {"basic", "lookback", "attention", "mono", "melody"}) {
    std::vector<std::string> config;
    if (model != "melody") config.push_back(fmt::format("--config={}_rnn", model));
    AddModelPrograms({model + "_rnn", "melody_rnn", config, ""}, aliases);
  }
  // Their config must be said.
  aliases.push_back(
      {"improv_rnn_create_dataset", "dataset", {"--format=dense", "--eval_ratio=0.1"}});
  aliases.push_back({"improv_rnn_train",
                     "train",
                     {"--run_dir=/tmp/improv_rnn/logdir/run1", "--keep=10",
                      "--num_training_steps=0", "--eval_file=none"}});
  aliases.push_back(
      {"improv_rnn_generate",
       "generate",
       {"--output_dir=/tmp/improv_rnn/generated", "--num_outputs=10", "--accompaniment=drop",
        "--backing_chords=C G Am F C G F C", "--steps_per_chord=16", "--chords_from=start"}});
  AddModelPrograms({"drums_rnn", "drums_rnn", {}, "drum_kit"}, aliases);
  AddModelPrograms({"polyphony_rnn", "polyphony_rnn", {}, "polyphony"}, aliases);
  // Without conditioning, as there.
  aliases.back().defaults.emplace_back("--nocondition_on_primer");
  AddModelPrograms({"performance_rnn", "performance_rnn", {}, "performance", 3000}, aliases);
  AddModelPrograms({"pianoroll_rnn_nade", "pianoroll_rnn_nade", {}, "rnn-nade", 128, "rnn_nade"},
                   aliases);
  // It draws nothing: a pitch sounds where that is as probable as not.
  aliases.back().defaults.insert(aliases.back().defaults.end(), {"--temperature=0", kRollTempo});
  // What is new since keeps out of their way.
  aliases.push_back(
      {"midi", "live", {"--qpm=90", "--num_bars_to_generate=5", "--memory=phrase", "--nowait"}});
  aliases.push_back({"magenta_midi",
                     "live",
                     {"--input_port=virtual", "--output_port=virtual", "--mode=free", "--silence=4",
                      "--answer_on=bar", "--num_bars_to_generate=0", "--metronome_channel=2",
                      "--memory=phrase", "--nowait"}});
  return aliases;
}

/// "name", has a value, the value, of "--name=value".
struct Token {
  std::string name;
  std::optional<std::string> value;
};

std::optional<Token> ReadToken(const std::string& arg) {
  if (!arg.starts_with("--") || arg.size() == 2) return std::nullopt;
  const size_t equals = arg.find('=');
  if (equals == arg.npos) return Token{arg.substr(2), std::nullopt};
  return Token{arg.substr(2, equals - 2), arg.substr(equals + 1)};
}

/// Takes the boolean --name, --noname, --name=... out of `args`; the last one counts.
bool TakeBool(std::vector<std::string>& args, std::string_view name) {
  bool value = false;
  std::erase_if(args, [&](const std::string& arg) {
    const auto token = ReadToken(arg);
    if (!token || (token->name != name && token->name != "no" + std::string(name))) return false;
    value = token->name == name && token->value != "false" && token->value != "False" &&
            token->value != "0";
    return true;
  });
  return value;
}

/// Takes --name=value or --name value out of `args`; the last one counts.
std::optional<std::string> TakeValue(std::vector<std::string>& args, std::string_view name) {
  std::optional<std::string> value;
  std::vector<std::string> kept;
  for (size_t i = 0; i < args.size(); ++i) {
    const auto token = ReadToken(args[i]);
    if (!token || token->name != name) {
      kept.push_back(args[i]);
    } else if (token->value) {
      value = token->value;
    } else if (i + 1 < args.size()) {
      value = args[++i];
    }
  }
  args = std::move(kept);
  return value;
}

/// Takes the flags out of `args` whose names start with `prefix` and whose values are empty.
void DropEmpty(std::vector<std::string>& args, std::string_view prefix) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < args.size(); ++i) {
    const auto token = ReadToken(args[i]);
    const bool asked = token && token->name.starts_with(prefix);
    if (asked && token->value == "") continue;
    if (asked && !token->value && i + 1 < args.size() && args[i + 1].empty()) {
      ++i;
      continue;
    }
    kept.push_back(std::move(args[i]));
  }
  args = std::move(kept);
}

bool Has(const std::vector<std::string>& args, std::string_view name) {
  return std::any_of(args.begin(), args.end(), [&](const std::string& arg) {
    const auto token = ReadToken(arg);
    return token && token->name == name;
  });
}

void RenameFlags(std::vector<std::string>& args, std::span<const Rename> renames) {
  for (const Rename& rename : renames) {
    if (rename.to.empty()) {
      TakeValue(args, rename.from);
      continue;
    }
    for (std::string& arg : args) {
      const auto token = ReadToken(arg);
      if (!token || token->name != rename.from) continue;
      arg = fmt::format("--{}{}", rename.to, arg.substr(2 + rename.from.size()));
    }
  }
}

/// --melody_encoder_decoder=X as --config and --hparams.
absl::Status ChooseConfig(std::vector<std::string>& args) {
  const auto chosen = TakeValue(args, "melody_encoder_decoder");
  if (!chosen) return absl::OkStatus();
  if (Has(args, "config")) {
    return UsageError("both --config and --melody_encoder_decoder are given", "Give one of them");
  }
  const auto found =
      std::find_if(std::begin(kEncoderDecoders), std::end(kEncoderDecoders),
                   [&](const EncoderDecoder& entry) { return entry.name == *chosen; });
  if (found == std::end(kEncoderDecoders)) {
    return UsageError(
        fmt::format("--melody_encoder_decoder={} is not one of onehot, lookback, key", *chosen));
  }
  const auto hparams = TakeValue(args, "hparams");
  if (hparams && !hparams->empty()) {
    return UsageError("--melody_encoder_decoder takes no --hparams", "Use --config with --hparams");
  }
  args.insert(args.begin(), {fmt::format("--config={}", found->config),
                             fmt::format("--hparams={}", found->hparams)});
  return absl::OkStatus();
}

/// The reference lets --run_dir win over --checkpoint_file, and refuses a bundle beside either.
absl::Status ChooseWeights(std::vector<std::string>& args) {
  const bool has_run = Has(args, "run_dir");
  if (Has(args, "bundle_file") && (has_run || Has(args, "checkpoint_file"))) {
    return UsageError("--bundle_file is given beside --run_dir or --checkpoint_file",
                      "Give one of them, or add --save_generator_bundle");
  }
  if (has_run) TakeValue(args, "checkpoint_file");
  return absl::OkStatus();
}

/// Takes --from, a channel counted from 0, and gives --to, counted from 1.
absl::Status RaiseChannel(std::vector<std::string>& args, const char* from, const char* to) {
  const auto text = TakeValue(args, from);
  if (!text) return absl::OkStatus();
  int channel = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), channel);
  if (error != std::errc() || end != text->data() + text->size() || channel < 0 || channel > 15) {
    return UsageError(fmt::format("--{}={} is no channel", from, *text), "Channels are 0 to 15");
  }
  args.push_back(fmt::format("--{}={}", to, channel + 1));
  return absl::OkStatus();
}

/// The MIDI interfaces of 2016 and 2.x.
absl::Status ExpandMidi(std::vector<std::string>& args) {
  RenameFlags(args, kMidiRenames);
  if (Has(args, "playback_channel")) {
    MAGENTA_RETURN_IF_ERROR(RaiseChannel(args, "playback_channel", "output_channel"));
  }
  // Theirs counts from 0, ours from 1, by the same name.
  MAGENTA_RETURN_IF_ERROR(RaiseChannel(args, "metronome_channel", "metronome_channel"));
  if (Has(args, "enable_metronome") || Has(args, "noenable_metronome")) {
    args.push_back(TakeBool(args, "enable_metronome") ? "--metronome=always" : "--metronome=off");
  }
  // 2016 named the folder of the checkpoints, we name the run's.
  if (const auto folder = TakeValue(args, "train_dir")) {
    std::filesystem::path path(*folder);
    if (!path.has_filename()) path = path.parent_path();
    const bool inner = path.filename() == "train";
    const std::string parent = path.has_parent_path() ? path.parent_path().string() : ".";
    args.push_back("--run_dir=" + (inner ? parent : *folder));
    args.push_back("--newest");
  }
  // The ports that theirs makes when nobody has them.
  for (std::string& arg : args) {
    if (arg.ends_with("=magenta_in") || arg.ends_with("=magenta_out")) {
      arg = arg.substr(0, arg.find('=') + 1) + "virtual";
    }
  }
  return absl::OkStatus();
}

/// Whether `args` name the control that begins or ends a phrase.
bool NamesSwitch(const std::vector<std::string>& args) {
  return std::any_of(args.begin(), args.end(), [](const std::string& arg) {
    return arg.starts_with("--start_capture_control_") ||
           arg.starts_with("--stop_capture_control_");
  });
}

/// Leaves out of `args` what the verb `bundle` has no use for.
void DropGenerationFlags(std::vector<std::string>& args) {
  for (const char* name : {"output_dir",
                           "num_outputs",
                           "num_steps",
                           "primer_melody",
                           "primer_drums",
                           "primer_pitches",
                           "primer_pianoroll",
                           "primer_midi",
                           "qpm",
                           "temperature",
                           "beam_size",
                           "branch_factor",
                           "steps_per_iteration",
                           "steps_per_quarter",
                           "format",
                           "soundfont",
                           "pitch_temperature",
                           "top_k",
                           "top_p",
                           "min_p",
                           "key",
                           "scale",
                           "min_pitch",
                           "max_pitch",
                           "bars",
                           "new_steps",
                           "primer_part",
                           "primer_key",
                           "accompaniment",
                           "backing_chords",
                           "steps_per_chord",
                           "chords_from",
                           "notes_per_second",
                           "pitch_class_histogram",
                           "disable_conditioning",
                           "program"}) {
    TakeValue(args, name);
  }
  TakeBool(args, "reference_windows");
  TakeBool(args, "condition_on_primer");
  TakeBool(args, "inject_primer_during_generation");
  TakeBool(args, "render_chords");
}

}  // namespace

std::span<const Alias> AllAliases() {
  static const std::vector<Alias>& aliases = *new std::vector<Alias>(BuildAliases());
  return aliases;
}

const Alias* FindAlias(std::string_view name) {
  for (const Alias& alias : AllAliases()) {
    if (alias.name == name) return &alias;
  }
  return nullptr;
}

absl::Status UnknownVerb(std::string_view name) {
  for (const std::string_view suffix : {"_create_dataset", "_train", "_generate"}) {
    if (!name.ends_with(suffix)) continue;
    const std::string_view model = name.substr(0, name.size() - suffix.size());
    if (IsModelElsewhere(model)) return FindModel(model).status();
  }
  std::vector<std::string> names;
  for (const VerbEntry& verb : AllVerbs()) names.emplace_back(verb.name);
  for (const Alias& alias : AllAliases()) names.push_back(alias.name);
  const std::string nearest = NearestName(name, names);
  return UsageError(fmt::format("unknown verb {}", name),
                    nearest.empty() ? "`magenta --help` lists the verbs"
                                    : fmt::format("Did you mean {}?", nearest));
}

bool SaveBundleInstead(Command& command) {
  if (command.verb != "generate" || !TakeBool(command.args, "save_generator_bundle")) return false;
  command.verb = "bundle";
  DropGenerationFlags(command.args);
  return true;
}

absl::StatusOr<Command> ExpandAlias(const Alias& alias, const std::vector<std::string>& args) {
  Command command{alias.verb, args};
  std::vector<std::string>& given = command.args;
  RenameFlags(given, kRenames);
  MAGENTA_RETURN_IF_ERROR(ChooseConfig(given));
  if (alias.name.starts_with("improv_rnn_") && !Has(given, "config") &&
      !Has(given, "bundle_file") && !Has(given, "help")) {
    return UsageError(fmt::format("{} needs --config", alias.name),
                      "Choose basic_improv, attention_improv or chord_pitches_improv");
  }
  std::vector<std::string> defaults = alias.defaults;
  if (alias.verb == "train") {
    const auto num_examples = TakeValue(given, "num_eval_examples");
    if (TakeBool(given, "eval")) {
      command.verb = "eval";
      for (const char* name : {"num_training_steps", "keep", "summary_frequency", "from"}) {
        TakeValue(given, name);
      }
      for (const char* flag : {"--keep=10", "--num_training_steps=0", "--eval_file=none"}) {
        std::erase(defaults, flag);
      }
      defaults.push_back("--follow");
      if (num_examples) given.push_back("--num_examples=" + *num_examples);
    }
  } else if (alias.verb == "generate") {
    // The reference knows no best.
    if (Has(given, "run_dir")) given.push_back("--newest");
    if (SaveBundleInstead(command)) {
      std::erase_if(defaults,
                    [](const std::string& flag) { return !flag.starts_with("--config"); });
      if (Has(given, "run_dir")) TakeValue(given, "checkpoint_file");
    } else {
      TakeValue(given, "bundle_description");
      // An empty primer is none there.
      DropEmpty(given, "primer_");
      if (Has(given, "bars") || Has(given, "new_steps")) {
        std::erase_if(defaults,
                      [](const std::string& flag) { return flag.starts_with("--num_steps="); });
      }
      if (Has(given, "primer_midi")) std::erase(defaults, kRollTempo);  // it has its own
      MAGENTA_RETURN_IF_ERROR(ChooseWeights(given));
    }
  } else if (alias.verb == "live") {
    MAGENTA_RETURN_IF_ERROR(ExpandMidi(given));
    // 2.x listens to notes alone; who names 2016's switch wants its turns.
    if (NamesSwitch(given)) {
      for (const char* flag :
           {"--mode=free", "--silence=4", "--answer_on=bar", "--num_bars_to_generate=0"}) {
        std::erase(defaults, flag);
      }
    }
  } else if (alias.verb == "dataset" && (Has(given, "train_output") || Has(given, "eval_output"))) {
    TakeValue(given, "output_dir");
  }
  const bool names_bundle = command.verb != "bundle" && Has(given, "bundle_file");
  if (!alias.config.empty() && !Has(given, "config") && !names_bundle) {
    defaults.insert(defaults.begin(), "--config=" + alias.config);
  }
  given.insert(given.begin(), defaults.begin(), defaults.end());
  return command;
}

}  // namespace magenta::cli
