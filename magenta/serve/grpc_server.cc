// Every call is a reactor that deletes itself when gRPC is through with it. The scheduler's threads
// finish calls; they may do so before the handler returned, which gRPC allows.

#include "magenta/serve/grpc_server.h"

#include <fmt/core.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <deque>
#include <mutex>
#include <utility>

#include "grpc/health/v1/health.pb.h"
#include "magenta/base/address.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/request/request_text.h"
#include "magenta/service.grpc.pb.h"

namespace magenta {
namespace {

constexpr char kServiceName[] = "magenta.SequenceGeneratorService";
/// Calls that one connection may have open.
constexpr int kMaxStreams = 128;
/// Milliseconds that a connection may take new calls.
constexpr int kMaxAge = 10 * 60 * 1000;
/// What gRPC may hold for all connections.
constexpr size_t kMaxMemory = size_t{256} << 20;

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), ErrorMessage(status)};
}

void TellRemedy(const absl::Status& status, grpc::CallbackServerContext& context) {
  const std::string remedy = ErrorRemedy(status);
  if (!remedy.empty()) context.AddTrailingMetadata("magenta-remedy", HeaderText(remedy));
}

void TellGeneration(const Generation& generation, grpc::CallbackServerContext& context) {
  context.AddTrailingMetadata("magenta-seed", fmt::format("{}", generation.seed));
  context.AddTrailingMetadata("magenta-log-likelihood",
                              fmt::format("{}", generation.outputs.at(0).log_likelihood));
  for (const std::string& note : generation.notes) {
    context.AddTrailingMetadata("magenta-note", HeaderText(note));
  }
}

absl::Status CheckCaller(const GeneratorService& service,
                         const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return service.CheckToken("");
  return service.CheckToken(BearerToken({found->second.data(), found->second.size()}));
}

Call CallOf(const GenerateSequenceRequest& request, const grpc::CallbackServerContext& context) {
  Call call;
  call.wire = Wire::kGrpc;
  if (IsOf2016(request)) {
    auto modern = std::make_shared<GenerateSequenceRequest>(request);
    Modernize(*modern);
    call.request = std::move(modern);
  } else {
    // gRPC keeps it until the call is done.
    call.request = {std::shared_ptr<const void>(), &request};
  }
  const auto now = std::chrono::system_clock::now();
  if (context.deadline() < now + std::chrono::hours(24)) {
    call.deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(context.deadline() - now);
  }
  return call;
}

class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(GeneratorService& service, grpc::CallbackServerContext& context,
            const GenerateSequenceRequest& request, GenerateSequenceResponse& response) {
    Call call = CallOf(request, context);
    ticket_ = call.ticket;
    call.done = [this, &context, &response](absl::StatusOr<Generation> result) {
      TellRemedy(result.status(), context);
      if (result.ok()) {
        TellGeneration(*result, context);
        *response.mutable_generated_sequence() = std::move(result->outputs.at(0).sequence);
      }
      Finish(ToGrpc(result.status()));  // the last that this call does
    };
    service.Generate(std::move(call));
  }
  void OnCancel() override { ticket_->Cancel(); }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<Ticket> ticket_;
};

/// Pieces wait while one is written; there are never more of them than the result has notes.
class StreamCall final : public grpc::ServerWriteReactor<GenerateSequenceResponse> {
 public:
  StreamCall(GeneratorService& service, grpc::CallbackServerContext& context,
             const GenerateSequenceRequest& request) {
    Call call = CallOf(request, context);
    ticket_ = call.ticket;
    call.piece = [this](NoteSequence piece) {
      const std::lock_guard lock(mutex_);
      *pieces_.emplace_back().mutable_generated_sequence() = std::move(piece);
      Next();
    };
    call.done = [this, &context](absl::StatusOr<Generation> result) {
      TellRemedy(result.status(), context);
      if (result.ok()) TellGeneration(*result, context);
      const std::lock_guard lock(mutex_);
      end_ = ToGrpc(result.status());
      ended_ = true;
      if (!result.ok()) pieces_.clear();
      Next();
    };
    service.Generate(std::move(call));
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) {
      ticket_->Cancel();
      pieces_.clear();
    }
    Next();
  }
  void OnCancel() override { ticket_->Cancel(); }
  void OnDone() override {
    { const std::lock_guard wait_for_the_last(mutex_); }
    delete this;
  }

 private:
  /// Locked.
  void Next() {
    if (writing_ || finished_) return;
    if (!pieces_.empty()) {
      writing_ = true;
      written_ = std::move(pieces_.front());
      pieces_.pop_front();
      StartWrite(&written_);
    } else if (ended_) {
      finished_ = true;
      Finish(end_);
    }
  }

  std::shared_ptr<Ticket> ticket_;
  std::mutex mutex_;
  std::deque<GenerateSequenceResponse> pieces_;
  GenerateSequenceResponse written_;  // while gRPC needs it
  grpc::Status end_;
  bool writing_ = false, ended_ = false, finished_ = false;
};

