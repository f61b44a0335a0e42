#include "magenta/io/tensor/checkpoint_state.h"

#include <fmt/core.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/record/crc32c.h"
#include "magenta/io/tensor/checkpoint.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;
using google::protobuf::io::Tokenizer;

constexpr uint64_t kMostStateBytes = uint64_t{16} << 20;
constexpr std::string_view kCheckpointName = "model.ckpt-";

std::string StatePath(const std::string& folder) {
  return (fs::path(folder) / "checkpoint").string();
}

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int, const std::string& message) override {
    if (!text_) text_ = fmt::format("line {}: {}", line + 1, message);
  }
  const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};

// The fields of a flat text message: NAME : VALUE ..., a string in several pieces or a number.
// Calls on_field(name, value), the value being empty for a number.
template <typename OnField>
absl::Status ParseFlatText(const std::string& text, const std::string& file, OnField on_field) {
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  FirstError errors;
  Tokenizer tokens(&stream, &errors);
  tokens.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
  const auto unexpected = [&] {
    return InputError(
        file,
        errors.text().value_or(fmt::format("line {}: unexpected \"{}\"", tokens.current().line + 1,
                                           tokens.current().text.substr(0, 100))),
        "Delete it: the newest checkpoint beside it is then used");
  };
  tokens.Next();
  while (tokens.current().type != Tokenizer::TYPE_END) {
    if (tokens.current().type != Tokenizer::TYPE_IDENTIFIER) return unexpected();
    const std::string name = tokens.current().text;
    if (!tokens.Next() || tokens.current().text != ":" || !tokens.Next()) return unexpected();
    std::string value;
    bool any = false;
    for (; tokens.current().type == Tokenizer::TYPE_STRING; tokens.Next(), any = true) {
      Tokenizer::ParseStringAppend(tokens.current().text, &value);
    }
    if (!any) {
      if (tokens.current().text == "-") tokens.Next();
      if (tokens.current().type != Tokenizer::TYPE_INTEGER &&
          tokens.current().type != Tokenizer::TYPE_FLOAT) {
        return unexpected();
      }
      tokens.Next();
    }
    if (errors.text()) return unexpected();
    on_field(name, value);
  }
  return errors.text() ? unexpected() : absl::OkStatus();
}

// Our last line, a comment to TensorFlow: the CRC-32C of all before it.
constexpr std::string_view kSumBegin = "# crc32c ";
constexpr size_t kSumBytes = kSumBegin.size() + 8 + 1;

std::string SumLine(std::string_view text) {
  return fmt::format("{}{:08x}\n", kSumBegin, Crc32c(text));
}

// No error where there is no such line. A line that is one but for a byte is damaged, too.
absl::Status CheckSumLine(std::string_view text, const std::string& file) {
  if (text.size() < kSumBytes) return absl::OkStatus();
  const std::string_view found = text.substr(text.size() - kSumBytes);
  const std::string expected = SumLine(text.substr(0, text.size() - kSumBytes));
  const auto digits = [](std::string_view line) { return line.substr(kSumBegin.size(), 8); };
  if (found == expected) return absl::OkStatus();
  if (!found.starts_with(kSumBegin) && digits(found) != digits(expected)) return absl::OkStatus();
  return InputError(file, "wrong checksum of its text",
                    "If you changed it yourself, delete its last line; else delete it, and the "
                    "newest checkpoint beside it is used");
}

std::string Resolved(const std::string& folder, const std::string& path) {
  return fs::path(path).is_absolute() ? path : (fs::path(folder) / path).string();
}

