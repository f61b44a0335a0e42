#pragma once
// One group of the studio's paths. To add one: a file of its own with a class like this and its
// New...Route(), and a line in StudioRoutes' constructor.

#include <initializer_list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "magenta/serve/generator_service.h"
#include "magenta/serve/http_api.h"
#include "magenta/studio/jobs/disk_room.h"
#include "magenta/studio/model_store.h"
#include "magenta/studio/studio_options.h"
#include "magenta/studio/work_queue.h"

namespace magenta {

/// What routes are made of: a route copies it, and what it refers to outlives the route.
struct StudioParts {
  const StudioOptions& options;
  GeneratorService& service;
  WorkQueue& queue;
  ModelStore& models;
  DiskRoom& room;  // of options.studio_dir
};

/// `json` in one line; what is no UTF-8 is replaced.
std::string JsonText(const nlohmann::json& json);

/// A request, and where its answer goes: once, now or later.
struct StudioRequest {
  HttpRequest http;
  /// http.target in its parts, escapes undone.
  HttpTarget target;
  std::shared_ptr<HttpReply> reply;
  /// Cancelled when the client goes.
  std::shared_ptr<Ticket> ticket;

  void Send(HttpResponse response) const { reply->Send(std::move(response)); }
  void SendError(const absl::Status& status, int http_status = 0) const {
    reply->Send(ErrorResponse(status, http_status));
  }
  /// An error of what is kept here: of the disk, or of the room that there is (kUnavailable, about
  /// a file), 507: they last; of a program that is not built (kUnimplemented) 501.
  void SendFailure(const absl::Status& status) const;
  /// There is nothing at the path.
  void SendNotFound() const;
  /// `json` is the text of a JSON value.
  void SendJson(std::string json, int http_status = 200) const;
  /// Whether the method is one of `methods` (a HEAD is a GET whose body the server drops); else it
  /// is answered 405.
  bool Takes(std::initializer_list<std::string_view> methods) const;
};

/// Thread-safe.
class StudioRoute {
 public:
  virtual ~StudioRoute() = default;
  /// Whether `path` (escapes undone, no query) is one of its own.
  virtual bool Owns(const std::string& path) const = 0;
  /// Whether GET needs no token.
  virtual bool IsOpen() const { return false; }
  /// Bytes of a body to `path`; 0: as many as the server takes elsewhere.
  virtual int64_t MaxBodyBytes(const std::string& /*path*/) const { return 0; }
  /// Answers a request to a path of its own. On a thread of the work queue, so it may take a while,
  /// but many that take long keep others waiting.
  virtual void Answer(StudioRequest request) = 0;
  /// Its paths in OpenAPI: the text of a JSON object {"/path": {...}}, whose schemas, parameters
  /// and responses may be those of serve/openapi.cc.
  virtual std::string Paths() const { return "{}"; }
  /// The server ends: streams must end, programs be stopped. Requests that wait are answered still.
  virtual void Stop() {}
};

/// "/v1/jobs/ID:VERB" or "/v1/jobs/ID/REST" in parts.
struct ResourcePath {
  std::string id;    // "" for the folder itself
  std::string verb;  // "" without one
  std::string rest;  // behind the id's slash
};

/// `path` below `folder` ("/v1/jobs"); nullopt: it lies elsewhere. Nothing is checked of an id but
/// that it has no '/' and no ':'.
std::optional<ResourcePath> ResourceOf(std::string_view path, std::string_view folder);

}  // namespace magenta
