// A bundle is parsed from memory, written, and then made a generator; what is removed stops being
// one before its file goes. So a crash in between leaves a model more, never half of one.

#include "magenta/studio/model_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/generate/weights.h"
#include "magenta/io/tensor/bundle.h"
#include "magenta/studio/jobs/model_card.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostIdLetters = 40;
constexpr size_t kMostNameBytes = 200;
constexpr uint64_t kMostNameFile = 64 << 10;

bool IsIdLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool IsModelId(std::string_view id) {
  return !id.empty() && id.size() <= kMostIdLetters &&
         std::all_of(id.begin(), id.end(), IsIdLetter);
}

/// Letters of Latin alphabets, and the ASCII ones that ids have for them.
constexpr std::pair<std::string_view, std::string_view> kPlainLetters[] = {
    {"àáâãäåāăąǎÀÁÂÃÄÅĀĂĄǍ", "a"},
    {"æÆ", "ae"},
    {"çćĉċčÇĆĈĊČ", "c"},
    {"ďđðĎĐÐ", "d"},
    {"èéêëēĕėęěÈÉÊËĒĔĖĘĚ", "e"},
    {"ĝğġģĜĞĠĢ", "g"},
    {"ĥħĤĦ", "h"},
    {"ìíîïĩīĭįıÌÍÎÏĨĪĬĮİ", "i"},
    {"ĵĴ", "j"},
    {"ķĶ", "k"},
    {"ĺļľŀłĹĻĽĿŁ", "l"},
    {"ñńņňÑŃŅŇ", "n"},
    {"òóôõöøōŏőơÒÓÔÕÖØŌŎŐƠ", "o"},
    {"œŒ", "oe"},
    {"ŕŗřŔŖŘ", "r"},
    {"śŝşšșŚŜŞŠȘ", "s"},
    {"ßẞ", "ss"},
    {"ţťŧțŢŤŦȚ", "t"},
    {"þÞ", "th"},
    {"ùúûüũūŭůűųưÙÚÛÜŨŪŬŮŰŲƯ", "u"},
    {"ŵŴ", "w"},
    {"ýÿŷÝŸŶ", "y"},
    {"źżžŹŻŽ", "z"}};

/// The first letter of `name`, which is UTF-8.
std::string_view FirstLetter(std::string_view name) {
  size_t length = 1;
  while (length < name.size() && (static_cast<unsigned char>(name[length]) & 0xc0) == 0x80) {
    ++length;
  }
  return name.substr(0, length);
}

/// What an id has of `letter`; "" for nothing that it can have.
std::string PlainLetter(std::string_view letter) {
  const auto low = static_cast<char>(std::tolower(static_cast<unsigned char>(letter[0])));
  if (letter.size() == 1) return IsIdLetter(low) && low != '-' ? std::string(1, low) : "";
  for (const auto& [letters, plain] : kPlainLetters) {
    if (letters.find(letter) != std::string_view::npos) return std::string(plain);
  }
  return "";
}

/// U+0300 to U+036F: an accent behind its letter, as names of files have them on a Mac.
bool IsAccent(std::string_view letter) { return letter >= "\u0300" && letter <= "\u036f"; }

/// "my-tunes" of "My Tunes!", "landler" of "Ländler"; "model" of a name in other scripts.
std::string IdOfName(std::string_view name) {
  std::string id;
  while (!name.empty()) {
    const std::string_view letter = FirstLetter(name);
    name.remove_prefix(letter.size());
    const std::string plain = PlainLetter(letter);
    const bool parts = plain.empty() && !id.empty() && id.back() != '-' && !IsAccent(letter);
    const std::string more = parts ? "-" : plain;
    if (id.size() + more.size() > kMostIdLetters - 4) break;  // room for a number
    id += more;
  }
  while (id.ends_with('-')) id.pop_back();
  // "default" is how a client names the first.
  return id.empty() || id == "default" ? "model" : id;
}

/// `name` without blanks at its ends. Error: there is nothing else, or what no name has.
absl::StatusOr<std::string> CheckedName(std::string_view name) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  const bool has_controls =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
  if (name.empty() || name.size() > kMostNameBytes || has_controls || !IsUtf8(name)) {
    return UsageError("this is no name for a model",
                      fmt::format("Give 1 to {} bytes of text in one line", kMostNameBytes));
  }
  return std::string(name);
}

