#pragma once
// A server with the studio's routes, without sockets.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "magenta/generate/random_model.h"
#include "magenta/serve/generator_service.h"
#include "magenta/serve/http_api.h"
#include "magenta/studio/studio_routes.h"

namespace magenta::testing {

/// Keeps what is said: one answer, or a stream's events, a line each.
class KeptAnswer final : public HttpReply {
 public:
  void Send(HttpResponse response) override { said.set_value(std::move(response)); }
  void BeginStream() override {}
  void Event(const std::string& name, const std::string& data) override {
    events += name + " " + data + "\n";
  }
  void EndStream() override {
    HttpResponse response;
    response.body = events;
    said.set_value(std::move(response));
  }

  std::promise<HttpResponse> said;
  std::string events;
};

/// What a request says beside its method, target and body.
struct AskOptions {
  std::string content_type = "";
  std::string accept = "";
  std::string accept_encoding = "";
  std::string if_none_match = "";
};

/// A server of one small model whose studio is kept in a folder of the test's.
class StudioServer {
 public:
  /// `options.studio_dir` "" becomes a folder of its own, which goes with it.
  explicit StudioServer(StudioOptions options = {}, ServeOptions serve_options = {})
      : service_({RandomModel("basic_rnn")}, std::move(serve_options)) {
    char folder[] = "/tmp/magenta-studio-XXXXXX";
    if (::mkdtemp(folder) != nullptr) folder_ = folder;
    if (options.studio_dir.empty()) options.studio_dir = folder_ + "/studio";
    routes_ = std::make_unique<StudioRoutes>(std::move(options), service_);
    api_ = std::make_unique<HttpApi>(service_, routes_.get());
  }
  ~StudioServer() {
    service_.Stop();
    api_.reset();
    routes_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  StudioServer(const StudioServer&) = delete;
  StudioServer& operator=(const StudioServer&) = delete;

  HttpResponse Ask(const std::string& method, const std::string& target, std::string body = "",
                   const AskOptions& options = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = std::move(body);
    request.content_type = options.content_type;
    request.accept = options.accept;
    request.accept_encoding = options.accept_encoding;
    request.if_none_match = options.if_none_match;
    const auto reply = std::make_shared<KeptAnswer>();
    auto said = reply->said.get_future();
    api_->Handle(std::move(request), reply, std::make_shared<Ticket>());
    return said.get();
  }
  HttpResponse Get(const std::string& target, const AskOptions& options = {}) {
    return Ask("GET", target, "", options);
  }

  GeneratorService& service() { return service_; }
  StudioRoutes& routes() { return *routes_; }
  HttpApi& api() { return *api_; }

 private:
  std::string folder_;
  GeneratorService service_;
  std::unique_ptr<StudioRoutes> routes_;
  std::unique_ptr<HttpApi> api_;
};

/// The header `name` of `response`, the first of several; "" where it has none.
inline std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace magenta::testing
