// Reading is asking the right reader for the flag that was given. Often a path is right and its
// flag is not; so when a reader fails, the others look at the path, and the error says what would
// do.

#include "magenta/generate/weights.h"

#include <dlfcn.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/generate/magentajs_weights.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/io/tensor/checkpoint.h"
#include "magenta/io/tensor/checkpoint_state.h"
#include "magenta/io/tensor/magentajs.h"
#include "magenta/io/tensor/metagraph.h"
#include "magenta/io/tensor/names.h"
#include "magenta/models/model_spec.h"
#include "magenta/nn/rnn_names.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

/// The folder of the program, or of the shared library, that this code is a part of; "" where the
/// system does not tell.
fs::path FolderOfThisCode() {
  std::error_code error;
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&BundledFolders), &info) != 0) {
    const fs::path file = fs::canonical(info.dli_fname, error);
    // Of a program that is what it was called by.
    if (!error && file.filename().string().find(".so") != std::string::npos) {
      return file.parent_path();
    }
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

/// The .md beside the bundle at `path` that comes with the program; "" beside others.
std::string CardBeside(const std::string& path) {
  const fs::path file = fs::path(path).lexically_normal();
  const std::vector<std::string> folders = BundledFolders();
  const auto is_here = [&](const std::string& folder) {
    return file.parent_path() == fs::path(folder).lexically_normal();
  };
  if (std::none_of(folders.begin(), folders.end(), is_here)) return "";
  const auto card = ReadFile(fs::path(file).replace_extension(".md").string(), kMostCardBytes);
  return card.ok() && IsUtf8(*card) ? *card : "";
}

std::string CardOf(const GeneratorBundle& bundle, const std::string& path) {
  return bundle.card().empty() ? CardBeside(path) : bundle.card();
}

/// The model that `bundle` is of: of several that share a name in bundles the one that reads as
/// many numbers a step as its graph does.
std::string IdOf(const GeneratorBundle& bundle) {
  const std::string& id = bundle.generator_details().id();
  for (const ModelSpec* spec : KnownModels()) {
    if (spec->bundle_id != id) continue;
    if (spec->codec->example_width() == InputWidthOf(bundle.metagraph_file())) return spec->id;
  }
  return id;
}

LoadedWeights WeightsOf(Bundle bundle, const std::string& path) {
  LoadedWeights weights;
  weights.tensors = ModernNames(std::move(bundle.tensors));
  weights.file = path;
  weights.bundle_id = IdOf(bundle.proto);
  weights.generator_description = bundle.proto.generator_details().description();
  weights.bundle_description = bundle.proto.bundle_details().description();
  weights.card = CardOf(bundle.proto, path);
  weights.hparams_text = bundle.proto.hparams();
  const int attention = AttentionLengthOf(bundle.proto.metagraph_file());
  if (weights.hparams_text.empty() && attention > 0) {
    weights.hparams_text = fmt::format("attn_length={}", attention);
  }
  weights.steps_per_quarter = bundle.proto.steps_per_quarter();
  return weights;
}

absl::StatusOr<LoadedWeights> WeightsOfBundle(const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(Bundle bundle, ReadBundle(path));
  return WeightsOf(std::move(bundle), path);
}

/// Puts averages in the place of the values that they are of.
void UseAverages(TensorMap& tensors) {
  constexpr std::string_view kPrefix = kAveragePrefix;
  for (auto at = tensors.lower_bound(kAveragePrefix);
       at != tensors.end() && at->first.starts_with(kPrefix); at = tensors.erase(at)) {
    tensors[at->first.substr(kPrefix.size())] = std::move(at->second);
  }
}

absl::StatusOr<LoadedWeights> WeightsOfCheckpoint(const std::string& path, bool with_slots) {
  LoadedWeights weights;
  weights.file = path;
  const auto wanted = [&](std::string_view name) { return with_slots || !IsOptimizerSlot(name); };
  MAGENTA_ASSIGN_OR_RETURN(TensorMap tensors, ReadCheckpoint(path, wanted));
  const auto text = tensors.find(kHParamsTensor);
  if (text != tensors.end() && text->second.dtype == DType::kUint8) {
    weights.hparams_text = text->second.bytes;
  }
  const auto config = tensors.find(kConfigNameTensor);
  if (config != tensors.end() && config->second.dtype == DType::kUint8) {
    weights.config = config->second.bytes;
  }
  if (!with_slots) UseAverages(tensors);
  weights.tensors = ModernNames(std::move(tensors));
  return weights;
}

/// The step that the name of a checkpoint ends in ("model.ckpt-561"); "?" where it has none.
std::string StepOfName(const std::string& prefix) {
  const size_t dash = prefix.rfind('-');
  return dash == std::string::npos ? "?" : prefix.substr(dash + 1);
}

/// The best checkpoint of a run, where training has measured one, else the newest.
absl::StatusOr<LoadedWeights> WeightsOfRun(const std::string& run_dir, bool newest,
                                           bool with_slots) {
  const auto latest = LatestCheckpoint(run_dir);
  if (newest) {
    MAGENTA_RETURN_IF_ERROR(latest.status());
    return WeightsOfCheckpoint(*latest, with_slots);
  }
  const auto best = LatestCheckpoint(run_dir + "/best");
  if (absl::IsNotFound(best.status())) {
    MAGENTA_RETURN_IF_ERROR(latest.status());
    return WeightsOfCheckpoint(*latest, with_slots);
  }
  auto weights = best.ok() ? WeightsOfCheckpoint(*best, with_slots) : best.status();
  if (!weights.ok()) {
    return WithRemedy(weights.status(), "Add --newest for the run's newest checkpoint");
  }
  weights->note = fmt::format("the best by held-out loss, step {} of {}", StepOfName(*best),
                              latest.ok() ? StepOfName(*latest) : "?");
  return weights;
}

/// The weights of the one source that is named.
absl::StatusOr<LoadedWeights> ReadNamedWeights(const ModelSource& source, bool with_slots) {
  if (IsMagentaJsFolder(source.bundle_file)) return WeightsOfMagentaJs(source.bundle_file);
  if (!source.bundle_file.empty()) return WeightsOfBundle(source.bundle_file);
  if (!source.checkpoint_file.empty()) {
    return WeightsOfCheckpoint(source.checkpoint_file, with_slots);
  }
  if (!source.run_dir.empty()) {
    return WeightsOfRun(source.run_dir, source.newest, with_slots);
  }
  const std::string id = source.config.empty() ? kDefaultConfig : source.config;
  MAGENTA_RETURN_IF_ERROR(FindModel(id).status());
  const auto path = BundledWeights(id);
  if (!path.ok()) {
    return WithRemedy(
        path.status(),
        fmt::format("Name a model by --run_dir, --checkpoint_file or --bundle_file, or "
                    "train one: `magenta train --config={} --run_dir=RUN "
                    "--sequence_example_file=...`",
                    id));
  }
  return WeightsOfBundle(*path);
}

/// The bundle of model `id` that comes with the program; "" where none does.
std::string BundleOf(std::string_view id) {
  for (const std::string& folder : BundledFolders()) {
    std::string path = fmt::format("{}/{}.mag", folder, id);
    std::error_code error;
    if (fs::is_regular_file(path, error)) return path;
  }
  return "";
}

/// The ids of the models whose bundles come with the program.
std::vector<std::string> BundledIds() {
  std::vector<std::string> ids;
  for (const ModelSpec& spec : BuiltInModels()) {
    if (!BundleOf(spec.id).empty()) ids.push_back(spec.id);
  }
  return ids;
}

/// What to do where no bundles come with the program.
constexpr char kGetBundles[] =
    "Install the package magenta, or set MAGENTA_BUNDLES to the folder of bundles";

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The flag that `path` would be right for, "" for none.
std::string FlagFor(const std::string& path) {
  if (IsFolder(path)) {
    if (IsMagentaJsFolder(path)) return "--bundle_file=" + path;
    return LatestCheckpoint(path).ok() ? "--run_dir=" + path : "";
  }
  const fs::path named(path);
  if (named.filename() == "checkpoint" && ReadCheckpointState(named.parent_path().string()).ok()) {
    return "--run_dir=" + (named.has_parent_path() ? named.parent_path().string() : ".");
  }
  if (ReadBundle(path).ok()) return "--bundle_file=" + path;
  return ReadCheckpoint(path).ok() ? "--checkpoint_file=" + path : "";
}

/// The first file of `folder` that ends in .tfrecord or in a shard's number after it; "" for none.
std::string FirstRecords(const std::string& folder) {
  const auto names = ListFiles(folder, false);
  if (!names.ok()) return "";
  const auto records = [](const std::string& name) {
    return name.ends_with(".tfrecord") || name.find(".tfrecord-") != std::string::npos;
  };
  // The set to train on before the one to measure on.
  for (const bool training : {true, false}) {
    const auto found = std::find_if(names->begin(), names->end(), [&](const std::string& name) {
      return records(name) && (!training || name.starts_with("training"));
    });
    if (found != names->end()) return *found;
  }
  return "";
}

absl::Status RunHint(absl::Status error, const std::string& run_dir) {
  std::error_code ignored;
  if (!fs::exists(run_dir, ignored)) {
    return MissingInputError(run_dir, "there is no such folder",
                             fmt::format("Check the name, or train: `magenta train --run_dir={} "
                                         "--sequence_example_file=...`",
                                         run_dir));
  }
  if (!IsFolder(run_dir)) {
    const std::string flag = FlagFor(run_dir);
    return InputError(run_dir, "is a file, not the folder of a run",
                      flag.empty() ? "Name the folder that training wrote" : "Give it as " + flag);
  }
  if (const std::string records = FirstRecords(run_dir); !records.empty()) {
    return InputError(
        run_dir, fmt::format("holds data ({}), not a run", records),
        fmt::format("Train on it: `magenta train --run_dir=RUN --sequence_example_file={}`",
                    (fs::path(run_dir) / records).string()));
  }
  return error;
}

/// `error`, with which `source` could not be read, with a remedy that says what its path is
/// instead: a bundle given as a checkpoint, a run as a bundle, a data set as a run.
absl::Status WithHint(absl::Status error, const ModelSource& source) {
  if (ExitStatus(error) != 3) return error;
  std::string flag;
  const std::string& path =
      source.bundle_file.empty() ? source.checkpoint_file : source.bundle_file;
  if (!path.empty()) {
    flag = FlagFor(path);
  } else if (IsMagentaJsFolder(source.run_dir)) {
    flag = "--bundle_file=" + source.run_dir;
  } else if (!source.run_dir.empty()) {
    return RunHint(std::move(error), source.run_dir);
  }
  if (flag.empty() || flag.starts_with(source.bundle_file.empty() ? "--checkpoint" : "--bundle")) {
    return error;
  }
  return InputError(ErrorFile(error), ErrorMessage(error), "Give it as " + flag);
}

}  // namespace

