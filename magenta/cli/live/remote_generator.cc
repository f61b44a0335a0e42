#include "magenta/cli/live/remote_generator.h"

#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/cli/input/relay_pipe.h"
#include "magenta/generate/generator_details.h"

namespace magenta::cli {
namespace {

/// Streams by their ids; what is left of the pipe when a stream outlives its generator.
class StreamTable : public std::enable_shared_from_this<StreamTable> {
 public:
  explicit StreamTable(std::unique_ptr<RelayPipe> pipe) : pipe_(std::move(pipe)) {}

  std::shared_ptr<NoteStream> Open(const GenerateSequenceRequest& request) {
    const std::lock_guard lock(mutex_);
    const uint64_t id = ++last_id_;
    std::shared_ptr<NoteStream> stream(new NoteStream,
                                       [table = weak_from_this(), id](NoteStream* s) {
                                         if (const auto open = table.lock()) open->Drop(id);
                                         delete s;
                                       });
    streams_[id] = stream;
    RelayRequest message;
    message.set_stream_id(id);
    *message.mutable_stream() = request;
    const absl::Status sent = ended_.ok() ? pipe_->Send(message) : ended_;
    if (!sent.ok()) stream->End(sent);
    return stream;
  }

  /// Passes replies on until the relay ends.
  void Receive() {
    for (;;) {
      auto reply = pipe_->Receive();
      if (!reply.ok()) return EndAll(reply.status());
      const std::shared_ptr<NoteStream> stream = Find(reply->stream_id());
      if (stream == nullptr) continue;
      if (reply->more()) {
        stream->Push(std::move(*reply->mutable_response()->mutable_generated_sequence()));
      } else {
        stream->End(StatusOf(*reply));
      }
    }
  }
  void Close() const { pipe_->Close(); }

 private:
  std::shared_ptr<NoteStream> Find(uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second.lock();
  }
  void Drop(uint64_t id) {
    const std::lock_guard lock(mutex_);
    streams_.erase(id);
    if (!ended_.ok()) return;
    RelayRequest message;
    message.set_stream_id(id);
    message.set_cancel(true);
    pipe_->Send(message).IgnoreError();
  }
  void EndAll(const absl::Status& status) {
    std::vector<std::shared_ptr<NoteStream>> open;
    {
      const std::lock_guard lock(mutex_);
      ended_ = status;
      for (const auto& [id, stream] : streams_) open.push_back(stream.lock());
    }
    for (const auto& stream : open) {
      if (stream != nullptr) stream->End(status);
    }
  }

  const std::unique_ptr<RelayPipe> pipe_;
  std::mutex mutex_;
  std::map<uint64_t, std::weak_ptr<NoteStream>> streams_;
  uint64_t last_id_ = 0;
  absl::Status ended_;
};

class RelayGenerator final : public StreamingGenerator {
 public:
  explicit RelayGenerator(std::unique_ptr<RelayPipe> pipe)
      : table_(std::make_shared<StreamTable>(std::move(pipe))),
        receiver_([table = table_] { table->Receive(); }) {}
  ~RelayGenerator() override {
    table_->Close();
    receiver_.join();
  }
  std::shared_ptr<NoteStream> Ask(const GenerateSequenceRequest& request) override {
    return table_->Open(request);
  }

 private:
  const std::shared_ptr<StreamTable> table_;
  std::thread receiver_;
};

}  // namespace

absl::StatusOr<LiveServer> ConnectForLive(const RemoteFlags& flags, const std::string& config) {
  MAGENTA_ASSIGN_OR_RETURN(auto pipe, RelayPipe::Start(flags));
  RelayRequest message;
  message.mutable_list();
  MAGENTA_RETURN_IF_ERROR(pipe->Send(message));
  MAGENTA_ASSIGN_OR_RETURN(const RelayReply reply, pipe->Receive());
  MAGENTA_RETURN_IF_ERROR(StatusOf(reply));
  MAGENTA_ASSIGN_OR_RETURN(const GeneratorDetails first,
                           FindGenerator(reply.generators(), flags, config));
  MAGENTA_ASSIGN_OR_RETURN(const Grid grid, GridOf(first));
  LiveServer server;
  server.models.push_back(first);
  for (const GeneratorDetails& other : reply.generators().generators()) {
    const auto other_grid = GridOf(other);
    // One that plays over chords is chosen by name: without any it plays in no key.
    const bool fits = other_grid.ok() && *other_grid == grid && other.kind() == first.kind();
    if (other.id() != first.id() && fits) server.models.push_back(other);
  }
  server.generator = std::make_shared<RelayGenerator>(std::move(pipe));
  return server;
}

}  // namespace magenta::cli
