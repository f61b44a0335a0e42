#include "magenta/studio/models_route.h"

#include <fmt/core.h>

#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "magenta/studio/model_store.h"

namespace magenta {
namespace {

constexpr char kModels[] = "/v1/models";
constexpr std::string_view kBundleEnding = ".mag";

/// "attachment", by the name that people know the model by, and by its id for old clients.
std::string DispositionOf(const StudioModel& model) {
  std::string name;  // as RFC 8187 writes it
  for (const char c : model.name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.';
    name += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return fmt::format("attachment; filename=\"{0}{2}\"; filename*=UTF-8''{1}{2}", model.id, name,
                     kBundleEnding);
}

class ModelsRoute final : public StudioRoute {
 public:
  explicit ModelsRoute(const StudioParts& parts) : options_(parts.options), models_(parts.models) {}

  bool Owns(const std::string& path) const override {
    return ResourceOf(path, kModels).has_value();
  }
  int64_t MaxBodyBytes(const std::string& path) const override {
    return path == kModels ? kMostModelBytes : 0;
  }

  void Answer(StudioRequest request) override {
    const ResourcePath path = *ResourceOf(request.target.path, kModels);
    if (path.id.empty()) {
      if (!request.Takes({"GET", "POST"})) return;
      return request.http.method == "POST" ? Add(request) : List(request);
    }
    if (path.verb == "rename") {
      if (request.Takes({"POST"})) Tell(request, models_.Rename(path.id, NameOf(request)));
      return;
    }
    if (!path.verb.empty() || !path.rest.empty()) {
      return request.SendNotFound();
    }
    if (path.id.ends_with(kBundleEnding)) {
      if (request.Takes({"GET"})) {
        SendBundle(request, path.id.substr(0, path.id.size() - kBundleEnding.size()));
      }
      return;
    }
    if (!request.Takes({"GET", "DELETE"})) return;
    if (request.http.method != "DELETE") return Tell(request, models_.Find(path.id));
    const absl::Status removed = models_.Remove(path.id);
    if (!removed.ok()) return request.SendFailure(removed);
    request.SendJson("{}");
  }

  std::string Paths() const override {
    return R"json({
"/v1/models": {
  "get": {"summary": "The generators as the studio shows them, with their cards, and whether they can be taught here", "responses": {"200": {"description": "{models: [Model], train: {available, remedy}}", "content": {"application/json": {"schema": {"type": "object", "properties": {"models": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "kind": {"type": "string"}, "description": {"type": "string"}, "card": {"type": "string", "description": "Markdown"}, "origin": {"type": "string", "enum": ["bundled", "studio"]}, "canRemove": {"type": "boolean"}, "canTeach": {"type": "boolean"}, "bytes": {"type": "integer"}, "config": {"type": "string"}}}}, "train": {"type": "object", "properties": {"available": {"type": "boolean"}, "remedy": {"type": "string"}}}}}}}}, "default": {"$ref": "#/components/responses/Error"}}},
  "post": {"summary": "Keeps a model, and makes a generator of it", "parameters": [{"name": "name", "in": "query", "schema": {"type": "string"}, "description": "What people call it; its id is made of it"}], "requestBody": {"required": true, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "A bundle (.mag)"}}}}, "responses": {"200": {"description": "The model, as in the list"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/models/{id}": {
  "get": {"summary": "One of them", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "The model"}, "default": {"$ref": "#/components/responses/Error"}}},
  "delete": {"summary": "Removes one that was brought or taught here; requests in progress end with it", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "It is gone"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/models/{id}:rename": {"post": {"summary": "Gives such a model another name; its id stays", "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "name", "in": "query", "required": true, "schema": {"type": "string"}}], "responses": {"200": {"description": "The model"}, "default": {"$ref": "#/components/responses/Error"}}}},
"/v1/models/{id}.mag": {"get": {"summary": "Its bundle, the card headed by its name", "parameters": [{"$ref": "#/components/parameters/id"}], "responses": {"200": {"description": "The file", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}, "default": {"$ref": "#/components/responses/Error"}}}}
})json";
  }

 private:
  static std::string NameOf(const StudioRequest& request) {
    const auto name = request.target.query.find("name");
    return name == request.target.query.end() ? "" : name->second;
  }

  static nlohmann::json JsonOf(const StudioModel& shown) {
    const Model& model = *shown.model;
    std::error_code error;
    const auto bytes = shown.file.empty() ? 0 : std::filesystem::file_size(shown.file, error);
    return {{"id", shown.id},
            {"name", shown.name},
            {"kind", std::string(model.spec->kind->names().one)},
            {"description",
             model.bundle_description.empty() ? model.description : model.bundle_description},
            {"card", model.card},
            {"origin", shown.is_kept ? "studio" : "bundled"},
            {"canRemove", shown.is_kept},
            // What trains itself does so in one go, from nothing.
            {"canTeach", model.spec->train == nullptr && !shown.file.empty()},
            {"bytes", error ? 0 : bytes},
            {"config", model.spec->id}};
  }

  static void Tell(const StudioRequest& request, const absl::StatusOr<StudioModel>& model) {
    if (!model.ok()) return request.SendFailure(model.status());
    request.SendJson(JsonText(JsonOf(*model)));
  }

  void List(const StudioRequest& request) const {
    nlohmann::json list = nlohmann::json::array();
    for (const StudioModel& model : models_.List()) list.push_back(JsonOf(model));
    const bool available = !options_.magenta_train.empty();
    nlohmann::json train = {{"available", available}};
    if (!available) train["remedy"] = "magenta-train is not here. " + options_.train_remedy;
    request.SendJson(JsonText({{"models", list}, {"train", train}}));
  }

  void Add(StudioRequest& request) const {
    Tell(request, models_.Add(NameOf(request), std::exchange(request.http.body, {})));
  }

  void SendBundle(const StudioRequest& request, const std::string& id) const {
    const auto model = models_.Find(id);
    if (!model.ok()) return request.SendError(model.status());
    auto bytes = ModelStore::BundleOf(*model);
    if (!bytes.ok()) return request.SendError(bytes.status());
    HttpResponse response;
    response.content_type = "application/octet-stream";
    response.headers = {{"Content-Disposition", DispositionOf(*model)},
                        {"Cache-Control", "no-store"}};
    response.body = *std::move(bytes);
    request.Send(std::move(response));
  }

  const StudioOptions& options_;
  ModelStore& models_;
};

}  // namespace

std::unique_ptr<StudioRoute> NewModelsRoute(const StudioParts& parts) {
  return std::make_unique<ModelsRoute>(parts);
}

}  // namespace magenta
