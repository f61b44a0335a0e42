#include <fmt/core.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "magenta/base/address.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/cli/input/remote.h"
#include "magenta/cli/programs.h"
#include "magenta/cli/serve/render_child.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/serve/studio_parts.h"
#include "magenta/cli/verbs/serve_flags.h"
#include "magenta/generate/weights.h"
#include "magenta/serve/generator_service.h"
#include "magenta/serve/grpc_server.h"
#include "magenta/serve/http_server.h"
#include "magenta/studio/studio_routes.h"

namespace magenta::cli {
namespace {

/// HTTP's two, and what gRPC starts with, which it does not say when it gets none.
constexpr int kOtherThreads = 12;

using Models = std::vector<std::shared_ptr<const Model>>;

/// SIGTERM and SIGINT, for whoever waits; threads started later inherit the mask.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// As many files as the system allows: a connection is one.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class RunningServe : public ServeFlags {
 public:
  absl::Status Run(Context& context) override {
    MAGENTA_ASSIGN_OR_RETURN(const ServeOptions options, Options(context));
    MAGENTA_ASSIGN_OR_RETURN(Models models, LoadModels(context));
    RaiseFileLimit();
    MAGENTA_RETURN_IF_ERROR(CheckThreads(options.threads + kOtherThreads));
    const sigset_t signals = BlockStopSignals();
    GeneratorService service(std::move(models), options);
    StudioRoutes studio(StudioOptionsOf(studio_dir, soundfont), service);
    MAGENTA_ASSIGN_OR_RETURN(const auto http, StartHttpServer(service, &studio));
    MAGENTA_ASSIGN_OR_RETURN(const auto grpc, StartGrpcServer(service));
    const std::vector<std::string> addresses = ListenAddresses(options.host);
    Json ids = Json::Array();
    for (const auto& generator : service.generators().generators()) ids.Add(generator.id());
    context.out.Result(Json::Object()
                           .Set("host", addresses[0])
                           .Set("addresses", Json::ArrayOf(addresses))
                           .Set("port", static_cast<int64_t>(http->port()))
                           .Set("grpc_port", static_cast<int64_t>(grpc->port()))
                           .Set("generators", ids));
    MAGENTA_RETURN_IF_ERROR(context.out.Flush());
    context.out.Info(fmt::format("HTTP at http://{}, gRPC at {}; Ctrl-C ends it.",
                                 HostAndPortText(options.host, http->port()),
                                 HostAndPortText(options.host, grpc->port())));
    int signal = 0;
    sigwait(&signals, &signal);
    context.out.Info("no new requests; those in progress end");
    const auto deadline = Clock::now() + std::chrono::milliseconds(
                                             static_cast<int64_t>(options.drain_seconds * 1000));
    // A second signal ends it at once.
    std::signal(signal, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    service.BeginDrain();
    service.Drain(deadline);
    service.Stop();
    studio.Stop();
    // Answers are on their way out.
    http->Drain(std::max(deadline, Clock::now() + std::chrono::seconds(1)));
    grpc->Drain(deadline);
    return absl::OkStatus();
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
    options.sound = SoundByRender(soundfont);
    if (options.sound == nullptr && !soundfont.empty()) {
      MAGENTA_RETURN_IF_ERROR(ProgramPath(Program::kLive).status());
    }
    return options;
  }

  absl::StatusOr<Models> LoadModels(Context& context) const {
    std::vector<ModelSource> sources;
    for (const std::string& file : bundle_files) {
      sources.emplace_back().bundle_file = file;
    }
    for (const std::string& config : configs) sources.emplace_back().config = config;
    if (sources.empty()) {
      sources.emplace_back().config = kDefaultConfig;
      for (const ModelSpec* spec : context.Models()) {
        if (spec->id == kDefaultConfig || !BundledWeights(spec->id).ok()) continue;
        sources.emplace_back().config = spec->id;
      }
    }
    Models models;
    for (const ModelSource& source : sources) {
      MAGENTA_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, LoadModel(source));
      context.out.Info(model->provenance);
      for (const std::string& note : model->notes) context.out.Info(note);
      models.push_back(std::move(model));
    }
    return models;
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningServeVerb() { return std::make_unique<RunningServe>(); }

}  // namespace magenta::cli
