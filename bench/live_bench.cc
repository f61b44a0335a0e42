// How late the first note of an answer is, and how far notes lie from the grid: a duet of one bar
// each through a real JACK server (its dummy driver), beside stress-ng on every core. With a model
// of several parts how late the notes are that it plays with a melody of eighths.
//
//   live_bench BUNDLE.mag SECONDS [load] [real-time] [PICTURE.svg]
//
// In frames, a note's time is what the synthesizer would be told. By the wall clock, it is when the
// synthesizer's callback of that period ran, against the median of the periods around: what the
// machine adds.

#include <fmt/core.h>
#include <jack/jack.h>
#include <jack/midiport.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/histogram.h"
#include "magenta/base/files.h"
#include "magenta/generate/model.h"
#include "magenta/live/backends/jack_server_for_tests.h"
#include "magenta/live/duet.h"

namespace magenta {
namespace {

/// Of taking turns, in sixteenths, and of both at once, in twelfths of a quarter.
constexpr double kQpm = 240, kTogetherQpm = 120;
constexpr int64_t kStepFrames = 3000;  // 48000 * 60 / kQpm / 4
constexpr int64_t kTickFrames = 2000;  // 48000 * 60 / kTogetherQpm / 12
constexpr uint32_t kBeatFrames = 12 * kTickFrames;
constexpr int kMachineChannel = 1, kClickChannel = 9;
constexpr int kStateControl = 90;
constexpr int kListening = 1, kAnswering = 2;
constexpr double kFramesPerMicrosecond = 0.048;

/// A note-on or change of state as the synthesizer gets it.
struct Hit {
  uint32_t frame;
  /// Of the period's first frame, and the wall clock at its callback.
  uint32_t period;
  jack_time_t wall;
  uint8_t status, data1, data2;
};

/// Hears everything; tells the player when a phrase begins, or a beat.
class Synth {
 public:
  Synth() : client_(OpenTestClient("synth")) {
    hits_.reserve(1 << 20);
    in_ = jack_port_register(client_, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    jack_set_process_callback(
        client_, [](jack_nframes_t n, void* self) { return static_cast<Synth*>(self)->Run(n); },
        this);
    jack_activate(client_);
  }
  ~Synth() { Close(); }
  void Close() {
    if (client_ != nullptr) jack_client_close(client_);
    client_ = nullptr;
  }
  /// Frame at which the newest phrase began, and the metronome clicked last; 0: none yet.
  std::atomic<uint32_t> phrase{0}, click{0};
  const std::vector<Hit>& hits() const { return hits_; }

 private:
  int Run(jack_nframes_t frames) {
    const uint32_t start = jack_last_frame_time(client_);
    const jack_time_t wall = jack_get_time();
    void* buffer = jack_port_get_buffer(in_, frames);
    for (uint32_t i = 0; i < jack_midi_get_event_count(buffer); ++i) {
      jack_midi_event_t event;
      jack_midi_event_get(&event, buffer, i);
      if (event.size != 3 || hits_.size() == hits_.capacity()) continue;
      const Hit hit{start + event.time, start,           wall,
                    event.buffer[0],    event.buffer[1], event.buffer[2]};
      const bool is_state = hit.status == 0xB0 && hit.data1 == kStateControl;
      if (is_state && hit.data2 == kListening) phrase = hit.frame;
      const bool is_note = (hit.status & 0xF0) == 0x90 && hit.data2 > 0;
      if (is_note && (hit.status & 0x0F) == kClickChannel) click = hit.frame;
      if (is_state || is_note) hits_.push_back(hit);
    }
    return 0;
  }

  jack_client_t* client_;
  jack_port_t* in_;
  std::vector<Hit> hits_;
};

/// Plays four notes into each bar that is the player's, or eighths to the metronome, as unevenly as
/// people do.
class Player {
 public:
  Player(Synth& synth, bool together)
      : synth_(synth), together_(together), client_(OpenTestClient("player")) {
    out_ = jack_port_register(client_, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(
        client_, [](jack_nframes_t n, void* self) { return static_cast<Player*>(self)->Run(n); },
        this);
    jack_activate(client_);
  }
  ~Player() { jack_client_close(client_); }

 private:
  struct Due {
    uint32_t frame;
    bool on;
    uint8_t pitch;
  };

  int Run(jack_nframes_t frames) {
    void* buffer = jack_port_get_buffer(out_, frames);
    jack_midi_clear_buffer(buffer);
    const uint32_t cue = together_ ? synth_.click : synth_.phrase;
    if (cue != cue_ && together_) PlanBeat(cue);
    if (cue != cue_ && !together_) PlanBar(cue);
    cue_ = cue;
    const uint32_t start = jack_last_frame_time(client_);
    for (; played_ != planned_; ++played_) {
      const Due& due = due_[played_ % due_.size()];
      const auto ahead = static_cast<int32_t>(due.frame - start);
      if (ahead >= static_cast<int32_t>(frames)) break;
      const uint8_t bytes[] = {static_cast<uint8_t>(due.on ? 0x90 : 0x80), due.pitch, 90};
      jack_midi_event_write(buffer, static_cast<uint32_t>(std::max(0, ahead)), bytes, 3);
    }
    return 0;
  }
  void Plan(uint32_t frame, uint32_t length, uint8_t pitch) {
    const uint32_t start = frame - 400 + static_cast<uint32_t>(random_() % 800);
    due_[planned_++ % due_.size()] = {start, true, pitch};
    due_[planned_++ % due_.size()] = {start + length, false, pitch};
  }
  void PlanBar(uint32_t phrase) {
    for (uint32_t i = 0; i < 4; ++i) {
      Plan(phrase + (1 + 4 * i) * static_cast<uint32_t>(kStepFrames), 3000,
           static_cast<uint8_t>(60 + 2 * i));
    }
  }
  /// The eighth after the click, and that of the next one.
  void PlanBeat(uint32_t click) {
    constexpr uint8_t kScale[] = {60, 62, 64, 65, 67, 69, 71, 72};
    for (uint32_t i = 1; i <= 2; ++i) {
      degree_ = std::clamp<int>(degree_ + static_cast<int>(random_() % 5) - 2, 0, 7);
      Plan(click + i * kBeatFrames / 2, kBeatFrames / 2 - 2000, kScale[degree_]);
    }
  }

  Synth& synth_;
  const bool together_;
  jack_client_t* client_;
  jack_port_t* out_;
  uint32_t cue_ = 0;
  std::array<Due, 32> due_ = {};
  uint32_t planned_ = 0, played_ = 0;
  int degree_ = 4;
  std::minstd_rand random_{1};
};

class Quiet : public DuetObserver {
 public:
  void OnIdle(const MidiBackendState& state) override { last = state; }
  MidiBackendState last;
};

/// Milliseconds between when each hit's period ran and the median of the hundred around it.
std::vector<double> WallJitter(const std::vector<Hit>& hits) {
  std::vector<double> offsets, jitter;
  for (const Hit& hit : hits) {
    offsets.push_back(static_cast<double>(hit.wall) -
                      static_cast<double>(hit.period - hits[0].period) / kFramesPerMicrosecond);
  }
  for (size_t i = 0; i < offsets.size(); ++i) {
    const size_t from = i < 50 ? 0 : i - 50, to = std::min(offsets.size(), i + 50);
    const double median = Percentile({offsets.begin() + from, offsets.begin() + to}, 0.5);
    jitter.push_back((offsets[i] - median) / 1000);
  }
  return jitter;
}

struct Findings {
  Histogram late_frames{"First note of an answer, past the grid's next step", "frames", {}};
  Histogram grid_frames{"Every note-on against the grid", "frames", {}};
  Histogram late_wall{"First note of an answer by the wall clock", "ms", {}};
  Histogram grid_wall{"Every note-on by the wall clock", "ms", {}};
  int phrases = 0;
  int at_once = 0;
};

/// The grid's frame 0 is the first state message's: a session begins on a step.
Findings Evaluate(std::vector<Hit> hits) {
  // A note of the frame in which the turn changes belongs to the new turn.
  std::stable_sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    const auto ahead = static_cast<int32_t>(a.frame - b.frame);
    return ahead < 0 || (ahead == 0 && a.status == 0xB0 && b.status != 0xB0);
  });
  Findings found;
  const std::vector<double> wall = WallJitter(hits);
  bool waits = false;
  uint32_t turn = 0;
  for (size_t i = 0; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    if (hit.status == 0xB0) {
      found.phrases += hit.data2 == kAnswering;
      waits = hit.data2 == kAnswering;
      turn = hit.frame;
      continue;
    }
    const auto since = static_cast<int64_t>(hit.frame - hits[0].frame);
    const double off = static_cast<double>((since + kStepFrames / 2) % kStepFrames) -
                       static_cast<double>(kStepFrames / 2);
    found.grid_frames.values.push_back(off);
    found.grid_wall.values.push_back(wall[i]);
    if (!waits || (hit.status & 0x0F) == 9) continue;
    waits = false;
    found.late_frames.values.push_back(off);
    found.late_wall.values.push_back(off / 48 + wall[i]);
    found.at_once += static_cast<int64_t>(hit.frame - turn) < kStepFrames / 2;
  }
  return found;
}

/// Both at once: the grid's frame 0 is the first click's.
std::vector<Histogram> EvaluateTogether(const std::vector<Hit>& hits) {
  Histogram grid{"Notes of the machine, past their place", "frames", {}};
  Histogram with_player{"Those with a note of the player's, past it", "frames", {}};
  const std::vector<double> wall = WallJitter(hits);
  Histogram jitter{"Notes of the machine by the wall clock", "ms", {}};
  std::optional<uint32_t> zero;
  int64_t player = -kTickFrames;
  for (size_t i = 0; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    const int channel = hit.status & 0x0F;
    if (channel == kClickChannel && !zero.has_value()) zero = hit.frame;
    if (!zero.has_value() || (hit.status & 0xF0) != 0x90) continue;
    const auto since = static_cast<int64_t>(hit.frame - *zero);
    if (channel == 0) player = since;
    if (channel != kMachineChannel) continue;
    const int64_t tick = since / kTickFrames * kTickFrames;
    grid.values.push_back(static_cast<double>(since - tick));
    jitter.values.push_back(wall[i]);
    const bool is_with_player = std::abs(player - tick) <= kTickFrames / 2;
    if (is_with_player) with_player.values.push_back(static_cast<double>(since - player));
  }
  return {grid, with_player, jitter};
}

pid_t StartLoad(int seconds) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const std::string count = std::to_string(std::thread::hardware_concurrency());
    const std::string time = std::to_string(seconds + 30) + "s";
    ::execlp("stress-ng", "stress-ng", "--cpu", count.c_str(), "--cpu-method", "loop", "-t",
             time.c_str(), "-q", nullptr);
    std::_Exit(127);
  }
  return pid;
}