// `path` without `folder` before it, if what is left is a path below the folder.
std::string RelativeTo(const std::string& folder, const std::string& path) {
  std::string prefix = folder;
  while (prefix.size() > 1 && prefix.ends_with('/')) prefix.pop_back();
  prefix += '/';
  if (!path.starts_with(prefix) || path.substr(prefix.size()).starts_with('/')) return path;
  return path.substr(prefix.size());
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (byte < 0x20 || byte >= 0x7f) {
      quoted += fmt::format("\\{:03o}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

// N of "model.ckpt-N" (V1) or "model.ckpt-N.index"; -1 for other names.
int64_t StepOfName(std::string_view name) {
  if (!name.starts_with(kCheckpointName)) return -1;
  name.remove_prefix(kCheckpointName.size());
  if (name.ends_with(".index")) name.remove_suffix(6);
  if (name.empty() || name.size() > 18) return -1;
  int64_t step = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return -1;
    step = 10 * step + (c - '0');
  }
  return step;
}

// Prefixes of the checkpoints of a folder, the newest first.
std::vector<std::string> CheckpointsIn(const std::string& folder) {
  std::vector<std::pair<int64_t, std::string>> found;
  for (const std::string& name : ListFiles(folder, false).value_or(std::vector<std::string>())) {
    const int64_t step = StepOfName(name);
    if (step < 0) continue;
    const bool index = name.ends_with(".index");
    found.emplace_back(step, Resolved(folder, index ? name.substr(0, name.size() - 6) : name));
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> prefixes;
  prefixes.reserve(found.size());
  for (auto& [step, prefix] : found) prefixes.push_back(std::move(prefix));
  return prefixes;
}

// `damage` of a checkpoint of `folder`, with a whole one as the way out.
absl::Status WithWholeOne(const absl::Status& damage, const std::string& folder) {
  for (const std::string& prefix : CheckpointsIn(folder)) {
    if (!CheckWhole(prefix).ok()) continue;
    return InputError(ErrorFile(damage), ErrorMessage(damage),
                      fmt::format("Copy it again; or give --checkpoint_file={}, or, to train on "
                                  "from there, delete what is newer",
                                  prefix));
  }
  return damage;
}

// The first of `prefixes` that is there; nothing where none is. What is there and damaged is an
// error: to go on from an older one without a word would be worse.
absl::StatusOr<std::optional<std::string>> FirstThere(const std::vector<std::string>& prefixes,
                                                      const std::string& folder) {
  for (const std::string& prefix : prefixes) {
    const absl::Status status = CheckWhole(prefix);
    if (status.ok()) return prefix;
    if (!absl::IsNotFound(status)) return WithWholeOne(status, folder);
  }
  return std::nullopt;
}

// Nothing where there is none; an error where the newest, or the state file, is damaged.
absl::StatusOr<std::optional<std::string>> LatestInFolder(const std::string& folder) {
  const std::string file = StatePath(folder);
  if (const auto text = ReadFile(file, kMostStateBytes); text.ok()) {
    MAGENTA_RETURN_IF_ERROR(CheckSumLine(*text, file));
  }
  std::vector<std::string> prefixes = CheckpointsIn(folder);
  if (const auto state = ReadCheckpointState(folder); state.ok()) {
    const std::string moved = Resolved(folder, fs::path(state->latest).filename().string());
    prefixes.insert(prefixes.begin(), {state->latest, moved});
  }
  return FirstThere(prefixes, folder);
}

}  // namespace

absl::StatusOr<CheckpointState> ReadCheckpointState(const std::string& folder) {
  const std::string path = StatePath(folder);
  MAGENTA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMostStateBytes));
  MAGENTA_RETURN_IF_ERROR(CheckSumLine(text, path));
  CheckpointState state;
  MAGENTA_RETURN_IF_ERROR(
      ParseFlatText(text, path, [&](const std::string& name, const std::string& value) {
        if (name == "model_checkpoint_path") state.latest = Resolved(folder, value);
        if (name == "all_model_checkpoint_paths") state.all.push_back(Resolved(folder, value));
      }));
  if (state.latest.empty()) return InputError(path, "names no model_checkpoint_path");
  return state;
}

absl::Status WriteCheckpointState(const std::string& folder, const CheckpointState& state) {
  std::string text =
      fmt::format("model_checkpoint_path: {}\n", Quoted(RelativeTo(folder, state.latest)));
  for (const std::string& path : state.all) {
    text += fmt::format("all_model_checkpoint_paths: {}\n", Quoted(RelativeTo(folder, path)));
  }
  return WriteFile(StatePath(folder), text + SumLine(text));
}

absl::StatusOr<std::string> LatestCheckpoint(const std::string& run_dir) {
  const std::string train = (fs::path(run_dir) / "train").string();
  for (const std::string& folder : {train, run_dir}) {
    MAGENTA_ASSIGN_OR_RETURN(const std::optional<std::string> latest, LatestInFolder(folder));
    if (latest) return *latest;
  }
  return MissingInputError(run_dir,
                           fmt::format("there is no whole checkpoint in {} or {}", train, run_dir),
                           "Train a model there first, or name another --run_dir");
}

}  // namespace magenta
