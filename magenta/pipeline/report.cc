#include "magenta/pipeline/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"

namespace magenta {
namespace {

using Json = nlohmann::ordered_json;

/// One line; should bytes be no UTF-8 after all, they become U+FFFD.
std::string DumpLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json TrackJson(const TrackReport& track) {
  Json json;
  json["track"] = track.name;
  json["part"] = track.part;
  json["instrument"] = track.instrument;
  json["start_step"] = track.start_step;
  json["kept"] = track.kept;
  json["reason"] = track.outcome;
  json["detail"] = track.reason;
  json["flag"] = track.flag;
  return json;
}

Json OutcomeJson(const FileOutcome& outcome) {
  Json json;
  json["file"] = ToUtf8(outcome.file);  // names may be any bytes
  json["kept"] = outcome.outputs > 0;
  json["outputs"] = outcome.outputs;
  json["reason"] = outcome.reason;
  json["detail"] = outcome.detail;
  json["flag"] = outcome.flag;
  json["tracks"] = Json::array();
  for (const TrackReport& track : outcome.tracks) json["tracks"].push_back(TrackJson(track));
  if (!outcome.warnings.empty()) json["warnings"] = outcome.warnings;
  return json;
}

}  // namespace

std::string OutcomeText(const FileOutcome& outcome) { return DumpLine(OutcomeJson(outcome)); }

absl::StatusOr<ReportWriter> ReportWriter::Create(const std::string& path) {
  if (path.empty()) return ReportWriter(std::nullopt);
  MAGENTA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  MAGENTA_RETURN_IF_ERROR(file.Write("{\"files\": ["));
  return ReportWriter(std::move(file));
}

void ReportWriter::Count(const std::string& reason, const std::string& file,
                         const std::string& detail, const std::string& flag) {
  ReasonCount& entry = reasons_[reason];
  if (entry.count++ == 0) entry = {1, file, detail, flag};
}

absl::Status ReportWriter::Add(const FileOutcome& outcome) {
  for (const TrackReport& track : outcome.tracks) {
    Count(track.outcome, outcome.file, track.reason, track.flag);
  }
  if (outcome.tracks.empty()) Count(outcome.reason, outcome.file, outcome.detail, outcome.flag);
  if (!file_.has_value()) return absl::OkStatus();
  const char* separator = std::exchange(first_, false) ? "\n" : ",\n";
  return file_->Write(separator + OutcomeText(outcome));
}

absl::Status ReportWriter::Commit() {
  if (!file_.has_value()) return absl::OkStatus();
  const Json counts = CountsOf(reasons_);
  MAGENTA_RETURN_IF_ERROR(file_->Write("\n],\n\"counts\": " + DumpLine(counts) + "}\n"));
  return file_->Commit();
}

bool IsSamePath(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code error;
  return a == b || fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
}

std::map<std::string, int64_t> CountsOf(const std::map<std::string, ReasonCount>& reasons) {
  std::map<std::string, int64_t> counts;
  for (const auto& [reason, entry] : reasons) counts[reason] = entry.count;
  return counts;
}

bool NothingReadable(const std::map<std::string, ReasonCount>& reasons) {
  return !reasons.empty() && std::all_of(reasons.begin(), reasons.end(), [](const auto& reason) {
    return reason.first.starts_with("unreadable") || reason.first == kOverLimit;
  });
}

std::string ReasonTable(const std::map<std::string, ReasonCount>& reasons) {
  std::vector<std::pair<std::string, ReasonCount>> rows(reasons.begin(), reasons.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.first.size());
  std::string table;
  for (const auto& [reason, entry] : rows) {
    if (!table.empty()) table += '\n';
    table += fmt::format("{:>8}  {:<{}}", entry.count, reason, width);
    if (!entry.detail.empty()) table += fmt::format("  {}: {}", entry.example, entry.detail);
    if (!entry.flag.empty()) table += fmt::format(" ({} keeps it)", entry.flag);
    while (table.back() == ' ') table.pop_back();
  }
  return table;
}

}  // namespace magenta
