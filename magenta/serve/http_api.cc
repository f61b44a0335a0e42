#include "magenta/serve/http_api.h"

#include <fmt/core.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "magenta/base/status.h"
#include "magenta/generate/request_text.h"
#include "magenta/io/midi/midi_file.h"

namespace magenta {
namespace {

/// A body's form: a message's, or a MIDI file.
enum class BodyForm { kJson, kText, kBinary, kMidi };

struct ContentType {
  const char* name;
  BodyForm form;
};
constexpr ContentType kContentTypes[] = {{"application/json", BodyForm::kJson},
                                         {"application/x-protobuf", BodyForm::kBinary},
                                         {"application/protobuf", BodyForm::kBinary},
                                         {"application/octet-stream", BodyForm::kBinary},
                                         {"text/plain", BodyForm::kText},
                                         {"audio/midi", BodyForm::kMidi},
                                         {"audio/x-midi", BodyForm::kMidi},
                                         {"audio/mid", BodyForm::kMidi}};

/// The form that a header names; of several the first that is known. nullopt: none.
std::optional<BodyForm> FormNamed(std::string_view header) {
  while (!header.empty()) {
    const size_t comma = std::min(header.find(','), header.size());
    std::string name(header.substr(0, std::min(header.find(';'), comma)));
    std::erase(name, ' ');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const ContentType& type : kContentTypes) {
      if (name == type.name) return type.form;
    }
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return std::nullopt;
}

const char* NameOf(BodyForm form) {
  for (const ContentType& type : kContentTypes) {
    if (type.form == form) return type.name;
  }
  return "";
}

MessageForm MessageFormOf(BodyForm form) {
  return form == BodyForm::kJson   ? MessageForm::kJson
         : form == BodyForm::kText ? MessageForm::kText
                                   : MessageForm::kBinary;
}

BodyForm BodyFormOf(MessageForm form) {
  return form == MessageForm::kJson   ? BodyForm::kJson
         : form == MessageForm::kText ? BodyForm::kText
                                      : BodyForm::kBinary;
}

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

/// "%7E" -> "~"; what is no escape stays.
std::string Unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::map<std::string, std::string> QueryOf(std::string_view query) {
  std::map<std::string, std::string> values;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    values[Unescaped(pair.substr(0, equals))] =
        Unescaped(pair.substr(std::min(equals + 1, pair.size())));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return values;
}

/// Query parameters as arguments: seed=3, temperature=1.2.
absl::Status AddArgs(const std::map<std::string, std::string>& query,
                     GenerateSequenceRequest& request) {
  for (const auto& [name, value] : query) {
    if (name == "steps") continue;
    auto& arg = (*request.mutable_generator_options()->mutable_args())[name];
    const char *first = value.data(), *last = first + value.size();
    int64_t whole = 0;
    double real = 0;
    if (std::from_chars(first, last, whole).ptr == last && !value.empty() && whole >= INT32_MIN &&
        whole <= UINT32_MAX) {
      arg.set_int_value(static_cast<int32_t>(whole));
    } else if (std::from_chars(first, last, real).ptr == last && !value.empty()) {
      arg.set_float_value(real);
    } else {
      return UsageError(fmt::format("{}={} is no number", HeaderText(name), HeaderText(value)));
    }
  }
  return absl::OkStatus();
}

/// What a MIDI file asks for: to be gone on with up to `steps` steps.
absl::StatusOr<GenerateSequenceRequest> RequestOfMidi(
    std::string_view bytes, const std::map<std::string, std::string>& query) {
  int64_t steps = 128;
  if (const auto given = query.find("steps"); given != query.end()) {
    const std::string& text = given->second;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), steps);
    if (read.ptr != text.data() + text.size() || text.empty() || steps < 1 || steps > 1 << 20) {
      return UsageError(fmt::format("steps={} is no number of steps", HeaderText(text)));
    }
  }
  MAGENTA_ASSIGN_OR_RETURN(MidiReading reading, ReadMidi(bytes));
  GenerateSequenceRequest request;
  double end = 0;
  for (const auto& note : reading.sequence.notes()) end = std::max(end, note.end_time());
  const auto& tempos = reading.sequence.tempos();
  const double qpm = tempos.empty() ? 120.0 : tempos[tempos.size() - 1].qpm();
  const double length = static_cast<double>(steps) * 60.0 / qpm / 4;
  auto* section = request.mutable_generator_options()->add_generate_sections();
  section->set_start_time(end);
  section->set_end_time(length);
  if (length <= end) {
    return UsageError(
        fmt::format("the file ends at {} s, and {} steps at {} s", end, steps, length),
        "Ask for more: ?steps=...");
  }
  *request.mutable_input_sequence() = std::move(reading.sequence);
  return request;
}

