#include "magenta/studio/jobs_route.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/studio/job_watchers.h"
#include "magenta/studio/jobs/job_queue.h"

namespace magenta {
namespace {

using nlohmann::json;

constexpr char kCollectionsPath[] = "/v1/collections", kJobsPath[] = "/v1/jobs";
constexpr int kTooLarge = 413;

/// The models of the studio, as jobs know them.
class ShelvedModels final : public JobModels {
 public:
  explicit ShelvedModels(ModelStore& store) : store_(store) {}

  absl::StatusOr<JobModel> Find(const std::string& id) override {
    MAGENTA_ASSIGN_OR_RETURN(const StudioModel model, store_.Find(id));
    if (model.file.empty() || model.model->spec->train != nullptr) {
      return UsageError(fmt::format("{} can't be taught here", model.name),
                        "GET /v1/models says which can");
    }
    return JobModel{model.name, model.model->spec->id, model.file};
  }
  absl::StatusOr<std::string> Add(const std::string& bundle_file,
                                  const std::string& name) override {
    MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(bundle_file, kMostModelBytes));
    MAGENTA_ASSIGN_OR_RETURN(const StudioModel model, store_.Add(name, bytes));
    return model.id;
  }

 private:
  ModelStore& store_;
};

JobQueueOptions QueueOptions(const StudioParts& parts, JobModels& models) {
  const StudioOptions& options = parts.options;
  JobQueueOptions queue;
  queue.studio_dir = options.studio_dir;
  queue.tools.magenta = options.magenta;
  queue.tools.magenta_train = options.magenta_train;
  queue.tools.train_remedy = options.train_remedy;
  queue.tools.models = &models;
  queue.tools.room = &parts.room;
  // One processor stays free for whoever plays.
  queue.tools.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
  queue.tools.nice = options.job_nice;
  queue.collections.file_bytes = options.max_file_bytes;
  return queue;
}

json SizeJson(const CollectionSize& size) { return {{"files", size.files}, {"bytes", size.bytes}}; }

/// A field of a request, where it has one.
template <typename Value>
absl::Status Take(const json& body, const char* name, bool (json::*is)() const noexcept,
                  const char* what, Value& value) {
  if (!body.contains(name) || body[name].is_null()) return absl::OkStatus();
  if (!(body[name].*is)()) return UsageError(fmt::format("{} is no {}", name, what));
  value = body[name].get<Value>();
  return absl::OkStatus();
}

absl::Status TakeOptions(const json& body, std::map<std::string, double>& options) {
  if (!body.contains("options") || body["options"].is_null()) return absl::OkStatus();
  if (!body["options"].is_object()) return UsageError("options is no object");
  for (const auto& [name, value] : body["options"].items()) {
    if (value.is_boolean()) {
      options[name] = value.get<bool>() ? 1 : 0;
    } else if (value.is_number()) {
      options[name] = value.get<double>();
    } else {
      return UsageError(fmt::format("options: {} is neither a number nor a boolean", name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<JobRequest> JobRequestOf(const std::string& text) {
  const json body = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) {
    return UsageError("the body is no JSON object",
                      "Send {\"kind\": \"dataset\" or \"train\", ...}");
  }
  JobRequest request;
  std::string kind;
  double steps = 0;
  MAGENTA_RETURN_IF_ERROR(Take(body, "kind", &json::is_string, "text", kind));
  MAGENTA_RETURN_IF_ERROR(Take(body, "model", &json::is_string, "text", request.model));
  MAGENTA_RETURN_IF_ERROR(Take(body, "name", &json::is_string, "text", request.name));
  MAGENTA_RETURN_IF_ERROR(Take(body, "collection", &json::is_string, "text", request.collection));
  MAGENTA_RETURN_IF_ERROR(Take(body, "dataset", &json::is_string, "text", request.dataset));
  MAGENTA_RETURN_IF_ERROR(Take(body, "minutes", &json::is_number, "number", request.minutes));
  MAGENTA_RETURN_IF_ERROR(Take(body, "steps", &json::is_number, "number", steps));
  MAGENTA_RETURN_IF_ERROR(TakeOptions(body, request.options));
  request.steps = static_cast<int64_t>(std::clamp(steps, -1.0, 1e9));
  if (kind != "dataset" && kind != "train") {
    return UsageError("kind is neither dataset nor train", "Say which of them");
  }
  request.kind = kind == "dataset" ? JobKind::kDataset : JobKind::kTrain;
  return request;
}

class JobsRoute final : public StudioRoute {
 public:
  explicit JobsRoute(const StudioParts& parts)
      : max_file_bytes_(parts.options.max_file_bytes),
        models_(parts.models),
        jobs_(QueueOptions(parts, models_)),
        watchers_(jobs_) {}

  bool Owns(const std::string& path) const override {
    return ResourceOf(path, kCollectionsPath).has_value() ||
           ResourceOf(path, kJobsPath).has_value();
  }
  int64_t MaxBodyBytes(const std::string& path) const override {
    const auto collection = ResourceOf(path, kCollectionsPath);
    return collection && collection->rest == "files" ? max_file_bytes_ : 0;
  }
  void Answer(StudioRequest request) override {
    if (const auto collection = ResourceOf(request.target.path, kCollectionsPath)) {
      return AnswerCollections(request, *collection);
    }
    AnswerJobs(request, *ResourceOf(request.target.path, kJobsPath));
  }
  void Stop() override {
    watchers_.Stop();
    jobs_.Stop();
  }
  std::string Paths() const override;

 private:
  void AnswerCollections(StudioRequest& request, const ResourcePath& path);
  void AnswerJobs(StudioRequest& request, const ResourcePath& path);
  void AddFile(StudioRequest& request, Collections& collections, const std::string& id);
  void SendTune(const StudioRequest& request, const ResourcePath& path);

  static void Tell(const StudioRequest& request, const absl::StatusOr<StudioJob>& job) {
    if (!job.ok()) return request.SendFailure(job.status());
    request.SendJson(JobJson(*job));
  }

  const int64_t max_file_bytes_;
  ShelvedModels models_;
  JobQueue jobs_;
  JobWatchers watchers_;
};

void JobsRoute::AnswerCollections(StudioRequest& request, const ResourcePath& path) {
  if (path.id.empty()) {
    if (!request.Takes({"POST"})) return;
    const auto id = jobs_.NewCollection();
    if (!id.ok()) return request.SendFailure(id.status());
    return request.SendJson(JsonText({{"id", *id}}));
  }
  const auto collections = jobs_.Files();
  if (!collections.ok()) return request.SendFailure(collections.status());
  Collections& files = **collections;
  if (path.rest == "files" && path.verb.empty()) {
    if (request.Takes({"POST"})) AddFile(request, files, path.id);
    return;
  }
  if (!path.rest.empty() || !path.verb.empty()) return request.SendNotFound();
  if (!request.Takes({"GET", "DELETE"})) return;
  if (request.http.method == "DELETE") {
    const absl::Status removed = files.Remove(path.id);
    return removed.ok() ? request.SendJson("{}") : request.SendFailure(removed);
  }
  const auto size = files.SizeOf(path.id);
  if (!size.ok()) return request.SendFailure(size.status());
  json told = SizeJson(*size);
  told["id"] = path.id;
  request.SendJson(JsonText(told));
}

void JobsRoute::AddFile(StudioRequest& request, Collections& collections, const std::string& id) {
  const auto name = request.target.query.find("name");
  const auto size = collections.Add(id, name == request.target.query.end() ? "" : name->second,
                                    std::exchange(request.http.body, {}));
  if (size.ok()) return request.SendJson(JsonText(SizeJson(*size)));
  if (absl::IsResourceExhausted(size.status())) return request.SendError(size.status(), kTooLarge);
  request.SendFailure(size.status());
}

void JobsRoute::AnswerJobs(StudioRequest& request, const ResourcePath& path) {
  if (path.id.empty()) {
    if (!request.Takes({"GET", "POST"})) return;
    if (request.http.method == "POST") {
      const auto asked = JobRequestOf(request.http.body);
      return asked.ok() ? Tell(request, jobs_.Create(*asked)) : request.SendFailure(asked.status());
    }
    const auto jobs = jobs_.List();
    if (!jobs.ok()) return request.SendFailure(jobs.status());
    std::string list;
    for (const StudioJob& job : *jobs) list += (list.empty() ? "" : ",") + JobJson(job);
    return request.SendJson("{\"jobs\":[" + list + "]}");
  }
  if (path.rest.starts_with("tunes/") && path.verb.empty()) {
    if (request.Takes({"GET"})) SendTune(request, path);
    return;
  }
  if (!path.rest.empty()) return request.SendNotFound();
  if (path.verb == "events") {
    if (!request.Takes({"GET"})) return;
    const auto job = jobs_.Find(path.id);
    if (!job.ok()) return request.SendFailure(job.status());
    const absl::Status added = watchers_.Add(path.id, request.reply, request.ticket);
    return added.ok() ? void() : request.SendError(added);
  }
  if (path.verb == "stop" || path.verb == "resume") {
    if (!request.Takes({"POST"})) return;
    return Tell(request, path.verb == "stop" ? jobs_.StopJob(path.id) : jobs_.Resume(path.id));
  }
  if (!path.verb.empty()) return request.SendNotFound();
  if (!request.Takes({"GET", "DELETE"})) return;
  if (request.http.method == "GET" || request.http.method == "HEAD") {
    return Tell(request, jobs_.Find(path.id));
  }
  const absl::Status removed = jobs_.Remove(path.id);
  removed.ok() ? request.SendJson("{}") : request.SendFailure(removed);
}

void JobsRoute::SendTune(const StudioRequest& request, const ResourcePath& path) {
  const std::string text = path.rest.substr(path.rest.find('/') + 1);
  int64_t step = -1;
  const char* end = text.data() + text.size();
  if (text.empty() || std::from_chars(text.data(), end, step).ptr != end || step < 0) {
    return request.SendNotFound();
  }
  auto tune = jobs_.Tune(path.id, step);
  tune.ok() ? request.SendJson(*std::move(tune)) : request.SendFailure(tune.status());
}

std::string JobsRoute::Paths() const {
  return R"json({
"/v1/collections": {"post": {"summary": "Begins a collection of files to learn from", "responses": {"200": {"description": "{id}"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/collections/{id}": {
  "get": {"summary": "How many files it has", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "{id, files, bytes}"}, "default": {"$ref": "#/components/responses/Error"}}},
  "delete": {"summary": "Removes it with its files", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "It is gone"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/collections/{id}/files": {"post": {"summary": "Adds a file, whose bytes are the body: 2000 at most, 16 MiB each, 256 MiB in all (413); 507 where the studio's folder is full", "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "name", "in": "query", "schema": {"type": "string"}, "description": "What it is called in reports"}], "requestBody": {"required": true, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}, "responses": {"200": {"description": "{files, bytes} of the collection"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/jobs": {
  "get": {"summary": "All jobs, the oldest first", "responses": {"200": {"description": "{jobs: [Job]}"}, "default": {"$ref": "#/components/responses/Error"}}},
  "post": {"summary": "Makes a data set of a collection, or teaches a model by one. One job runs, others wait", "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["kind", "model"], "properties": {"kind": {"type": "string", "enum": ["dataset", "train"]}, "model": {"type": "string", "description": "The generator that it is for, or that it begins from"}, "collection": {"type": "string"}, "options": {"type": "object", "description": "Of magenta dataset: {\"min_bars\": 3}"}, "dataset": {"type": "string", "description": "A dataset job that is done"}, "name": {"type": "string"}, "minutes": {"type": "number"}, "steps": {"type": "integer"}}}}}}, "responses": {"200": {"description": "The job"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/jobs/{id}": {
  "get": {"summary": "A job: {id, kind, name, model, state, progress, etaSeconds, createdAt, error, report, curves, step, steps, checkpoints, result, ...}", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "The job"}, "default": {"$ref": "#/components/responses/Error"}}},
  "delete": {"summary": "Stops it and removes what it wrote; a model that came of it stays", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "It is gone"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/jobs/{id}:events": {"get": {"summary": "Server-sent events: job (the whole job, at once and after each change, four a second at most), then end", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "The stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/jobs/{id}:stop": {"post": {"summary": "Asks it to stop; a training saves what it has learned", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "The job"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/jobs/{id}:resume": {"post": {"summary": "A job that was stopped or has failed goes on from where it was", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "The job"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/jobs/{id}/tunes/{step}": {"get": {"summary": "A tune of eight bars by the checkpoint of a training at that step, the same each time", "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "step", "in": "path", "required": true, "schema": {"type": "integer"}}], "responses": {"200": {"description": "A NoteSequence", "content": {"application/json": {"schema": {"type": "object"}}}}, "default": {"$ref": "#/components/responses/Error"}}}}
})json";
}

}  // namespace

std::unique_ptr<StudioRoute> NewJobsRoute(const StudioParts& parts) {
  return std::make_unique<JobsRoute>(parts);
}

}  // namespace magenta
