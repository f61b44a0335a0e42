#pragma once
// The server without its wires: models by id, limits, and the scheduler. gRPC and HTTP both hand
// requests to this and bring back what comes of them.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/generator.pb.h"
#include "magenta/serve/metrics.h"
#include "magenta/serve/options.h"
#include "magenta/serve/renderer.h"
#include "magenta/serve/scheduler.h"
#include "magenta/service.pb.h"

namespace magenta {

/// A request as it came over a wire.
struct Call {
  Wire wire = Wire::kHttp;
  /// Not looked at any more once `done` was called.
  std::shared_ptr<const GenerateSequenceRequest> request;
  /// When the client gives up; the server's own limit comes on top.
  Clock::time_point deadline = Clock::time_point::max();
  std::shared_ptr<Ticket> ticket = std::make_shared<Ticket>();
  /// As in Job.
  std::function<void(NoteSequence piece)> piece;
  std::function<void(const ExpectedStep& step)> expected;
  std::function<void(absl::StatusOr<Generation> result)> done;
};

/// Thread-safe. Which generators there are may change while requests are answered.
class GeneratorService {
 public:
  /// `models` (one or more, checked), the default first. Of several with one id the later ones get
  /// -2, -3, ...
  GeneratorService(std::vector<std::shared_ptr<const Model>> models, const ServeOptions& options);

  /// Those that there are now, the default first.
  ListGeneratorsResponse ListGenerators() const;
  const ServeOptions& options() const { return options_; }
  ServerMetrics& metrics() { return metrics_; }
  Renderer& renderer() { return renderer_; }

  /// The model of `id`; "": the first. Error: kNotFound, with the ids that there are.
  absl::StatusOr<std::shared_ptr<const Model>> FindGenerator(const std::string& id) const;

  /// `model` is a generator from now on, the last one, called `id`. Error: there is one of that id
  /// (kAlreadyExists).
  absl::Status AddGenerator(std::shared_ptr<const Model> model, const std::string& id);
  /// From now on there is none of that id; requests in progress keep its model to their end.
  /// Errors: there is none (kNotFound), it is the last one (kFailedPrecondition).
  absl::Status RemoveGenerator(const std::string& id);

  /// Error: more notes or changes than a request may have (kResourceExhausted).
  absl::Status CheckInput(const NoteSequence& input) const;

  /// Answers `call` through its functions, `done` once. What it and its answer take is held by the
  /// ticket. Errors beside the scheduler's: no generator of that id (kNotFound), more notes than
  /// allowed, more bytes than are left (kResourceExhausted).
  void Generate(Call call);

  /// OK where `token` is the server's, or it has none; else kUnauthenticated.
  absl::Status CheckToken(const std::string& token) const;

  /// From now on new requests are refused (kUnavailable).
  void BeginDrain() { draining_ = true; }
  bool draining() const { return draining_; }
  /// Ends those that still run. Before the servers that they came by are destroyed.
  void Stop() {
    scheduler_.Stop();
    renderer_.Stop();
  }
  /// Waits for those that run.
  void Drain(Clock::time_point deadline) {
    scheduler_.Drain(deadline);
    renderer_.Drain(deadline);
  }

 private:
  struct Generator {
    std::shared_ptr<const Model> model;
    GeneratorDetails details;
  };
  static Generator Called(std::shared_ptr<const Model> model, const std::string& id);
  absl::StatusOr<size_t> PlaceOf(const std::string& id) const;

  const ServeOptions options_;
  mutable std::mutex mutex_;
  std::vector<Generator> generators_;  // locked
  std::atomic<bool> draining_{false};
  ServerMetrics metrics_;
  Renderer renderer_;  // outlives the scheduler, which hands on to it
  Scheduler scheduler_;
};

}  // namespace magenta
