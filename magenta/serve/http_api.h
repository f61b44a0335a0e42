#pragma once
// What the server says over HTTP, without sockets: a request comes in, answers go out through an
// HttpReply, now or later. docs/server.md describes the routes.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "magenta/serve/generator_service.h"
#include "magenta/serve/http_body.h"

namespace magenta {

struct HttpRequest {
  std::string method;
  /// Path and query, as they came.
  std::string target;
  std::string content_type;
  std::string accept;
  std::string accept_encoding;
  std::string if_none_match;
  std::string authorization;
  /// The headers Host, Origin and Sec-Fetch-Site.
  std::string host;
  std::string origin;
  std::string fetch_site;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// Sent instead of `body` where it isn't null: a large one that many ask for, never copied.
  std::shared_ptr<const std::string> shared_body;
};

/// Where answers go: one Send(), or BeginStream(), any number of Events, EndStream(). Thread-safe;
/// never blocks; what is said to a client that has gone is dropped.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  virtual void Send(HttpResponse response) = 0;
  /// A text/event-stream.
  virtual void BeginStream() = 0;
  virtual void Event(const std::string& name, const std::string& data) = 0;
  virtual void EndStream() = 0;
  /// Whether something that was said still waits for the client to take what came before.
  virtual bool IsBehind() { return false; }
};

/// More that a server answers over HTTP beside its generators: a group of paths. Thread-safe.
class HttpRoutes {
 public:
  virtual ~HttpRoutes() = default;
  /// Whether anybody may ask for `target` with GET, as for what a page is made of; other requests
  /// need the server's token.
  virtual bool IsOpen(const std::string& target) const = 0;
  /// Bytes of a body to `target`; 0: as many as the server takes elsewhere.
  virtual int64_t MaxBodyBytes(const std::string& /*target*/) const { return 0; }
  /// Answers `request` through `reply`, now or later, and must not take long itself; false: it has
  /// no such path. The ticket is cancelled when the client goes.
  virtual bool Handle(HttpRequest& request, const std::shared_ptr<HttpReply>& reply,
                      const std::shared_ptr<Ticket>& ticket) = 0;
  /// Its paths in OpenAPI, as the text of a JSON object {"/path": {...}}.
  virtual std::string Paths() const { return "{}"; }
};

/// The answer to an error: {"error": {"code", "message", "remedy"}}. `http_status` 0: the one that
/// the code stands for.
HttpResponse ErrorResponse(const absl::Status& status, int http_status = 0);

/// Tells `notes` (what was done to the music) as headers magenta-note, the first 16 of them.
void AddNoteHeaders(const std::vector<std::string>& notes, HttpResponse& response);

/// Thread-safe.
class HttpApi {
 public:
  /// `more`, which must outlive it, answers what is no path of its own; null: nothing does.
  explicit HttpApi(GeneratorService& service, HttpRoutes* more = nullptr)
      : service_(service), more_(more) {}

  /// What must be refused before a body is read: a token that is missing or wrong; where none is
  /// asked for, a Host that is not this machine (a page of another site that had its name point
  /// here), and a page that did not come from that host and port. OK otherwise.
  absl::Status CheckHead(const HttpRequest& request) const;

  /// Bytes that a body to `target` may have.
  int64_t MaxBodyBytes(const std::string& target) const;

  /// Answers `request`; Cancel the ticket when its client goes.
  void Handle(HttpRequest request, std::shared_ptr<HttpReply> reply,
              std::shared_ptr<Ticket> ticket);

 private:
  /// Whether the page that asks, if one does, may; one of another site where `may_link`.
  static absl::Status CheckPage(const HttpRequest& request, bool may_link);
  void Generate(HttpRequest request, const HttpTarget& target, std::shared_ptr<HttpReply> reply,
                std::shared_ptr<Ticket> ticket);

  GeneratorService& service_;
  HttpRoutes* more_;
};

/// The description of the server's own routes, OpenAPI 3.0, as JSON.
std::string OpenApiJson();

}  // namespace magenta
