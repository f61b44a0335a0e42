// The server under load: a gRPC server and its clients in one process, over loopback. An iteration
// is one answer of 8 bars (128 steps, a primer of one). Counters: answers a second, the median and
// the 99th percentile of their times in milliseconds, and sequences in a network step. Arguments:
// units of both layers, clients at a time, threads that step networks.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "magenta/base/check.h"
#include "magenta/generate/random_model.h"
#include "magenta/serve/grpc_client.h"
#include "magenta/serve/grpc_server.h"

namespace magenta {
namespace {

GenerateSequenceRequest EightBars(int seed) {
  GenerateSequenceRequest request;
  auto* note = request.mutable_input_sequence()->add_notes();
  note->set_pitch(60);
  note->set_velocity(100);
  note->set_end_time(0.125);
  auto& options = *request.mutable_generator_options();
  auto* section = options.add_generate_sections();
  section->set_start_time(0.125);
  section->set_end_time(16);
  (*options.mutable_args())["seed"].set_int_value(seed);
  return request;
}

double At(std::vector<double>& sorted, double part) {
  const auto index = static_cast<size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

/// Of all threads of this process.
double ProcessorMilliseconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto ms = [](const timeval& time) { return time.tv_sec * 1e3 + time.tv_usec * 1e-3; };
  return ms(use.ru_utime) + ms(use.ru_stime);
}

void BM_Serve(benchmark::State& state) {
  const int units = static_cast<int>(state.range(0)), clients = static_cast<int>(state.range(1));
  auto model =
      MakeModel(testing::RandomWeights("lookback_rnn", {units, units}), "lookback_rnn", "");
  MAGENTA_CHECK(model.ok());
  ServeOptions options;
  options.http_port = options.grpc_port = 0;
  options.threads = static_cast<int>(state.range(2));
  GeneratorService service({*model}, options);
  auto server = StartGrpcServer(service);
  MAGENTA_CHECK(server.ok());
  ClientOptions to;
  to.server = "127.0.0.1:" + std::to_string((*server)->port());
  const auto client = MakeGeneratorClient(to);
  MAGENTA_CHECK(client->List().ok());
  std::vector<double> times;
  const double before = ProcessorMilliseconds();
  for (auto _ : state) {
    // A round: each client asks four times, one after another.
    std::vector<std::vector<double>> of(clients);
    std::vector<std::thread> threads;
    for (int i = 0; i < clients; ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 4; ++k) {
          const auto start = Clock::now();
          MAGENTA_CHECK(client->Generate(EightBars(i * 4 + k)).ok());
          of[i].push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& mine : of) times.insert(times.end(), mine.begin(), mine.end());
  }
  state.SetItemsProcessed(static_cast<int64_t>(times.size()));
  state.counters["cpu_ms"] = (ProcessorMilliseconds() - before) / static_cast<double>(times.size());
  std::sort(times.begin(), times.end());
  state.counters["p50_ms"] = At(times, 0.5);
  state.counters["p99_ms"] = At(times, 0.99);
  state.counters["batch"] = static_cast<double>(service.metrics().rows()) /
                            static_cast<double>(service.metrics().steps());
}
BENCHMARK(BM_Serve)
    ->ArgsProduct({{128}, {1, 8, 64}, {1, 2}})
    ->ArgsProduct({{512}, {1, 8, 64}, {1}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace magenta