void Print(const Histogram& one) {
  fmt::print("{:52} n {:6}  p50 {:9.4g}  p99 {:9.4g}  least {:9.4g}  most {:9.4g} {}\n", one.title,
             one.values.size(), Percentile(one.values, 0.5), Percentile(one.values, 0.99),
             Percentile(one.values, 0), Percentile(one.values, 1), one.unit);
}

absl::StatusOr<std::unique_ptr<Duet>> MakeTurns(const std::shared_ptr<const Model>& model) {
  DuetOptions options;
  options.mode = TurnMode::kBars;
  options.qpm = kQpm;
  options.listen_bars = 1;
  options.answer_bars = 1;
  options.state_control = kStateControl;
  options.thru = false;
  options.steps_per_quarter = model->grid.steps();
  return Duet::Create(options, {model});
}

absl::StatusOr<std::unique_ptr<Duet>> MakeTogether(const std::shared_ptr<const Model>& model) {
  DuetOptions options;
  options.mode = TurnMode::kTogether;
  options.qpm = kTogetherQpm;
  options.steps_per_quarter = options.steps_per_beat = model->grid.steps();
  options.steps_per_bar = 4 * options.steps_per_quarter;
  options.players[0].output_channel = kMachineChannel;
  options.metronome.channel = kClickChannel;
  return Duet::CreateTogether(options, model,
                              {VoiceRole::kAlto, VoiceRole::kTenor, VoiceRole::kBass});
}

