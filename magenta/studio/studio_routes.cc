#include "magenta/studio/studio_routes.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "magenta/studio/convert_route.h"
#include "magenta/studio/jobs_route.h"
#include "magenta/studio/models_route.h"
#include "magenta/studio/page_route.h"
#include "magenta/studio/score_route.h"
#include "magenta/studio/sound_font_route.h"

namespace magenta {

StudioRoutes::StudioRoutes(StudioOptions options, GeneratorService& service)
    : options_(std::move(options)),
      room_(options_.studio_dir, options_.most_bytes),
      models_(options_, service, room_),
      queue_(options_.threads, options_.max_waiting) {
  const StudioParts parts{options_, service, queue_, models_, room_};
  routes_.push_back(NewPageRoute(parts));
  routes_.push_back(NewSoundFontRoute(parts));
  routes_.push_back(NewConvertRoute(parts));
  routes_.push_back(NewScoreRoute(parts));
  routes_.push_back(NewModelsRoute(parts));
  routes_.push_back(NewJobsRoute(parts));
}

StudioRoute* StudioRoutes::Find(const std::string& path) const {
  for (const auto& route : routes_) {
    if (route->Owns(path)) return route.get();
  }
  return nullptr;
}

bool StudioRoutes::IsOpen(const std::string& target) const {
  const StudioRoute* route = Find(HttpTarget(target).path);
  return route != nullptr && route->IsOpen();
}

int64_t StudioRoutes::MaxBodyBytes(const std::string& target) const {
  const HttpTarget parts(target);
  const StudioRoute* route = Find(parts.path);
  return route == nullptr ? 0 : route->MaxBodyBytes(parts.path);
}

bool StudioRoutes::Handle(HttpRequest& request, const std::shared_ptr<HttpReply>& reply,
                          const std::shared_ptr<Ticket>& ticket) {
  HttpTarget target(request.target);
  StudioRoute* route = Find(target.path);
  if (route == nullptr) return false;
  const auto shared = std::make_shared<StudioRequest>(
      StudioRequest{std::move(request), std::move(target), reply, ticket});
  const absl::Status added = queue_.Add([route, shared] {
    if (shared->ticket->cancelled()) return;  // its client has gone
    route->Answer(std::move(*shared));
  });
  if (!added.ok()) reply->Send(ErrorResponse(added));
  return true;
}

std::string StudioRoutes::Paths() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const auto& route : routes_) {
    all.update(nlohmann::ordered_json::parse(route->Paths()));
  }
  return all.dump();
}

void StudioRoutes::Stop() {
  for (const auto& route : routes_) route->Stop();
  queue_.Stop();
}

}  // namespace magenta