class ServiceImpl final : public SequenceGeneratorService::CallbackService {
 public:
  explicit ServiceImpl(GeneratorService& service) : service_(service) {}

  grpc::ServerUnaryReactor* ListGenerators(grpc::CallbackServerContext* context,
                                           const ListGeneratorsRequest* /*request*/,
                                           ListGeneratorsResponse* response) override {
    const absl::Status allowed = CheckCaller(service_, *context);
    if (allowed.ok()) *response = service_.ListGenerators();
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(allowed));
    return reactor;
  }

  grpc::ServerUnaryReactor* GenerateSequence(grpc::CallbackServerContext* context,
                                             const GenerateSequenceRequest* request,
                                             GenerateSequenceResponse* response) override {
    const absl::Status allowed = CheckCaller(service_, *context);
    if (allowed.ok()) return new UnaryCall(service_, *context, *request, *response);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(allowed));
    return reactor;
  }

  grpc::ServerWriteReactor<GenerateSequenceResponse>* GenerateSequenceStream(
      grpc::CallbackServerContext* context, const GenerateSequenceRequest* request) override {
    const absl::Status allowed = CheckCaller(service_, *context);
    if (allowed.ok()) return new StreamCall(service_, *context, *request);
    struct Refused final : grpc::ServerWriteReactor<GenerateSequenceResponse> {
      explicit Refused(const grpc::Status& status) { Finish(status); }
      void OnDone() override { delete this; }
    };
    return new Refused(ToGrpc(allowed));
  }

 private:
  GeneratorService& service_;
};

class RunningGrpcServer final : public GrpcServer {
 public:
  explicit RunningGrpcServer(GeneratorService& service) : impl_(service) {}
  ~RunningGrpcServer() override {
    if (server_ != nullptr) Drain(Clock::now());
  }

  absl::Status Start(const ServeOptions& options) {
    const std::vector<std::string> addresses = ListenAddresses(options.host);
    // One that is free at each address must be looked for, and may be taken meanwhile.
    const bool any = options.grpc_port == 0 && addresses.size() > 1;
    absl::Status listening =
        ListenAt(addresses, any ? FreePort(addresses) : options.grpc_port, options);
    for (int i = 1; any && !listening.ok() && i < kPortTries; ++i) {
      listening = ListenAt(addresses, FreePort(addresses), options);
    }
    return listening;
  }

  int port() const override { return port_; }

  void Drain(Clock::time_point deadline) override {
    if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(false);
    const auto left = std::max(deadline - Clock::now(), Clock::duration::zero());
    server_->Shutdown(std::chrono::system_clock::now() +
                      std::chrono::duration_cast<std::chrono::microseconds>(left));
    server_->Wait();
    server_ = nullptr;
  }

 private:
  absl::Status ListenAt(const std::vector<std::string>& addresses, int port,
                        const ServeOptions& options) {
    // What gRPC would print, the statuses say.
    gpr_set_log_function([](gpr_log_func_args*) {});
    // Brings the description of the health service in, for reflection.
    grpc::health::v1::HealthCheckRequest::descriptor();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    // Else a second server on the same port would start, and get every other call.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
    // A client that takes no answers goes with its connection; others open a new one.
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxAge);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                               static_cast<int>((options.max_seconds + 20) * 1000));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_body_bytes));
    builder.SetResourceQuota(grpc::ResourceQuota("magenta").Resize(kMaxMemory));
    std::string where;
    for (const std::string& address : addresses) {
      const std::string at = HostAndPortText(address, port);
      builder.AddListeningPort(at, grpc::InsecureServerCredentials(), &port_);
      where += (where.empty() ? "" : " and ") + at;
    }
    builder.RegisterService(&impl_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      server_ = nullptr;
      return OutsideError("", fmt::format("cannot listen at {} for gRPC", where),
                          "Another program may have the port: give another --grpc_port, or 0");
    }
    if (auto* health = server_->GetHealthCheckService()) {
      health->SetServingStatus(true);
      health->SetServingStatus(kServiceName, true);
    }
    return absl::OkStatus();
  }

  ServiceImpl impl_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> StartGrpcServer(GeneratorService& service) {
  auto server = std::make_unique<RunningGrpcServer>(service);
  MAGENTA_RETURN_IF_ERROR(server->Start(service.options()));
  return server;
}

}  // namespace magenta
