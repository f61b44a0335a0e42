// One thread reads, one writes, and each request in between has one of its own.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/cli/input/relay_frame.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/verbs/serve_flags.h"
#include "magenta/serve/grpc_client.h"

namespace magenta::cli {
namespace {

/// What gRPC and this program start at once, about.
constexpr int kClientThreads = 10;

/// Longest message from a program of ours.
constexpr uint32_t kMaxMessage = 256 << 20;

/// From any thread.
bool WriteReply(const RelayReply& reply) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return WriteFrame(STDOUT_FILENO, reply);
}

RelayReply ReplyOf(const absl::Status& status) {
  RelayReply reply;
  reply.set_code(static_cast<int>(status.code()));
  reply.set_message(ErrorMessage(status));
  reply.set_remedy(ErrorRemedy(status));
  return reply;
}

RelayReply Ask(GeneratorClient& client, const RelayRequest& request) {
  if (request.has_list()) {
    auto generators = client.List();
    RelayReply reply = ReplyOf(generators.status());
    if (generators.ok()) *reply.mutable_generators() = *std::move(generators);
    return reply;
  }
  auto answer = client.Generate(request.generate());
  RelayReply reply = ReplyOf(answer.status());
  if (!answer.ok()) return reply;
  *reply.mutable_response() = std::move(answer->response);
  reply.set_seed(answer->seed);
  reply.set_log_likelihood(answer->log_likelihood);
  reply.mutable_notes()->Add(answer->notes.begin(), answer->notes.end());
  return reply;
}

/// Replies to come, in order.
class Replies {
 public:
  void Put(std::future<RelayReply> reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    changed_.notify_one();
  }
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
  }
  std::optional<std::future<RelayReply>> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || !replies_.empty(); });
    if (replies_.empty()) return std::nullopt;
    auto first = std::move(replies_.front());
    replies_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::future<RelayReply>> replies_;
  bool ended_ = false;
};

/// Streams that are being answered, each on a thread of its own.
class Streams {
 public:
  explicit Streams(GeneratorClient& client) : client_(client) {}

  void Begin(uint64_t id, GenerateSequenceRequest request) {
    const auto cancelled = Open(id);
    if (cancelled == nullptr) {
      RelayReply reply = ReplyOf(absl::ResourceExhaustedError("the server is too slow"));
      reply.set_stream_id(id);
      WriteReply(reply);
      return;
    }
    auto thread = StartThread(
        [this, id, cancelled, request = std::move(request)] { Run(id, request, *cancelled); });
    if (thread.ok()) return thread->detach();
    RelayReply reply = ReplyOf(thread.status());
    reply.set_stream_id(id);
    const std::lock_guard lock(mutex_);
    cancelled_.erase(id);
    WriteReply(reply);
  }
  void Cancel(uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = cancelled_.find(id);
    if (found != cancelled_.end()) *found->second = true;
  }

 private:
  static constexpr size_t kMaxStreams = 64;

  /// Where Cancel(id) will be told; null: there are too many streams already.
  std::shared_ptr<std::atomic<bool>> Open(uint64_t id) {
    const std::lock_guard lock(mutex_);
    if (cancelled_.size() >= kMaxStreams) return nullptr;
    return cancelled_[id] = std::make_shared<std::atomic<bool>>(false);
  }

  void Run(uint64_t id, const GenerateSequenceRequest& request, std::atomic<bool>& cancelled) {
    const auto answer = client_.GenerateStream(request, [&](const NoteSequence& piece) {
      RelayReply reply;
      reply.set_stream_id(id);
      reply.set_more(true);
      *reply.mutable_response()->mutable_generated_sequence() = piece;
      return !cancelled && WriteReply(reply);
    });
    RelayReply reply = ReplyOf(answer.status());
    reply.set_stream_id(id);
    const std::lock_guard lock(mutex_);
    cancelled_.erase(id);
    WriteReply(reply);
  }

  GeneratorClient& client_;
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<std::atomic<bool>>> cancelled_;
};

}  // namespace

int RunRelay(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  // Ctrl-C is for the program that asks; its end is ours.
  std::signal(SIGINT, SIG_IGN);
  ClientOptions options;
  options.server = argc > 1 ? argv[1] : "";
  if (const char* token = std::getenv(kTokenVariable)) options.auth_token = token;
  // gRPC ends the program where it gets no thread.
  if (absl::Status threads = CheckThreads(kClientThreads); !threads.ok()) {
    WriteReply(ReplyOf(threads));
    std::_Exit(5);
  }
  const auto client = MakeGeneratorClient(options);
  Replies replies;
  auto writer = StartThread([&replies] {
    while (auto reply = replies.Take()) {
      if (!WriteReply(reply->get())) std::_Exit(5);
    }
  });
  if (!writer.ok()) {
    WriteReply(ReplyOf(writer.status()));
    std::_Exit(5);
  }
  Streams streams(*client);
  RelayRequest request;
  while (ReadFrame(STDIN_FILENO, kMaxMessage, request)) {
    if (request.has_stream()) {
      streams.Begin(request.stream_id(), std::move(*request.mutable_stream()));
      continue;
    }
    if (request.cancel()) {
      streams.Cancel(request.stream_id());
      continue;
    }
    std::promise<RelayReply> reply;
    replies.Put(reply.get_future());
    const auto answer = std::make_shared<std::promise<RelayReply>>(std::move(reply));
    auto thread = StartThread([&client, answer, request = std::exchange(request, {})] {
      answer->set_value(Ask(*client, request));
    });
    if (thread.ok()) {
      thread->detach();
    } else {
      answer->set_value(ReplyOf(thread.status()));
    }
  }
  replies.End();
  writer->join();
  // Nobody is there for what still streams.
  std::_Exit(0);
}

}  // namespace magenta::cli