absl::StatusOr<std::shared_ptr<const Model>> ModelOf(const std::string& bytes,
                                                     const std::string& file) {
  MAGENTA_ASSIGN_OR_RETURN(const LoadedWeights weights, WeightsOfBundleBytes(bytes, file));
  return MakeModel(weights, "", "");
}

}  // namespace

ModelStore::ModelStore(const StudioOptions& options, GeneratorService& service, DiskRoom& room)
    : folder_(options.studio_dir.empty() ? "" : options.studio_dir + "/models"),
      service_(service),
      room_(room) {}

std::string ModelStore::PathOf(const std::string& id, const char* ending) const {
  return folder_ + "/" + id + ending;
}

absl::Status ModelStore::WriteName(const std::string& id, const std::string& name) const {
  return WriteFile(PathOf(id, ".json"), nlohmann::json{{"name", name}}.dump() + "\n");
}

absl::Status ModelStore::LoadOne(const std::string& id) {
  const std::string file = PathOf(id, ".mag");
  if (!IsModelId(id)) {
    return InputError(file, "is no name of the studio's", "Add it in the studio, or by its API");
  }
  if (names_.size() == kMostKeptModels) {
    return LimitError(fmt::format("{}: there are {} models before it", file, kMostKeptModels));
  }
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file, kMostModelBytes));
  MAGENTA_ASSIGN_OR_RETURN(auto model, ModelOf(bytes, file));
  std::string name = id;
  if (const auto text = ReadFile(PathOf(id, ".json"), kMostNameFile); text.ok()) {
    const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
    const auto said = json.is_object() ? json.find("name") : json.end();
    if (said != json.end() && said->is_string()) {
      name = CheckedName(said->get<std::string>()).value_or(id);
    }
  }
  MAGENTA_RETURN_IF_ERROR(service_.AddGenerator(std::move(model), id));
  names_[id] = name;
  return absl::OkStatus();
}

std::vector<absl::Status> ModelStore::Load() {
  std::vector<absl::Status> failures;
  std::error_code error;
  if (folder_.empty() || !fs::exists(folder_, error)) return failures;
  const std::lock_guard lock(mutex_);
  const auto files = ListFiles(folder_, false);
  if (!files.ok()) return {files.status()};
  std::set<std::string> ids;
  for (const std::string& file : *files) {
    if (file.ends_with(".mag")) ids.insert(file.substr(0, file.size() - 4));
  }
  for (const std::string& id : ids) {
    absl::Status loaded = LoadOne(id);
    if (!loaded.ok()) failures.push_back(WithFile(std::move(loaded), PathOf(id, ".mag")));
  }
  return failures;
}

/// Locked.
StudioModel ModelStore::Shown(const GeneratorDetails& details,
                              std::shared_ptr<const Model> model) const {
  StudioModel shown;
  shown.id = shown.name = details.id();
  const auto kept = names_.find(shown.id);
  shown.is_kept = kept != names_.end();
  if (shown.is_kept) shown.name = kept->second;
  if (model->file.ends_with(".mag")) shown.file = model->file;
  shown.model = std::move(model);
  return shown;
}

std::vector<StudioModel> ModelStore::List() const {
  const std::lock_guard lock(mutex_);
  std::vector<StudioModel> list;
  const ListGeneratorsResponse generators = service_.ListGenerators();
  for (const GeneratorDetails& details : generators.generators()) {
    auto model = service_.FindGenerator(details.id());
    if (model.ok()) list.push_back(Shown(details, *std::move(model)));
  }
  return list;
}

absl::StatusOr<StudioModel> ModelStore::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  GeneratorDetails details;
  details.set_id(id);
  if (id.empty()) return MissingInputError("", "no model is named", "GET /v1/models lists them");
  MAGENTA_ASSIGN_OR_RETURN(auto model, service_.FindGenerator(id));
  return Shown(details, std::move(model));
}

