#pragma once
// What the studio's page needs of a server beside the generators: a table of routes, each a file of
// this room. docs/server.md describes them.

#include <memory>
#include <string>
#include <vector>

#include "magenta/serve/http_api.h"
#include "magenta/studio/model_store.h"
#include "magenta/studio/studio_options.h"
#include "magenta/studio/studio_route.h"
#include "magenta/studio/work_queue.h"

namespace magenta {

/// Thread-safe.
class StudioRoutes final : public HttpRoutes {
 public:
  /// `service` outlives it.
  StudioRoutes(StudioOptions options, GeneratorService& service);
  /// Stop()s.
  ~StudioRoutes() override { Stop(); }
  StudioRoutes(const StudioRoutes&) = delete;
  StudioRoutes& operator=(const StudioRoutes&) = delete;

  bool IsOpen(const std::string& target) const override;
  int64_t MaxBodyBytes(const std::string& target) const override;
  /// Answers come from the work queue: 429 where too many wait for it.
  bool Handle(HttpRequest& request, const std::shared_ptr<HttpReply>& reply,
              const std::shared_ptr<Ticket>& ticket) override;
  std::string Paths() const override;

  /// Makes generators of the models that are kept: once, before anybody asks. What can't be: an
  /// error a file, about it.
  std::vector<absl::Status> LoadModels() { return models_.Load(); }

  /// Ends the routes' streams and programs, and answers what was asked. Before the HTTP server is
  /// drained; not from two threads.
  void Stop();

 private:
  StudioRoute* Find(const std::string& path) const;

  const StudioOptions options_;
  DiskRoom room_;
  ModelStore models_;
  WorkQueue queue_;
  std::vector<std::unique_ptr<StudioRoute>> routes_;
};

}  // namespace magenta
