// How long `magenta` takes from exec to exit, beside a program that does nothing (/bin/true).
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace {

void Spawn(benchmark::State& state, std::vector<std::string> command) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  for (auto _ : state) {
    pid_t pid = 0;
    int status = -1;
    if (posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0 ||
        waitpid(pid, &status, 0) != pid || status != 0) {
      state.SkipWithError("the program failed");
      break;
    }
  }
  posix_spawn_file_actions_destroy(&actions);
}

// bench/startup_bench and bin/magenta lie in the same build folder.
std::string Magenta() {
  return std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "bin/magenta";
}

void BM_True(benchmark::State& state) { Spawn(state, {"/bin/true"}); }
void BM_MagentaHelp(benchmark::State& state) { Spawn(state, {Magenta(), "--help"}); }
void BM_GenerateHelp(benchmark::State& state) { Spawn(state, {Magenta(), "generate", "--help"}); }
void BM_GenerateTen(benchmark::State& state) {
  const std::string out = std::filesystem::temp_directory_path() / "magenta-startup-bench";
  Spawn(state, {Magenta(), "generate", "--seed=1", "--num_outputs=10", "--num_steps=128",
                "--primer_melody=[60]", "--output_dir=" + out});
  std::filesystem::remove_all(out);
}
BENCHMARK(BM_True)->UseRealTime();
BENCHMARK(BM_MagentaHelp)->UseRealTime();
BENCHMARK(BM_GenerateHelp)->UseRealTime();
BENCHMARK(BM_GenerateTen)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