absl::StatusOr<std::string> ModelStore::BundleOf(const StudioModel& model) {
  if (model.file.empty()) {
    return MissingInputError("", "the model " + model.id + " lies in no bundle",
                             "`magenta bundle --from` makes one");
  }
  MAGENTA_ASSIGN_OR_RETURN(std::string bytes, ReadFile(model.file));
  if (!model.is_kept) return bytes;
  GeneratorBundle bundle;
  if (!bundle.ParseFromString(bytes)) return InputError(model.file, "is no bundle any more");
  const std::string card = WithHeading(bundle.card(), model.name);
  if (card == bundle.card()) return bytes;
  bundle.set_card(card);
  return SerializeBundle(bundle);
}

absl::StatusOr<StudioModel> ModelStore::Add(const std::string& name, const std::string& bytes) {
  if (folder_.empty()) {
    return OutsideError("", "there is no folder for models", "Give `magenta serve --studio_dir`");
  }
  if (bytes.size() > static_cast<size_t>(kMostModelBytes)) {
    return LimitError("the model is too large",
                      fmt::format("At most {} bytes are allowed", kMostModelBytes));
  }
  const auto parsed = ModelOf(bytes, "");
  if (!parsed.ok()) {
    std::string remedy = ErrorRemedy(parsed.status());
    // Some of what readers advise is for command lines.
    if (remedy.empty() || remedy.find("--") != std::string::npos) {
      remedy = "Give a .mag file as the studio or `magenta bundle` saves it";
    }
    return UsageError("the model " + ErrorMessage(parsed.status()), std::move(remedy));
  }
  MAGENTA_ASSIGN_OR_RETURN(const std::string called,
                           CheckedName(name.empty() ? (*parsed)->id : name));
  const std::lock_guard lock(mutex_);
  if (names_.size() >= kMostKeptModels) {
    return LimitError(fmt::format("there are {} models already", kMostKeptModels),
                      "Remove one first");
  }
  MAGENTA_RETURN_IF_ERROR(room_.Take(static_cast<int64_t>(bytes.size())));
  const std::string wanted = IdOfName(called);
  std::string id = wanted;
  std::error_code error;
  for (int i = 2; service_.FindGenerator(id).ok() || fs::exists(PathOf(id, ".mag"), error); ++i) {
    id = fmt::format("{}-{}", wanted, i);
  }
  auto model = std::make_shared<Model>(**parsed);
  model->file = PathOf(id, ".mag");
  MAGENTA_RETURN_IF_ERROR(WriteName(id, called));
  if (absl::Status written = WriteFile(model->file, bytes); !written.ok()) {
    fs::remove(PathOf(id, ".json"), error);
    room_.Recount();
    return written;
  }
  MAGENTA_RETURN_IF_ERROR(service_.AddGenerator(model, id));
  names_[id] = called;
  GeneratorDetails details;
  details.set_id(id);
  return Shown(details, std::move(model));
}

/// Locked.
absl::Status ModelStore::CheckKept(const std::string& id) const {
  if (names_.contains(id)) return absl::OkStatus();
  if (!id.empty() && service_.FindGenerator(id).ok()) {
    return SequenceError(fmt::format("'{}' came with the server and stays as it is", id),
                         "Only models that were brought or taught here change");
  }
  return MissingInputError("", fmt::format("there is no model '{}' here", HeaderText(id)),
                           "It may have been removed: GET /v1/models lists those that there are");
}

absl::StatusOr<StudioModel> ModelStore::Rename(const std::string& id, const std::string& name) {
  MAGENTA_ASSIGN_OR_RETURN(std::string called, CheckedName(name));
  {
    const std::lock_guard lock(mutex_);
    MAGENTA_RETURN_IF_ERROR(CheckKept(id));
    MAGENTA_RETURN_IF_ERROR(WriteName(id, called));
    names_[id] = std::move(called);
  }
  return Find(id);
}

absl::Status ModelStore::Remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(CheckKept(id));
  MAGENTA_RETURN_IF_ERROR(service_.RemoveGenerator(id));
  names_.erase(id);
  std::error_code error;
  fs::remove(PathOf(id, ".mag"), error);
  room_.Recount();
  if (error) {
    return OutsideError(PathOf(id, ".mag"), "can't be removed: " + error.message(),
                        "The model is back when the server starts again");
  }
  fs::remove(PathOf(id, ".json"), error);
  return absl::OkStatus();
}

}  // namespace magenta