absl::StatusOr<std::string> BodyOf(const GenerateSequenceResponse& response, BodyForm form) {
  if (form == BodyForm::kMidi) return WriteMidi(response.generated_sequence());
  if (form != BodyForm::kJson) return FormatMessage(response, MessageFormOf(form));
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(response, &json);
  if (!status.ok()) return InputError("", std::string(status.message().as_string()));
  return json;
}

nlohmann::json SummaryOf(const Generation& generation) {
  return {{"seed", generation.seed},
          {"logLikelihood", generation.outputs.at(0).log_likelihood},
          {"notes", generation.notes}};
}

std::string Dumped(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

HttpResponse ResponseTo(const Generation& generation, BodyForm form) {
  GenerateSequenceResponse message;
  *message.mutable_generated_sequence() = generation.outputs.at(0).sequence;
  auto body = BodyOf(message, form);
  if (!body.ok()) return ErrorResponse(body.status());
  HttpResponse response;
  response.content_type = NameOf(form);
  response.body = *std::move(body);
  response.headers = {
      {"magenta-seed", fmt::format("{}", generation.seed)},
      {"magenta-log-likelihood", fmt::format("{}", generation.outputs.at(0).log_likelihood)}};
  for (const std::string& note : generation.notes) {
    response.headers.emplace_back("magenta-note", HeaderText(note));
  }
  return response;
}

/// Whether `host`, with a port or without, is loopback.
bool NamesThisMachine(const std::string& host) {
  const size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.back() != ']';
  return IsLoopback(has_port ? host.substr(0, colon) : host);
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
                          {"message", std::string(status.message())}};
  if (const std::string remedy = ErrorRemedy(status); !remedy.empty()) error["remedy"] = remedy;
  response.body = Dumped({{"error", error}}) + "\n";
  return response;
}

/// A target in its parts: "/v1/generators/ID:VERB?query".
struct HttpApi::Target {
  std::string path;
  std::map<std::string, std::string> query;
  std::string id;    // of a path below /v1/generators/
  std::string verb;  // generate, stream

  explicit Target(const std::string& target) {
    const size_t question = std::min(target.find('?'), target.size());
    path = Unescaped(std::string_view(target).substr(0, question));
    query = QueryOf(std::string_view(target).substr(std::min(question + 1, target.size())));
    constexpr std::string_view kFolder = "/v1/generators/";
    if (!path.starts_with(kFolder)) return;
    const size_t colon = path.rfind(':');
    if (colon == std::string::npos || colon < kFolder.size()) return;
    id = path.substr(kFolder.size(), colon - kFolder.size());
    verb = path.substr(colon + 1);
  }
};

absl::Status HttpApi::CheckHead(const HttpRequest& request) const {
  const bool asks = !service_.options().auth_token.empty();
  if (!asks && !request.host.empty() && !NamesThisMachine(request.host)) {
    return absl::PermissionDeniedError(
        fmt::format("Host {} is not this machine", HeaderText(request.host)));
  }
  // A browser says which page asks, also where it lets a page ask without leave.
  if (!asks && !request.origin.empty()) {
    const size_t scheme = request.origin.find("://");
    if (scheme == std::string::npos || !NamesThisMachine(request.origin.substr(scheme + 3))) {
      return absl::PermissionDeniedError(
          fmt::format("a page of {} may not ask", HeaderText(request.origin)));
    }
  }
  if (request.target == "/healthz") return absl::OkStatus();
  return service_.CheckToken(BearerToken(request.authorization));
}