absl::StatusOr<LoadedWeights> WeightsOfBundleBytes(const std::string& bytes,
                                                   const std::string& name) {
  MAGENTA_ASSIGN_OR_RETURN(Bundle bundle, ParseBundle(bytes, name));
  return WeightsOf(std::move(bundle), name);
}

std::string CardOfBundle(const std::string& path) {
  const auto bytes = ReadFile(path);
  GeneratorBundle bundle;
  if (!bytes.ok() || !bundle.ParseFromString(*bytes)) return "";
  return CardOf(bundle, path);
}

std::vector<std::string> BundledFolders() {
  const char* named = std::getenv("MAGENTA_BUNDLES");
  if (named != nullptr && *named != '\0') return {named};
  std::vector<std::string> folders;
  const auto add = [&](const fs::path& path) {
    const std::string folder = path.lexically_normal().string();
    if (std::find(folders.begin(), folders.end(), folder) == folders.end()) {
      folders.push_back(folder);
    }
  };
  const fs::path program = FolderOfThisCode();
  if (!program.empty()) {
    add(program / "../../data/bundles");
    add(program / "../share/magenta/bundles");
    add(program / "../../share/magenta/bundles");  // of a library in lib/x86_64-linux-gnu
    add(program / "bundles");
  }
#ifdef MAGENTA_SOURCE_BUNDLES
  add(MAGENTA_SOURCE_BUNDLES);
#endif
  add(MAGENTA_INSTALLED_BUNDLES);
  return folders;
}

