#include "magenta/cli/serve/serving.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/generate/weights.h"
#include "magenta/serve/generator_service.h"
#include "magenta/serve/grpc_server.h"
#include "magenta/serve/http_server.h"
#include "magenta/studio/studio_routes.h"

namespace magenta::cli {
namespace {

/// HTTP's two, and what gRPC starts with, which it does not say when it gets none.
constexpr int kOtherThreads = 12;

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

void WarnOfSoundFont(Context& context, const std::string& path) {
  std::error_code error;
  if (path.empty() || std::filesystem::is_regular_file(path, error)) return;
  context.out.Warning(path + ": there is no such sound font, so that nothing sounds by it. " +
                      "Give --soundfont an .sf2 or .sf3 file");
}

/// As many files as the system allows: a connection is one.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

absl::StatusOr<ServedModels> LoadServedModels(Context& context, const ServedModelFlags& flags) {
  std::vector<ModelSource> sources;
  for (const std::string& file : flags.bundle_files) sources.emplace_back().bundle_file = file;
  for (const std::string& config : flags.configs) sources.emplace_back().config = config;
  if (sources.empty()) {
    sources.emplace_back().config = kDefaultConfig;
    for (const ModelSpec* spec : context.Models()) {
      if (spec->id == kDefaultConfig || !BundledWeights(spec->id).ok()) continue;
      sources.emplace_back().config = spec->id;
    }
  }
  ServedModels models;
  for (const ModelSource& source : sources) {
    MAGENTA_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model, LoadModel(source));
    context.out.Info(model->provenance);
    for (const std::string& note : model->notes) context.out.Info(note);
    models.push_back(std::move(model));
  }
  return models;
}

absl::Status ServeUntilStopped(Context& context, ServedModels models, const Serving& serving) {
  const ServeOptions& options = serving.options;
  WarnOfSoundFont(context, serving.studio.sound_font);
  RaiseFileLimit();
  MAGENTA_RETURN_IF_ERROR(CheckThreads(options.threads + serving.studio.threads + kOtherThreads));
  const sigset_t signals = BlockStopSignals();
  GeneratorService service(std::move(models), options);
  StudioRoutes studio(serving.studio, service);
  for (const absl::Status& failure : studio.LoadModels()) {
    context.out.Info(ErrorLine(failure) + " (left out)");
  }
  MAGENTA_ASSIGN_OR_RETURN(const auto http, StartHttpServer(service, &studio));
  std::unique_ptr<GrpcServer> grpc;
  if (serving.with_grpc) {
    MAGENTA_ASSIGN_OR_RETURN(grpc, StartGrpcServer(service));
  }
  Listening where;
  where.http_port = http->port();
  where.grpc_port = grpc == nullptr ? 0 : grpc->port();
  const ListGeneratorsResponse generators = service.ListGenerators();
  for (const GeneratorDetails& generator : generators.generators()) {
    where.generators.push_back(generator.id());
  }
  MAGENTA_RETURN_IF_ERROR(serving.listening(where));
  int signal = 0;
  sigwait(&signals, &signal);
  context.out.Info("no new requests; those in progress end");
  const auto deadline =
      Clock::now() + std::chrono::milliseconds(static_cast<int64_t>(options.drain_seconds * 1000));
  // A second signal ends it at once.
  std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  service.BeginDrain();
  service.Drain(deadline);
  service.Stop();
  studio.Stop();
  // Answers are on their way out.
  http->Drain(std::max(deadline, Clock::now() + std::chrono::seconds(1)));
  if (grpc != nullptr) grpc->Drain(deadline);
  return absl::OkStatus();
}

}  // namespace magenta::cli