void HttpApi::Handle(HttpRequest request, std::shared_ptr<HttpReply> reply,
                     std::shared_ptr<Ticket> ticket) {
  const Target target(request.target);
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
    google::protobuf::util::MessageToJsonString(service_.generators(), &response.body);
  } else if (target.path == "/healthz") {
    response.status = service_.draining() ? 503 : 200;
    response.content_type = "text/plain";
    response.body = service_.draining() ? "draining\n" : "ok\n";
  } else if (target.path == "/metrics") {
    response.content_type = "text/plain; version=0.0.4";
    response.body = service_.metrics().Text();
  } else if (target.path == "/openapi.json") {
    response.body = OpenApiJson();
  } else {
    return reply->Send(ErrorResponse(MissingInputError(
        "", "there is nothing at " + HeaderText(target.path), "GET /openapi.json lists what is")));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    response = ErrorResponse(absl::UnimplementedError("this takes GET"));
    response.headers.emplace_back("Allow", "GET");
  }
  reply->Send(std::move(response));
}

void HttpApi::Generate(HttpRequest request, const Target& target, std::shared_ptr<HttpReply> reply,
                       std::shared_ptr<Ticket> ticket) {
  // Without a content type, or with curl's, the bytes tell.
  const auto named = FormNamed(request.content_type);
  if (!named.has_value() && !request.content_type.empty() &&
      !request.content_type.starts_with("application/x-www-form-urlencoded")) {
    return reply->Send(ErrorResponse(
        UsageError("the content type " + HeaderText(request.content_type) + " is not taken",
                   "application/json, application/x-protobuf, text/plain and audio/midi are"),
        415));
  }
  const bool is_midi =
      named.has_value() ? *named == BodyForm::kMidi : request.body.starts_with("MThd");
  auto message = is_midi             ? RequestOfMidi(request.body, target.query)
                 : named.has_value() ? ParseRequestAs(request.body, MessageFormOf(*named))
                                     : ParseRequest(request.body);
  absl::Status status = message.status();
  if (status.ok()) status = AddArgs(target.query, *message);
  if (!status.ok()) return reply->Send(ErrorResponse(status));
  Call call;
  call.request = *std::move(message);
  call.request.set_generator_id(target.id == "default" ? "" : target.id);
  call.ticket = std::move(ticket);
  if (target.verb == "stream") {
    auto began = std::make_shared<bool>(false);
    call.piece = [reply, began](NoteSequence piece) {
      if (!std::exchange(*began, true)) reply->BeginStream();
      GenerateSequenceResponse response;
      *response.mutable_generated_sequence() = std::move(piece);
      reply->Event("piece", BodyOf(response, BodyForm::kJson).value_or(""));
    };
    call.done = [reply, began](absl::StatusOr<Generation> result) {
      if (!*began) return reply->Send(ErrorResponse(result.status()));
      if (result.ok()) {
        reply->Event("done", Dumped(SummaryOf(*result)));
      } else {
        std::string error = ErrorResponse(result.status()).body;
        error.pop_back();
        reply->Event("error", error);
      }
      reply->EndStream();
    };
  } else {
    const BodyForm asked = is_midi             ? BodyForm::kMidi
                           : named.has_value() ? *named
                                               : BodyFormOf(FormOf(request.body));
    const BodyForm form = FormNamed(request.accept).value_or(asked);
    call.done = [reply, form](absl::StatusOr<Generation> result) {
      reply->Send(result.ok() ? ResponseTo(*result, form) : ErrorResponse(result.status()));
    };
  }
  service_.Generate(std::move(call));
}

}  // namespace magenta
