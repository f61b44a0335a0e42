#include "magenta/cli/input/remote.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "magenta/base/random.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/relay_pipe.h"
#include "magenta/cli/verbs/serve_flags.h"
#include "magenta/request/generate_args.h"

namespace magenta::cli {
namespace {

/// Requests that wait for their replies.
constexpr int kRelayWindow = 32;

class Relay final : public RemoteGenerator {
 public:
  explicit Relay(std::unique_ptr<RelayPipe> pipe) : pipe_(std::move(pipe)) {}

  absl::StatusOr<Generation> GenerateMany(const GenerateSequenceRequest& request,
                                          int num_outputs) override {
    const auto args = ParseGenerateArgs(request.generator_options());
    if (!args.ok()) return Refused(request, args.status());
    Generation generation;
    generation.seed = args->seed.has_value() ? *args->seed : DrawSeed();
    int sent = 0;
    for (int received = 0; received < num_outputs; ++received) {
      for (; sent < num_outputs && sent - received < kRelayWindow; ++sent) {
        RelayRequest message;
        *message.mutable_generate() = request;
        auto& all = *message.mutable_generate()->mutable_generator_options()->mutable_args();
        all["seed"].set_int_value(
            static_cast<int32_t>(generation.seed + static_cast<uint32_t>(sent)));
        MAGENTA_RETURN_IF_ERROR(pipe_->Send(message));
      }
      MAGENTA_ASSIGN_OR_RETURN(RelayReply reply, Receive());
      if (received == 0) generation.notes.assign(reply.notes().begin(), reply.notes().end());
      GeneratedOutput& output = generation.outputs.emplace_back();
      output.sequence = std::move(*reply.mutable_response()->mutable_generated_sequence());
      output.seed = reply.seed();
      output.log_likelihood = reply.log_likelihood();
    }
    return generation;
  }

  absl::StatusOr<ListGeneratorsResponse> List() override {
    RelayRequest message;
    message.mutable_list();
    MAGENTA_RETURN_IF_ERROR(pipe_->Send(message));
    MAGENTA_ASSIGN_OR_RETURN(RelayReply reply, Receive());
    return std::move(*reply.mutable_generators());
  }

 private:
  /// What the server says of `request`, where it says anything: it knows what its model takes.
  absl::Status Refused(const GenerateSequenceRequest& request, const absl::Status& why) const {
    RelayRequest message;
    *message.mutable_generate() = request;
    MAGENTA_RETURN_IF_ERROR(pipe_->Send(message));
    MAGENTA_RETURN_IF_ERROR(Receive().status());
    return why;
  }

  /// The next reply, or the error that it tells.
  absl::StatusOr<RelayReply> Receive() const {
    MAGENTA_ASSIGN_OR_RETURN(RelayReply reply, pipe_->Receive());
    MAGENTA_RETURN_IF_ERROR(StatusOf(reply));
    return reply;
  }

  const std::unique_ptr<RelayPipe> pipe_;
};

}  // namespace

void RemoteFlags::Describe(Flags& flags) {
  flags.Group("A model elsewhere");
  flags
      .Text("server", &server,
            "Ask a running `magenta serve` (its gRPC port) instead; --config names its generator.")
      .Value("HOST:PORT");
  flags
      .Text("auth_token", &auth_token,
            "What that server asks for; $MAGENTA_AUTH_TOKEN says it too.")
      .Value("TOKEN");
}

absl::Status RemoteFlags::CheckBeside(const ModelFlags& model) const {
  const ModelSource& source = model.source;
  const bool here = !(source.run_dir + source.checkpoint_file + source.bundle_file +
                      source.hparams_text + model.weights)
                         .empty();
  if (given() && here) {
    return UsageError("--server answers by its own model, and flags of one here are given, too",
                      "Leave --server out, or all model flags but --config");
  }
  if (!given() && !auth_token.empty()) {
    return UsageError("--auth_token is what --server asks for, which is not given",
                      "Give both or neither");
  }
  const char* variable = std::getenv(kTokenVariable);
  if (given() && auth_token.empty() && variable != nullptr) return CheckAuthToken(variable);
  return CheckAuthToken(auth_token);
}

absl::Status CheckAuthToken(std::string_view token) {
  const bool plain =
      std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (plain) return absl::OkStatus();
  return UsageError("the token of --auth_token or $MAGENTA_AUTH_TOKEN cannot be sent",
                    "Let it be letters, digits and signs of ASCII, without blanks");
}

absl::StatusOr<GeneratorDetails> FindGenerator(const ListGeneratorsResponse& generators,
                                               const RemoteFlags& flags,
                                               const std::string& config) {
  std::vector<std::string> ids;
  for (const GeneratorDetails& details : generators.generators()) {
    if (config.empty() || details.id() == config) return details;
    ids.push_back(details.id());
  }
  return UsageError(fmt::format("server {} has no generator '{}'", flags.server, config),
                    fmt::format("It has {}", fmt::join(ids, ", ")));
}

absl::StatusOr<std::unique_ptr<RemoteGenerator>> ConnectTo(const RemoteFlags& flags) {
  MAGENTA_ASSIGN_OR_RETURN(auto pipe, RelayPipe::Start(flags));
  return std::make_unique<Relay>(std::move(pipe));
}

}  // namespace magenta::cli
