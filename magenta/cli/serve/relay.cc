// One thread reads, one writes, and each request in between has one of its own.

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "magenta/base/status.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/verbs/serve_flags.h"
#include "magenta/serve/grpc_client.h"

namespace magenta::cli {
namespace {

/// Longest message from a program of ours.
constexpr uint32_t kMaxMessage = 256 << 20;

bool ReadAll(char* to, size_t size) {
  while (size > 0) {
    const ssize_t count = ::read(STDIN_FILENO, to, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

bool WriteAll(const char* from, size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(STDOUT_FILENO, from, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    from += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

std::optional<RelayRequest> ReadRequest() {
  unsigned char head[4];
  if (!ReadAll(reinterpret_cast<char*>(head), 4)) return std::nullopt;
  const uint32_t size = head[0] | head[1] << 8 | head[2] << 16 | uint32_t{head[3]} << 24;
  if (size > kMaxMessage) return std::nullopt;
  std::string bytes(size, '\0');
  RelayRequest request;
  if (!ReadAll(bytes.data(), size) || !request.ParseFromString(bytes)) return std::nullopt;
  return request;
}

/// From any thread.
bool WriteReply(const RelayReply& reply) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const std::string bytes = reply.SerializeAsString();
  const auto size = static_cast<uint32_t>(bytes.size());
  const char head[4] = {static_cast<char>(size), static_cast<char>(size >> 8),
                        static_cast<char>(size >> 16), static_cast<char>(size >> 24)};
  return WriteAll(head, 4) && WriteAll(bytes.data(), bytes.size());
}

RelayReply ReplyOf(const absl::Status& status) {
  RelayReply reply;
  reply.set_code(static_cast<int>(status.code()));
  reply.set_message(std::string(status.message()));
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
    auto cancelled = std::make_shared<std::atomic<bool>>(false);
    {
      const std::lock_guard lock(mutex_);
      if (cancelled_.size() < kMaxStreams) cancelled_[id] = cancelled;
    }
    if (cancelled.use_count() == 1) {
      RelayReply reply = ReplyOf(absl::ResourceExhaustedError("the server is too slow"));
      reply.set_stream_id(id);
      WriteReply(reply);
      return;
    }
    std::thread([this, id, cancelled, request = std::move(request)] {
      Run(id, request, *cancelled);
    }).detach();
  }
  void Cancel(uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = cancelled_.find(id);
    if (found != cancelled_.end()) *found->second = true;
  }

 private:
  static constexpr size_t kMaxStreams = 64;

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
  const auto client = MakeGeneratorClient(options);
  Replies replies;
  std::thread writer([&replies] {
    while (auto reply = replies.Take()) {
      if (!WriteReply(reply->get())) std::_Exit(5);
    }
  });
  Streams streams(*client);
  while (auto request = ReadRequest()) {
    if (request->has_stream()) {
      streams.Begin(request->stream_id(), std::move(*request->mutable_stream()));
      continue;
    }
    if (request->cancel()) {
      streams.Cancel(request->stream_id());
      continue;
    }
    replies.Put(std::async(std::launch::async, [&client, request = *std::move(request)] {
      return Ask(*client, request);
    }));
  }
  replies.End();
  writer.join();
  // Nobody is there for what still streams.
  std::_Exit(0);
}

}  // namespace magenta::cli