absl::StatusOr<std::string> BundledWeights(std::string_view id) {
  if (std::string path = BundleOf(id); !path.empty()) return path;
  return UsageError(
      fmt::format("no pre-trained weights of {} come with this program (looked into {})", id,
                  fmt::join(BundledFolders(), " and ")),
      BundledIds().empty() ? kGetBundles : "");
}

absl::StatusOr<ModelSource> SourceOf(const std::string& name) {
  ModelSource source;
  if (IsFolder(name)) {
    (IsMagentaJsFolder(name) ? source.bundle_file : source.run_dir) = name;
    return source;
  }
  std::error_code ignored;
  if (fs::exists(name, ignored) || fs::exists(name + ".index", ignored)) {
    const bool bundle = name.ends_with(".mag") || ReadBundle(name).ok();
    (bundle ? source.bundle_file : source.checkpoint_file) = name;
    return source;
  }
  const std::string id = name.ends_with(".mag") ? name.substr(0, name.size() - 4) : name;
  if (std::string bundle = BundleOf(id); !bundle.empty() && FindModel(id).ok()) {
    source.bundle_file = std::move(bundle);
    return source;
  }
  const std::vector<std::string> ids = BundledIds();
  return MissingInputError(
      name, "there is no such file, and no model of this name comes with the program",
      ids.empty() ? kGetBundles
                  : fmt::format("Name a bundle, a checkpoint, a run's folder, or one of {}",
                                fmt::join(ids, ", ")));
}

absl::StatusOr<LoadedWeights> ReadWeights(const ModelSource& source, bool with_slots) {
  const int named =
      !source.run_dir.empty() + !source.checkpoint_file.empty() + !source.bundle_file.empty();
  if (source.newest && source.run_dir.empty()) {
    return UsageError("--newest is about a run", "Give --run_dir");
  }
  if (named > 1) {
    return UsageError("several models are named",
                      "Give one of --run_dir, --checkpoint_file and --bundle_file");
  }
  auto weights = ReadNamedWeights(source, with_slots);
  if (!weights.ok()) return WithHint(weights.status(), source);
  return weights;
}

}  // namespace magenta
