#include "magenta/serve/http_api.h"

#include <fmt/core.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "magenta/base/address.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk: return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange: return 400;
    case absl::StatusCode::kUnauthenticated: return 401;
    case absl::StatusCode::kPermissionDenied: return 403;
    case absl::StatusCode::kNotFound: return 404;
    case absl::StatusCode::kUnimplemented: return 405;
    case absl::StatusCode::kResourceExhausted: return 429;
    case absl::StatusCode::kCancelled: return 499;
    case absl::StatusCode::kUnavailable: return 503;
    case absl::StatusCode::kDeadlineExceeded: return 504;
    default: return 500;
  }
}

/// What was done to the input, by the reader of its file and by the generator.
std::vector<std::string> AllNotes(const std::vector<std::string>& file_notes,
                                  const Generation& generation) {
  std::vector<std::string> notes = file_notes;
  notes.insert(notes.end(), generation.notes.begin(), generation.notes.end());
  return notes;
}

nlohmann::json SummaryOf(const Generation& generation, const std::vector<std::string>& notes) {
  return {{"seed", generation.seed},
          {"logLikelihood", generation.outputs.at(0).log_likelihood},
          {"notes", notes}};
}

std::string Dumped(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Headers that say what is done to music; past these the number of the others.
constexpr size_t kMostNoteHeaders = 16;

/// A response without its body.
HttpResponse HeadOf(const Generation& generation, BodyForm form,
                    const std::vector<std::string>& notes) {
  HttpResponse response;
  response.content_type = ContentTypeOf(form);
  response.headers = {
      {"magenta-seed", fmt::format("{}", generation.seed)},
      {"magenta-log-likelihood", fmt::format("{}", generation.outputs.at(0).log_likelihood)}};
  AddNoteHeaders(notes, response);
  return response;
}

HttpResponse ResponseTo(const Generation& generation, BodyForm form,
                        std::vector<std::string> notes) {
  GenerateSequenceResponse message;
  *message.mutable_generated_sequence() = generation.outputs.at(0).sequence;
  auto body = HttpBodyOf(message, form);
  if (!body.ok()) return ErrorResponse(body.status());
  notes.insert(notes.end(), body->notes.begin(), body->notes.end());
  HttpResponse response = HeadOf(generation, form, notes);
  response.body = std::move(body->bytes);
  return response;
}

/// Whether `host`, with a port or without, is loopback.
bool NamesThisMachine(const std::string& host) {
  const size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.back() != ']';
  return IsLoopback(has_port ? host.substr(0, colon) : host);
}

/// The host in lower case and the port of `authority`, which has `port` unless it names one.
std::string WithPort(std::string authority, const char* port) {
  std::transform(authority.begin(), authority.end(), authority.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  const size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.back() != ']';
  return has_port ? authority : authority + ":" + port;
}

/// Whether the page at `origin` came from `host`, by http or https.
bool IsOwnPage(const std::string& origin, const std::string& host) {
  for (const auto& [scheme, port] : {std::pair("http://", "80"), std::pair("https://", "443")}) {
    if (!origin.starts_with(scheme)) continue;
    const std::string authority = origin.substr(std::string_view(scheme).size());
    return WithPort(authority, port) == WithPort(host, port);
  }
  return false;
}

/// The description of the server's own routes, and of `paths`.
std::string DescriptionWith(const std::string& paths) {
  auto all = nlohmann::ordered_json::parse(OpenApiJson());
  all["paths"].update(nlohmann::ordered_json::parse(paths));
  return all.dump(1) + "\n";
}

}  // namespace

HttpResponse ErrorResponse(const absl::Status& status, int http_status) {
  HttpResponse response;
  // Too much of one request is its own fault; too many requests are the hour's.
  const bool too_large = status.code() == absl::StatusCode::kResourceExhausted && !IsBusy(status);
  response.status = http_status != 0 ? http_status : too_large ? 413 : HttpStatusOf(status.code());
  if (response.status == 429 || response.status == 503) {
    response.headers.emplace_back("Retry-After", "1");
  }
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  nlohmann::json error = {{"code", absl::StatusCodeToString(status.code())},
                          {"message", ErrorMessage(status)}};
  if (const std::string remedy = ErrorRemedy(status); !remedy.empty()) error["remedy"] = remedy;
  response.body = Dumped({{"error", error}}) + "\n";
  return response;
}

void AddNoteHeaders(const std::vector<std::string>& notes, HttpResponse& response) {
  const size_t told = std::min(kMostNoteHeaders, notes.size());
  for (size_t i = 0; i < told; ++i) {
    response.headers.emplace_back("magenta-note", HeaderText(notes[i]));
  }
  if (notes.size() > told) {
    response.headers.emplace_back("magenta-note", fmt::format("{} more", notes.size() - told));
  }
}

absl::Status HttpApi::CheckHead(const HttpRequest& request) const {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const bool is_open =
      request.target == "/healthz" || (reads && more_ != nullptr && more_->IsOpen(request.target));
  if (service_.options().auth_token.empty()) return CheckPage(request, reads && is_open);
  return is_open ? absl::OkStatus() : service_.CheckToken(BearerToken(request.authorization));
}

absl::Status HttpApi::CheckPage(const HttpRequest& request, bool may_link) {
  if (!request.host.empty() && !NamesThisMachine(request.host)) {
    return absl::PermissionDeniedError(
        fmt::format("Host {} is not this machine", HeaderText(request.host)));
  }
  // A browser says which page asks, also where it lets a page ask without leave. Another program of
  // this machine may have a page, too: at another port.
  if (!request.origin.empty() && !IsOwnPage(request.origin, request.host)) {
    return absl::PermissionDeniedError(
        fmt::format("a page of {} may not ask", HeaderText(request.origin)));
  }
  // Of links and pictures it says no origin.
  const std::string& site = request.fetch_site;
  if (!site.empty() && site != "same-origin" && site != "none" && !may_link) {
    return absl::PermissionDeniedError("a page of another site may not ask");
  }
  return absl::OkStatus();
}

int64_t HttpApi::MaxBodyBytes(const std::string& target) const {
  const int64_t more = more_ == nullptr ? 0 : more_->MaxBodyBytes(target);
  return more > 0 ? more : service_.options().max_body_bytes;
}

void HttpApi::Handle(HttpRequest request, std::shared_ptr<HttpReply> reply,
                     std::shared_ptr<Ticket> ticket) {
  const HttpTarget target(request.target);
  if (target.verb == "generate" || target.verb == "stream") {
    if (request.method == "POST") {
      return Generate(std::move(request), target, std::move(reply), std::move(ticket));
    }
    HttpResponse response = ErrorResponse(absl::UnimplementedError("this takes POST"));
    response.headers.emplace_back("Allow", "POST");
    return reply->Send(std::move(response));
  }
  HttpResponse response;
  if (target.path == "/v1/generators") {
    google::protobuf::util::MessageToJsonString(service_.ListGenerators(), &response.body);
  } else if (target.path == "/healthz") {
    response.status = service_.draining() ? 503 : 200;
    response.content_type = "text/plain";
    response.body = service_.draining() ? "draining\n" : "ok\n";
  } else if (target.path == "/metrics") {
    response.content_type = "text/plain; version=0.0.4";
    response.body = service_.metrics().Text();
  } else if (target.path == "/openapi.json") {
    response.body = more_ == nullptr ? OpenApiJson() : DescriptionWith(more_->Paths());
  } else {
    if (more_ != nullptr && more_->Handle(request, reply, ticket)) return;
    return reply->Send(ErrorResponse(MissingInputError(
        "", "there is nothing at " + HeaderText(target.path), "GET /openapi.json lists what is")));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    response = ErrorResponse(absl::UnimplementedError("this takes GET"));
    response.headers.emplace_back("Allow", "GET");
  }
  reply->Send(std::move(response));
}

namespace {

using FileNotes = std::vector<std::string>;

/// Pieces go to `reply` as they come, where `held` counts them with what was expected at each step,
/// then how it ended.
void TellAsEvents(const std::shared_ptr<HttpReply>& reply, FileNotes notes,
                  std::atomic<int64_t>* held, Call& call) {
  auto began = std::make_shared<bool>(false);
  if (held != nullptr) {
    call.expected = [reply, began, held, ticket = call.ticket](const ExpectedStep& step) {
      if (!std::exchange(*began, true)) reply->BeginStream();
      const std::string data = fmt::format("{{\"time\":{},\"step\":{},{}}}", step.time, step.step,
                                           JsonMembersOf(step.distribution));
      ticket->Hold(*held, static_cast<int64_t>(data.size()));
      reply->Event("distribution", data);
    };
  }
  call.piece = [reply, began](NoteSequence piece) {
    if (!std::exchange(*began, true)) reply->BeginStream();
    GenerateSequenceResponse response;
    *response.mutable_generated_sequence() = std::move(piece);
    reply->Event("piece", JsonLineOf(response));
  };
  call.done = [reply, began, notes = std::move(notes)](absl::StatusOr<Generation> result) {
    if (!*began) return reply->Send(ErrorResponse(result.status()));
    if (result.ok()) {
      reply->Event("done", Dumped(SummaryOf(*result, AllNotes(notes, *result))));
    } else {
      std::string error = ErrorResponse(result.status()).body;
      error.pop_back();
      reply->Event("error", error);
    }
    reply->EndStream();
  };
}

/// What comes of `call` goes through `renderer` first, which makes `form` of it.
void TellRendered(std::shared_ptr<HttpReply> reply, FileNotes notes, Renderer& renderer,
                  BodyForm form, Call& call) {
  call.done = [reply = std::move(reply), notes = std::move(notes), &renderer, form,
               ticket = call.ticket](absl::StatusOr<Generation> result) {
    if (!result.ok()) return reply->Send(ErrorResponse(result.status()));
    HttpResponse head = HeadOf(*result, form, AllNotes(notes, *result));
    const auto told = [reply, head = std::move(head)](absl::StatusOr<std::string> bytes) {
      if (!bytes.ok()) return reply->Send(ErrorResponse(bytes.status()));
      HttpResponse response = head;
      response.body = *std::move(bytes);
      reply->Send(std::move(response));
    };
    renderer.Submit(std::move(result->outputs.at(0).sequence), *RenderFormatOf(form), ticket, told);
  };
}

}  // namespace

void HttpApi::Generate(HttpRequest request, const HttpTarget& target,
                       std::shared_ptr<HttpReply> reply, std::shared_ptr<Ticket> ticket) {
  const auto refuse = [&](const absl::Status& status, int http_status = 0) {
    service_.metrics().CountRequest(Wire::kHttp, status.code(), 0);
    reply->Send(ErrorResponse(status, http_status));
  };
  if (!IsReadable(request.content_type)) {
    return refuse(
        UsageError("the content type " + HeaderText(request.content_type) + " is not taken",
                   ReadableTypes() + " are"),
        415);
  }
  const std::string id = target.id == "default" ? "" : target.id;
  const auto model = service_.FindGenerator(id);
  if (!model.ok()) return refuse(model.status());
  auto body = ReadHttpBody(request.content_type, request.body, target.query,
                           FileLimitsOf(service_.options()), **model);
  if (!body.ok()) return refuse(body.status());
  request.body = std::string();  // what waits for its turn holds the message alone
  Call call;
  body->request.set_generator_id(id);
  call.request = std::make_shared<GenerateSequenceRequest>(std::move(body->request));
  call.ticket = std::move(ticket);
  const BodyForm form = AcceptedForm(request.accept, body->form);
  const bool rendered = RenderFormatOf(form).has_value();
  if (body->distributions && target.verb != "stream") {
    return refuse(UsageError("distributions are events of :stream, or said by :score",
                             "Leave distributions out, or ask :stream"));
  }
  if (target.verb == "stream") {
    TellAsEvents(reply, std::move(body->notes),
                 body->distributions ? &service_.metrics().held_bytes : nullptr, call);
  } else if (rendered && !service_.renderer().available()) {
    return refuse(absl::UnimplementedError("this server makes no sound or pictures"), 501);
  } else if (rendered) {
    TellRendered(std::move(reply), std::move(body->notes), service_.renderer(), form, call);
  } else {
    call.done = [reply, form, notes = body->notes](absl::StatusOr<Generation> result) {
      reply->Send(result.ok() ? ResponseTo(*result, form, AllNotes(notes, *result))
                              : ErrorResponse(result.status()));
    };
  }
  service_.Generate(std::move(call));
}

}  // namespace magenta
