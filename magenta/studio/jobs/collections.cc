#include "magenta/studio/jobs/collections.h"

#include <fmt/core.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/io/music/read_music.h"
#include "magenta/studio/jobs/studio_job.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kOld{24};
constexpr size_t kHeadBytes = size_t{4} << 10;
/// In the names of what OutputFile of a killed server left.
constexpr char kTemporaryMark[] = ".magenta-tmp-";

/// By what the bytes are; what is no music gets an ending that no reader takes.
std::string EndingOf(const std::string& bytes) {
  const bool packed = IsGzip(bytes);
  // Of gzip the whole is asked: its head may not unpack alone.
  const auto format = MusicFormatOfBytes(packed ? std::string_view(bytes)
                                                : std::string_view(bytes).substr(0, kHeadBytes));
  if (!format) return ".unknown";
  std::string ending;
  switch (*format) {
    case MusicFormat::kMidi: ending = ".mid"; break;
    case MusicFormat::kMusicXml: ending = bytes.starts_with("PK") ? ".mxl" : ".musicxml"; break;
    case MusicFormat::kDrumGrid: ending = ".drums"; break;
    case MusicFormat::kAbc: ending = ".abc"; break;
  }
  return packed ? ending + ".gz" : ending;
}

/// Begins a line of its own: the one before may have been cut off.
std::string NameLine(const std::string& stored, const std::string& name) {
  const nlohmann::ordered_json line = {{"file", stored}, {"name", name}};
  return "\n" + line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::Status Append(const std::string& path, const std::string& line) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << line << std::flush;
  return file ? absl::OkStatus() : OutsideError(path, "can't be written");
}

}  // namespace

absl::Status Collections::Check(const std::string& id) const {
  std::error_code error;
  if (IsId(id) && fs::is_directory(PathOf(id) + "/files", error)) return absl::OkStatus();
  return MissingInputError("", fmt::format("there is no collection {}", id),
                           "It may have been deleted: send the files again");
}

absl::StatusOr<std::string> Collections::Create() {
  MAGENTA_RETURN_IF_ERROR(room_.Take(0));
  const std::string id = NewId();
  MAGENTA_RETURN_IF_ERROR(MakeFolder(PathOf(id) + "/files"));
  const std::lock_guard lock(mutex_);
  sizes_[id] = {};
  return id;
}

CollectionSize& Collections::Size(const std::string& id) {
  const auto [entry, is_new] = sizes_.try_emplace(id);
  if (!is_new) return entry->second;
  std::error_code error;
  for (fs::directory_iterator file(FilesOf(id), error), end; !error && file != end;
       file.increment(error)) {
    // Files are numbered: after one that was lost no name is given twice.
    entry->second.files =
        std::max<int64_t>(entry->second.files, std::atoll(file->path().filename().c_str()));
    entry->second.bytes += static_cast<int64_t>(file->file_size(error));
  }
  return entry->second;
}

absl::StatusOr<CollectionSize> Collections::Add(const std::string& id, const std::string& name,
                                                const std::string& bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  if (size > limits_.file_bytes) {
    return LimitError(fmt::format("the file has more than {} MiB", limits_.file_bytes >> 20),
                      "Leave it out; the others stay");
  }
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(Check(id));
  CollectionSize& all = Size(id);
  if (all.files >= limits_.files) {
    return LimitError(fmt::format("a collection takes {} files at most", limits_.files),
                      "Those that were sent stay");
  }
  if (all.bytes + size > limits_.bytes) {
    return LimitError(fmt::format("a collection takes {} MiB at most", limits_.bytes >> 20),
                      "Those that were sent stay");
  }
  MAGENTA_RETURN_IF_ERROR(room_.Take(size));
  const std::string stored = fmt::format("{:04}{}", all.files + 1, EndingOf(bytes));
  const std::string path = FilesOf(id) + "/" + stored;
  absl::Status kept = WriteFile(path, bytes);
  if (kept.ok()) kept = Append(PathOf(id) + "/names.jsonl", NameLine(stored, ShownName(name)));
  if (!kept.ok()) {
    std::error_code ignored;
    fs::remove(path, ignored);
    room_.Recount();
    return kept;
  }
  ++all.files;
  all.bytes += size;
  return all;
}

absl::StatusOr<CollectionSize> Collections::SizeOf(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(Check(id));
  return Size(id);
}

absl::Status Collections::Remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(Check(id));
  sizes_.erase(id);
  std::error_code error;
  fs::remove_all(PathOf(id), error);
  room_.Recount();
  return error ? OutsideError(PathOf(id), error.message()) : absl::OkStatus();
}

std::string Collections::FilesOf(const std::string& id) const { return PathOf(id) + "/files"; }

absl::StatusOr<std::map<std::string, std::string>> Collections::NamesOf(const std::string& id) {
  const std::lock_guard lock(mutex_);
  MAGENTA_RETURN_IF_ERROR(Check(id));
  std::map<std::string, std::string> names;
  MAGENTA_ASSIGN_OR_RETURN(const auto stored, ListFiles(FilesOf(id), /*recursive=*/false));
  for (const std::string& file : stored) {
    if (file.find(kTemporaryMark) == std::string::npos) names[file] = file;
  }
  std::ifstream lines(PathOf(id) + "/names.jsonl", std::ios::binary);
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    // Not one that was cut off.
    if (!json.is_object() || !json.contains("file") || !json.contains("name")) continue;
    const auto found = names.find(json["file"]);
    if (found != names.end() && json["name"] != "") found->second = json["name"];
  }
  return names;
}

void Collections::RemoveOld(const std::set<std::string>& used) {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  const auto old = fs::file_time_type::clock::now() - kOld;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string id = entry->path().filename();
    std::error_code gone;
    if (!IsId(id) || used.contains(id)) continue;
    if (fs::last_write_time(entry->path() / "files", gone) > old || gone) continue;
    sizes_.erase(id);
    fs::remove_all(entry->path(), gone);
    room_.Recount();
  }
}

}  // namespace magenta