int Run(const std::string& bundle, int seconds, bool load, bool real_time,
        const std::string& picture) {
  ModelSource source;
  source.bundle_file = bundle;
  const auto model = LoadModel(source);
  if (!model.ok()) return fmt::print(stderr, "{}\n", model.status().ToString()), 1;
  const bool together = (*model)->spec->kind->plays_parts();
  auto duet = together ? MakeTogether(*model) : MakeTurns(*model);
  TestJackServer server;
  if (!duet.ok() || !server.Start(real_time)) return fmt::print(stderr, "no JACK server\n"), 1;
  const pid_t stress = load ? StartLoad(seconds) : -1;
  Synth synth;
  Player player(synth, together);
  const auto backend = FindMidiBackend("jack");
  const auto port = (*backend)->make({.inputs = {"player:out"}, .outputs = {"synth:in"}});
  Quiet quiet;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  DuetRun run;
  bool is_open = false;
  run.stop = [&] {
    if (!std::exchange(is_open, true)) server.EndTurn();
    return std::chrono::steady_clock::now() > end;
  };
  const absl::Status status = (*duet)->Run(*port, run, quiet);
  server.TakeTurn();
  synth.Close();
  if (stress > 0) {
    ::kill(stress, SIGTERM);
    ::waitpid(stress, nullptr, 0);
  }
  if (!status.ok()) return fmt::print(stderr, "{}\n", status.ToString()), 1;
  std::vector<Histogram> panels;
  if (together) {
    panels = EvaluateTogether(synth.hits());
  } else {
    const Findings found = Evaluate(synth.hits());
    fmt::print("{} phrases, {} answers with notes, {} of them from their first step on\n",
               found.phrases, found.late_frames.values.size(), found.at_once);
    panels = {found.late_frames, found.grid_frames, found.late_wall, found.grid_wall};
  }
  const EngineState state = (*duet)->state();
  fmt::print("late notes {} (most {} frames), note-ons {}, note-offs {}, xruns {}, real time {}\n",
             state.late_notes, state.most_late, state.note_ons, state.note_offs,
             quiet.last.late_blocks, quiet.last.real_time);
  for (const Histogram& panel : panels) Print(panel);
  if (picture.empty()) return 0;
  return WriteFile(picture, HistogramsSvg(panels)).ok() ? 0 : 1;
}

}  // namespace
}  // namespace magenta

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: live_bench BUNDLE.mag SECONDS [load] [real-time] [PICTURE.svg]\n");
    return 2;
  }
  bool load = false, real_time = false;
  std::string picture;
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    load |= word == "load";
    real_time |= word == "real-time";
    if (word.ends_with(".svg")) picture = word;
  }
  return magenta::Run(argv[1], std::atoi(argv[2]), load, real_time, picture);
}
