#include "magenta/serve/grpc_client.h"

#include <fmt/core.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "magenta/base/address.h"
#include "magenta/base/status.h"
#include "magenta/service.grpc.pb.h"

namespace magenta {
namespace {

constexpr int kMaxAnswer = 256 << 20;

/// The address that gRPC is given, which would ask a name server for localhost; what is no
/// HOST:PORT it may refuse itself.
std::string AddressOf(const std::string& server) {
  const auto named = ParseHostAndPort(server);
  if (!named.ok()) return server;
  return HostAndPortText(ClientAddress(named->host, named->port), named->port);
}

class Client final : public GeneratorClient {
 public:
  explicit Client(const ClientOptions& options) : options_(options) {
    gpr_set_log_function([](gpr_log_func_args*) {});
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxAnswer);
    stub_ = SequenceGeneratorService::NewStub(grpc::CreateCustomChannel(
        AddressOf(options.server), grpc::InsecureChannelCredentials(), arguments));
  }

  absl::StatusOr<ListGeneratorsResponse> List() override {
    grpc::ClientContext context;
    Prepare(context);
    ListGeneratorsResponse response;
    const grpc::Status status = stub_->ListGenerators(&context, {}, &response);
    if (!status.ok()) return StatusOf(status, context);
    return response;
  }

  absl::StatusOr<GeneratorReply> Generate(const GenerateSequenceRequest& request) override {
    grpc::ClientContext context;
    Prepare(context);
    GeneratorReply answer;
    const grpc::Status status = stub_->GenerateSequence(&context, request, &answer.response);
    if (!status.ok()) return StatusOf(status, context);
    ReadMetadata(context, answer);
    return answer;
  }

  absl::StatusOr<GeneratorReply> GenerateStream(
      const GenerateSequenceRequest& request,
      const std::function<bool(const NoteSequence& piece)>& piece) override {
    grpc::ClientContext context;
    Prepare(context);
    const auto reader = stub_->GenerateSequenceStream(&context, request);
    GeneratorReply answer;
    for (GenerateSequenceResponse part; reader->Read(&part);) {
      if (!piece(part.generated_sequence())) context.TryCancel();
      answer.response.MergeFrom(part);
    }
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return StatusOf(status, context);
    ReadMetadata(context, answer);
    return answer;
  }

 private:
  void Prepare(grpc::ClientContext& context) const {
    context.set_deadline(
        std::chrono::system_clock::now() +
        std::chrono::milliseconds(static_cast<int64_t>(options_.max_seconds * 1000)));
    if (!options_.auth_token.empty()) {
      context.AddMetadata("authorization", "Bearer " + options_.auth_token);
    }
  }

  static std::string Trailing(const grpc::ClientContext& context, const char* name) {
    const auto& metadata = context.GetServerTrailingMetadata();
    const auto found = metadata.find(name);
    return found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
  }

  absl::Status StatusOf(const grpc::Status& status, const grpc::ClientContext& context) const {
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
      return OutsideError("", fmt::format("server {}: {}", options_.server, status.error_message()),
                          "Start one: magenta serve");
    }
    switch (status.error_code()) {
      case grpc::StatusCode::UNKNOWN:
      case grpc::StatusCode::INTERNAL:
      case grpc::StatusCode::ABORTED:
      case grpc::StatusCode::UNIMPLEMENTED:
        return OutsideError("",
                            fmt::format("server {}: {}", options_.server, status.error_message()),
                            "Is that the gRPC port of a `magenta serve`?");
      default: break;
    }
    if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
      return absl::UnauthenticatedError(
          fmt::format("server {}: {}: give --auth_token", options_.server, status.error_message()));
    }
    const auto code = static_cast<absl::StatusCode>(status.error_code());
    absl::Status error(code, status.error_message());
    return WithRemedy(std::move(error), Trailing(context, "magenta-remedy"));
  }

  static void ReadMetadata(const grpc::ClientContext& context, GeneratorReply& answer) {
    answer.seed =
        static_cast<uint32_t>(std::strtoul(Trailing(context, "magenta-seed").c_str(), nullptr, 10));
    answer.log_likelihood =
        std::strtod(Trailing(context, "magenta-log-likelihood").c_str(), nullptr);
    const auto [first, last] = context.GetServerTrailingMetadata().equal_range("magenta-note");
    for (auto note = first; note != last; ++note) {
      answer.notes.emplace_back(note->second.data(), note->second.size());
    }
  }

  const ClientOptions options_;
  std::unique_ptr<SequenceGeneratorService::Stub> stub_;
};

}  // namespace

std::unique_ptr<GeneratorClient> MakeGeneratorClient(const ClientOptions& options) {
  return std::make_unique<Client>(options);
}

}  // namespace magenta
