#include <fmt/core.h>

#include <cstdlib>

#include "magenta/base/address.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/remote.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/serve/render_child.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/serve/serving.h"
#include "magenta/cli/serve/studio_parts.h"
#include "magenta/cli/verbs/serve_flags.h"

namespace magenta::cli {
namespace {

class RunningServe : public ServeFlags {
 public:
  absl::Status Run(Context& context) override {
    MAGENTA_ASSIGN_OR_RETURN(const ServeOptions options, Options(context));
    MAGENTA_ASSIGN_OR_RETURN(ServedModels models, LoadServedModels(context, served));
    Serving serving;
    serving.options = options;
    serving.studio = StudioOptionsOf(studio_dir, soundfont);
    serving.listening = [&](const Listening& where) { return Tell(context, where); };
    return ServeUntilStopped(context, std::move(models), serving);
  }

 private:
  absl::StatusOr<ServeOptions> Options(const Context& context) const {
    ServeOptions options;
    options.host = host;
    options.http_port = port;
    options.grpc_port = grpc_port;
    options.auth_token = auth_token;
    const char* token = std::getenv(kTokenVariable);
    if (auth_token.empty() && token != nullptr) options.auth_token = token;
    MAGENTA_RETURN_IF_ERROR(CheckAuthToken(options.auth_token));
    if (!IsLoopback(host) && options.auth_token.empty()) {
      return UsageError(
          fmt::format("--host={} lets others in, and --auth_token is not given", host),
          "Give --auth_token, or leave --host out");
    }
    options.tls_cert = tls_cert;
    options.tls_key = tls_key;
    if (tls_cert.empty() != tls_key.empty()) {
      return UsageError("--tls_cert and --tls_key go together",
                        "docs/server.md has the command that makes a pair");
    }
    options.threads = context.globals.Threads();
    options.max_body_bytes = max_body_bytes;
    options.max_notes = max_notes;
    options.max_steps = max_steps;
    options.max_rows = max_rows;
    options.max_held_bytes = max_held_bytes;
    options.max_seconds = max_seconds;
    options.max_sessions = max_sessions;
    options.max_queue = max_queue;
    options.max_connections = max_connections;
    options.drain_seconds = drain_seconds;
    options.render = RenderByProcess(soundfont);
    if (options.render == nullptr && !soundfont.empty()) {
      MAGENTA_RETURN_IF_ERROR(ProgramPath(Program::kLive).status());
    }
    return options;
  }

  absl::Status Tell(Context& context, const Listening& where) const {
    const std::vector<std::string> addresses = ListenAddresses(host);
    context.out.Result(Json::Object()
                           .Set("host", addresses[0])
                           .Set("addresses", Json::ArrayOf(addresses))
                           .Set("port", static_cast<int64_t>(where.http_port))
                           .Set("grpc_port", static_cast<int64_t>(where.grpc_port))
                           .Set("generators", Json::ArrayOf(where.generators)));
    MAGENTA_RETURN_IF_ERROR(context.out.Flush());
    context.out.Info(fmt::format(
        "HTTP at {}://{}, gRPC at {}; Ctrl-C ends it.", tls_cert.empty() ? "http" : "https",
        HostAndPortText(host, where.http_port), HostAndPortText(host, where.grpc_port)));
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningServeVerb() { return std::make_unique<RunningServe>(); }

}  // namespace magenta::cli
