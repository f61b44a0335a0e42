#include "magenta/studio/studio_route.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr int kNotBuilt = 501, kInsufficientStorage = 507;

}  // namespace

std::string JsonText(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void StudioRequest::SendFailure(const absl::Status& status) const {
  const bool is_storage = absl::IsUnavailable(status) && !ErrorFile(status).empty();
  SendError(status, is_storage                      ? kInsufficientStorage
                    : absl::IsUnimplemented(status) ? kNotBuilt
                                                    : 0);
}

void StudioRequest::SendNotFound() const {
  SendError(MissingInputError("", "there is nothing at " + HeaderText(target.path),
                              "GET /openapi.json lists what is"));
}

void StudioRequest::SendJson(std::string json, int http_status) const {
  HttpResponse response;
  response.status = http_status;
  response.body = std::move(json);
  if (!response.body.ends_with('\n')) response.body += '\n';
  response.headers.emplace_back("Cache-Control", "no-store");
  reply->Send(std::move(response));
}

bool StudioRequest::Takes(std::initializer_list<std::string_view> methods) const {
  const std::string_view method = http.method == "HEAD" ? "GET" : std::string_view(http.method);
  if (std::find(methods.begin(), methods.end(), method) != methods.end()) return true;
  std::string list;
  for (const std::string_view name : methods) {
    list += list.empty() ? "" : ", ";
    list += name;
  }
  HttpResponse response = ErrorResponse(absl::UnimplementedError("this takes " + list));
  response.headers.emplace_back("Allow", list);
  reply->Send(std::move(response));
  return false;
}

std::optional<ResourcePath> ResourceOf(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (path.empty()) return ResourcePath();
  if (path[0] != '/' || path.size() == 1) return std::nullopt;
  path.remove_prefix(1);
  ResourcePath resource;
  const size_t end = std::min(path.find_first_of("/:"), path.size());
  resource.id = path.substr(0, end);
  if (resource.id.empty()) return std::nullopt;
  if (end == path.size()) return resource;
  (path[end] == '/' ? resource.rest : resource.verb) = path.substr(end + 1);
  return resource;
}

}  // namespace magenta
