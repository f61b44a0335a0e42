#include "magenta/studio/jobs/studio_job.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"

namespace magenta {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kKindNames = {"dataset", "train"};
constexpr std::array kStateNames = {"waiting", "running", "stopped", "done", "failed"};
constexpr size_t kMostCurvePoints = 400;
constexpr size_t kIdDigits = 12;
constexpr size_t kMostNameCharacters = 80, kMostShownBytes = 200;

std::string OneLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A number that has no fraction as one.
Json NumberJson(double value) {
  const auto whole = static_cast<int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

Json RemedyJson(const DiscardRemedy& remedy) {
  const Json value = remedy.is_bool ? Json(true) : NumberJson(remedy.value);
  return {{"text", remedy.text}, {"option", remedy.option}, {"value", value}};
}

Json ReportJson(const DatasetReport& report) {
  Json json = {{"files", report.files},       {"kept", report.kept},
               {"examples", report.examples}, {"heldOut", report.held_out},
               {"discarded", Json::array()},  {"leftOut", Json::array()}};
  for (const DiscardedFiles& files : report.discarded) {
    json["discarded"].push_back({{"reason", files.reason},
                                 {"count", files.count},
                                 {"text", files.text},
                                 {"remedy", files.remedy ? RemedyJson(*files.remedy) : Json()}});
  }
  for (const LeftOutFile& file : report.left_out) {
    json["leftOut"].push_back({{"file", file.file}, {"why", file.why}});
  }
  return json;
}

DatasetReport ReportOf(const Json& json) {
  DatasetReport report;
  report.files = json.at("files");
  report.kept = json.at("kept");
  report.examples = json.at("examples");
  report.held_out = json.at("heldOut");
  for (const Json& files : json.at("discarded")) {
    DiscardedFiles& one = report.discarded.emplace_back();
    one.reason = files.at("reason");
    one.count = files.at("count");
    one.text = files.at("text");
    if (files.at("remedy").is_null()) continue;
    const Json& remedy = files.at("remedy");
    const bool is_bool = remedy.at("value").is_boolean();
    one.remedy = {remedy.at("text"), remedy.at("option"),
                  is_bool ? 1.0 : remedy.at("value").get<double>(), is_bool};
  }
  for (const Json& file : json.at("leftOut")) {
    report.left_out.push_back({file.at("file"), file.at("why")});
  }
  return report;
}

Json PointsJson(const std::vector<CurvePoint>& points) {
  Json json = Json::array();
  for (const auto& [step, loss] : points) json.push_back(Json::array({step, loss}));
  return json;
}

std::vector<CurvePoint> PointsOf(const Json& json) {
  std::vector<CurvePoint> points;
  for (const Json& point : json) points.emplace_back(point.at(0), point.at(1));
  return points;
}

template <typename Value>
Json OrNull(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json ToldJson(const StudioJob& job) {
  Json json;
  json["id"] = job.id;
  json["kind"] = JobKindName(job.kind);
  json["name"] = job.name;
  json["model"] = job.model;
  json["state"] = JobStateName(job.state);
  json["progress"] = job.progress;
  json["etaSeconds"] = OrNull(job.eta_seconds);
  json["createdAt"] = job.created_at;
  json["error"] = job.error_message.empty()
                      ? Json()
                      : Json{{"message", job.error_message}, {"remedy", job.error_remedy}};
  json["report"] = job.report ? ReportJson(*job.report) : Json();
  json["curves"] = {{"training", PointsJson(job.curves.training)},
                    {"heldOut", PointsJson(job.curves.held_out)},
                    {"before", OrNull(job.curves.before)}};
  json["step"] = job.step;
  json["steps"] = job.steps;
  json["checkpoints"] = job.checkpoints;
  json["result"] = job.result.empty() ? Json() : Json(job.result);
  json["collection"] = job.collection.empty() ? Json() : Json(job.collection);
  json["dataset"] = job.dataset.empty() ? Json() : Json(job.dataset);
  json["options"] = Json::object();
  for (const auto& [name, value] : job.options) json["options"][name] = NumberJson(value);
  return json;
}

template <size_t size>
absl::StatusOr<size_t> PlaceIn(const std::array<const char*, size>& names,
                               const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return InputError("", fmt::format("\"{}\" is no kind or state", name));
  return static_cast<size_t>(found - names.begin());
}

absl::StatusOr<StudioJob> JobOf(const Json& json) {
  StudioJob job;
  job.id = json.at("id");
  if (!IsId(job.id)) return InputError("", "its id is none");
  MAGENTA_ASSIGN_OR_RETURN(const size_t kind, PlaceIn(kKindNames, json.at("kind")));
  MAGENTA_ASSIGN_OR_RETURN(const size_t state, PlaceIn(kStateNames, json.at("state")));
  job.kind = static_cast<JobKind>(kind);
  job.state = static_cast<JobState>(state);
  job.name = json.at("name");
  job.model = json.at("model");
  job.config = json.at("config");
  job.progress = json.at("progress");
  job.created_at = json.at("createdAt");
  if (!json.at("error").is_null()) {
    job.error_message = json.at("error").at("message");
    job.error_remedy = json.at("error").at("remedy");
  }
  if (!json.at("report").is_null()) job.report = ReportOf(json.at("report"));
  const Json& curves = json.at("curves");
  job.curves.training = PointsOf(curves.at("training"));
  job.curves.held_out = PointsOf(curves.at("heldOut"));
  if (!curves.at("before").is_null()) job.curves.before = curves.at("before").get<double>();
  job.step = json.at("step");
  job.steps = json.at("steps");
  job.checkpoints = json.at("checkpoints").get<std::vector<int64_t>>();
  const auto text = [&](const char* name) {
    return json.at(name).is_null() ? std::string() : json.at(name).get<std::string>();
  };
  job.result = text("result");
  job.collection = text("collection");
  job.dataset = text("dataset");
  for (const auto& [name, value] : json.at("options").items()) job.options[name] = value;
  job.minutes = json.at("minutes");
  job.learning_rate = json.at("learningRate");
  return job;
}

}  // namespace

void TrainingCurves::AddTraining(int64_t step, double loss) {
  // A run that was broken off does some steps again.
  while (!training.empty() && training.back().first >= step) training.pop_back();
  training.emplace_back(step, loss);
  if (training.size() <= kMostCurvePoints) return;
  size_t kept = 0;
  for (size_t i = 0; i < training.size(); i += 2) training[kept++] = training[i];
  training.resize(kept);
}

void TrainingCurves::AddHeldOut(int64_t step, double loss) {
  while (!held_out.empty() && held_out.back().first >= step) held_out.pop_back();
  held_out.emplace_back(step, loss);
}

std::optional<CurvePoint> TrainingCurves::Best() const {
  const auto best =
      std::min_element(held_out.begin(), held_out.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == held_out.end() ? std::nullopt : std::optional(*best);
}

const char* JobKindName(JobKind kind) { return kKindNames.at(static_cast<size_t>(kind)); }
const char* JobStateName(JobState state) { return kStateNames.at(static_cast<size_t>(state)); }

bool IsPending(const StudioJob& job) {
  return job.state == JobState::kWaiting || job.state == JobState::kRunning;
}

std::string JobJson(const StudioJob& job) { return OneLine(ToldJson(job)); }

std::string JobFileText(const StudioJob& job) {
  Json json = ToldJson(job);
  json["config"] = job.config;
  json["minutes"] = job.minutes;
  json["learningRate"] = job.learning_rate;
  return OneLine(json) + "\n";
}

absl::StatusOr<StudioJob> ParseJobFile(const std::string& text) {
  try {
    return JobOf(Json::parse(text));
  } catch (const Json::exception& error) {
    return InputError("", fmt::format("it is no job: {}", error.what()));
  }
}

std::string ShownName(const std::string& name) {
  std::string shown, utf8 = ToUtf8(name);
  size_t characters = 0;
  for (const char byte : utf8) {
    const auto code = static_cast<unsigned char>(byte);
    const bool begins = (code & 0xc0) != 0x80;
    if (begins && shown.size() + 4 > kMostShownBytes) break;
    if (begins && ++characters > kMostNameCharacters) break;
    const bool blank = code <= ' ' || code == 0x7f;
    if (blank && (shown.empty() || shown.back() == ' ')) {
      if (!shown.empty()) continue;
      --characters;
      continue;
    }
    shown += blank ? ' ' : byte;
  }
  while (!shown.empty() && shown.back() == ' ') shown.pop_back();
  return shown;
}

std::string IsoNow() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), milliseconds);
}

std::string NewId() {
  std::random_device chance;
  return fmt::format("{:08x}{:08x}", chance(), chance()).substr(0, kIdDigits);
}

bool IsId(const std::string& id) {
  return id.size() == kIdDigits && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace magenta
