#include "magenta/cli/live/live_printer.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "magenta/music/key.h"

namespace magenta::cli {
namespace {

constexpr auto kRedrawEvery = std::chrono::milliseconds(80);
constexpr auto kFlushEvery = std::chrono::milliseconds(20);
constexpr size_t kLastNotes = 4;
/// Within so many steps of a beat it is shown: an outside clock starts just before its first tick.
constexpr double kOnStep = 0.02;
/// Answers of a server that are later than that, in seconds, are late: beside the nap of the
/// response thread.
constexpr double kOnTime = 0.002;

const char* StateName(TurnState state) {
  switch (state) {
    case TurnState::kListening: return "listening";
    case TurnState::kAnswering: return "playing";
    case TurnState::kIdle: break;
  }
  return "ready";
}

std::string_view ActionName(LiveAction action) {
  switch (action) {
    case LiveAction::kStartPhrase: return "start";
    case LiveAction::kStopPhrase: return "stop";
    case LiveAction::kToggle: return "toggle";
    case LiveAction::kPedal: return "pedal";
    case LiveAction::kEndPhrase: return "end_phrase";
    case LiveAction::kPanic: return "panic";
    case LiveAction::kMute: return "mute";
    case LiveAction::kLoop: return "loop";
    case LiveAction::kMutate: return "mutate";
    case LiveAction::kTemperature: return "temperature";
    case LiveAction::kTempo: return "tempo";
    case LiveAction::kModel: return "model";
    case LiveAction::kAnswerBars: return "answer_bars";
    case LiveAction::kMinListenBars: return "min_listen";
    case LiveAction::kMaxListenBars: return "max_listen";
    case LiveAction::kClock: return "clock";
    case LiveAction::kDensity: return "density";
    case LiveAction::kPitchClass: return "pitch_class";
    case LiveAction::kUntold: return "disable_conditioning";
  }
  return "";
}

/// "C4" of middle C.
std::string PitchName(int pitch) {
  constexpr const char* kNames[] = {"C",  "C#", "D",  "Eb", "E",  "F",
                                    "F#", "G",  "Ab", "A",  "Bb", "B"};
  return fmt::format("{}{}", kNames[pitch % 12], pitch / 12 - 1);
}

/// Of the terminal that stderr is; 80 where it does not say.
size_t TerminalColumns() {
  winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
  return size.ws_col;
}

void Remember(std::deque<std::string>& last, std::string text) {
  last.push_back(std::move(text));
  if (last.size() > kLastNotes) last.pop_front();
}

bool IsNoteOn(const SessionEvent& entry) {
  return (entry.bytes[0] & 0xf0) == 0x90 && entry.bytes[2] > 0;
}

}  // namespace

LivePrinter::LivePrinter(Output& out, const DuetOptions& options, std::vector<PlayedModel> models)
    : out_(out),
      options_(options),
      models_(std::move(models)),
      terminal_(::isatty(STDERR_FILENO) != 0 && !out.json() && out.ShowsProgress()),
      qpm_(options.qpm),
      states_(options.players.size(), TurnState::kIdle),
      temperature_(options.temperature) {}

std::string LivePrinter::BarAndBeat(double position) const {
  const auto step = static_cast<int64_t>(std::floor(position + kOnStep));
  return fmt::format("{}|{}", step / options_.steps_per_bar + 1 + song_bars_,
                     step % options_.steps_per_bar / options_.steps_per_beat + 1);
}

std::string LivePrinter::StatusLine() const {
  std::string states;
  for (const TurnState state : states_) {
    states += fmt::format("{}{:<9}", states.empty() ? "" : " ", StateName(state));
  }
  const auto notes = [](const std::deque<std::string>& last) {
    return fmt::format("{}", fmt::join(last, " "));
  };
  const PlayedModel model = models_.empty() ? PlayedModel() : models_[model_];
  std::string line = backend_.connected ? "" : "waiting for the port  ";
  line += fmt::format("{:>7}  {}  you {:<15}  machine {:<15}  {}  temperature {:.2f}  {:.0f} qpm",
                      running_ ? BarAndBeat(position_) : "stopped", states, notes(played_),
                      notes(answered_), model.name, temperature_.value_or(model.temperature), qpm_);
  if (backend_.load >= 0) line += fmt::format("  load {:.0f} %", backend_.load * 100);
  if (!server_.empty()) line += "  " + server_;
  if (!planned_.empty()) line += "  next " + planned_;
  if (dropped_ > 0) line += fmt::format("  {} dropped", dropped_);
  return line.substr(0, TerminalColumns() - 1);  // a longer one would not be replaced by the next
}

void LivePrinter::OnIdle(const MidiBackendState& state) {
  if (state.connected != backend_.connected) {
    Print(Json::Object().Set("event", "ports").Set("connected", state.connected));
    if (!terminal_ && was_connected_) {
      out_.Info(state.connected ? "the port is back" : "a port is gone; waiting for it");
    }
    was_connected_ |= state.connected;
  }
  if (state.connected && expects_real_time_ && !state.real_time) {
    out_.Info("no real-time priority: notes may come unevenly on a busy machine");
  }
  expects_real_time_ &= !state.connected;
  backend_ = state;
  const bool lines = out_.json() || options_.learn;
  if (!terminal_ && !lines) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < (lines ? kFlushEvery : kRedrawEvery)) return;
  drawn_ = now;
  // Whoever reads the lines gets them while they are news; a reader that is gone is noticed at the
  // end.
  if (lines) return out_.Flush().IgnoreError();
  out_.Progress(StatusLine());
}

void LivePrinter::OnDrops(const RingDrops& drops) {
  dropped_ = drops.total();
  Print(Json::Object()
            .Set("event", "dropped")
            .Set("phrase", drops.phrase.load())
            .Set("journal", drops.journal.load())
            .Set("sound", drops.sound.load()));
}

Json LivePrinter::Begin(std::string_view event, const SessionEvent& entry) const {
  return Json::Object()
      .Set("event", event)
      .Set("time", entry.seconds)
      .Set("at", BarAndBeat(entry.position));
}

void LivePrinter::Print(const Json& line) {
  if (out_.json()) out_.Result(line);
}

void LivePrinter::OnEntry(const SessionEvent& entry) {
  switch (entry.kind) {
    case SessionEvent::Kind::kPlayerNote: return OnNote(entry, false);
    case SessionEvent::Kind::kMachineNote: return OnNote(entry, true);
    case SessionEvent::Kind::kMessage: return OnMessage(entry);
    case SessionEvent::Kind::kControl: return OnControl(entry);
    case SessionEvent::Kind::kState:
      states_[entry.player] = entry.state;
      return Print(Begin("state", entry)
                       .Set("player", entry.player + 1)
                       .Set("state", StateName(entry.state)));
    case SessionEvent::Kind::kBeat:
      position_ = entry.position;
      qpm_ = entry.qpm;
      return;
    case SessionEvent::Kind::kTransport:
      running_ = entry.value != 0;
      if (running_) song_bars_ = entry.song_bars;
      return Print(Begin(running_ ? "start" : "stop", entry).Set("qpm", entry.qpm));
    case SessionEvent::Kind::kLate:
      return Print(Begin("late", entry).Set("player", entry.player + 1).Set("frames", entry.value));
    case SessionEvent::Kind::kClick:
    case SessionEvent::Kind::kChordKey:
    case SessionEvent::Kind::kPlayerSound:
    case SessionEvent::Kind::kTempo: return;
  }
}

void LivePrinter::OnNote(const SessionEvent& entry, bool machine) {
  const bool on = IsNoteOn(entry);
  if (on) {
    Remember(machine ? answered_ : played_, PitchName(entry.bytes[1]));
    ++(machine ? machine_notes_ : player_notes_);
    const int listens_to = options_.players[entry.player].input_channel;
    heard_notes_ += !machine && (listens_to < 0 || listens_to == (entry.bytes[0] & 0x0f));
  }
  Json line = Begin("note", entry)
                  .Set("who", machine ? "machine" : "player")
                  .Set("player", entry.player + 1)
                  .Set("on", on)
                  .Set("pitch", entry.bytes[1])
                  .Set("velocity", entry.bytes[2]);
  if (const std::string part = PartOf(entry); machine && !part.empty()) line.Set("part", part);
  Print(line);
}

/// Of an accompaniment.
std::string LivePrinter::PartOf(const SessionEvent& entry) const {
  const PlayerOptions& player = options_.players[entry.player];
  if (player.voices.empty()) return "";
  for (const MachinePart& part : MachinePartsOf(player)) {
    if (part.channel == (entry.bytes[0] & 0x0f)) return part.name;
  }
  return "";
}

void LivePrinter::OnControl(const SessionEvent& entry) {
  if (entry.action == LiveAction::kTemperature) temperature_ = KnobTemperature(entry.value);
  if (entry.action == LiveAction::kModel && !models_.empty()) {
    model_ = static_cast<size_t>(entry.value) % models_.size();
  }
  const ControlTurn turn = ControlTurn::Of(entry.value);
  Json line = Begin("control", entry).Set("action", ActionName(entry.action));
  if (entry.action == LiveAction::kPitchClass) line.Set("pitch_class", turn.pitch_class);
  Print(line.Set("value", turn.value));
}

void LivePrinter::OnMessage(const SessionEvent& entry) {
  const int kind = entry.bytes[0] & 0xf0;
  const int number = entry.bytes[1], value = entry.bytes[2];
  std::string text = fmt::format("{:02X} {:02X} {:02X}", entry.bytes[0], number, value);
  if (kind == 0xb0) {
    text = fmt::format("controller {} value {}: --switch=cc:{} or --..._control_number={}", number,
                       value, number, number);
    if (number == 64) text += " (the sustain pedal: --switch=pedal)";
  } else if (kind == 0x80 || kind == 0x90) {
    text = fmt::format("note {} ({}) {}: --switch=note:{}", number, PitchName(number),
                       IsNoteOn(entry) ? fmt::format("on, velocity {}", value) : "off", number);
  } else if (kind == 0xc0) {
    text = fmt::format("program {}", number);
  } else if (kind == 0xd0) {
    text = fmt::format("pressure {}", number);
  } else if (kind == 0xe0) {
    text = fmt::format("pitch bend {}", number + 128 * value - 8192);
  }
  if (out_.json()) {
    Json bytes = Json::Array();
    for (int i = 0; i < entry.size; ++i) bytes.Add(static_cast<int>(entry.bytes[i]));
    return Print(Begin("message", entry).Set("port", entry.port + 1).Set("bytes", bytes));
  }
  out_.Line(kind < 0xf0 ? fmt::format("port {} channel {:>2}: {}", entry.port + 1,
                                      (entry.bytes[0] & 0x0f) + 1, text)
                        : fmt::format("port {}: {}", entry.port + 1, text));
}

void LivePrinter::CountAnswer(const AnswerReport& report) {
  const bool failed = !report.problem.empty();
  answers_ += !report.again && !failed;
  unanswered_ += failed;
  if (failed) last_problem_ = report.problem;
  if (failed) {
    out_.Warning(
        fmt::format("{}: {}", report.again ? "the answer broke off" : "no answer", report.problem));
  }
  if (!report.elsewhere) return;
  if (failed) {
    server_ = "no answer";
  } else if (report.late_seconds > kOnTime) {
    ++late_answers_;
    server_ = fmt::format("answer {:.0f} ms late", report.late_seconds * 1000);
    if (!terminal_ && !out_.json()) out_.Info(server_);
  } else {
    server_ = fmt::format("server {:.0f} ms", report.delay_seconds * 1000);
    if (report.asked_ahead > 0) server_ += fmt::format(", {} steps ahead", report.asked_ahead);
  }
}

/// As `generate` takes it: the events of a melody; of drums the pitches of each step.
Json LivePrinter::PrimerOf(const AnswerReport& report) const {
  const auto model = std::find_if(models_.begin(), models_.end(), [&](const PlayedModel& other) {
    return other.name == report.model && other.kind != nullptr;
  });
  if (model == models_.end()) return Json::ArrayOf(report.primer);
  return Json::Raw(model->kind->ListText(report.primer));
}

void LivePrinter::OnAnswer(const AnswerReport& report) {
  CountAnswer(report);
  if (out_.json()) {
    Json line = Json::Object()
                    .Set("event", "answer")
                    .Set("at", BarAndBeat(static_cast<double>(report.start_step)))
                    .Set("player", report.player + 1)
                    .Set("seed", static_cast<int64_t>(report.seed))
                    .Set("model", report.model)
                    .Set("temperature", report.temperature);
    if (report.accompanies) {
      line.Set("accompanies", true);
    } else {
      line.Set("steps", report.end_step - report.start_step).Set("primer", PrimerOf(report));
    }
    if (!report.chords.empty())
      line.Set("chords", fmt::format("{}", fmt::join(report.chords, " ")));
    if (report.key.has_value()) line.Set("key", std::string(MajorKeyName(*report.key)));
    if (!report.problem.empty()) line.Set("problem", report.problem);
    if (report.problem.empty() && report.again) line.Set("goes_on", true);
    if (report.elsewhere) {
      line.Set("asked_ahead", report.asked_ahead).Set("late_seconds", report.late_seconds);
      if (report.delay_seconds >= 0) line.Set("delay_seconds", report.delay_seconds);
    }
    out_.Result(line);
  } else if (!terminal_ && report.problem.empty()) {
    const std::string at = BarAndBeat(static_cast<double>(report.start_step));
    out_.Info(report.accompanies ? fmt::format("{}: plays with you, seed {}", at, report.seed)
              : report.again     ? fmt::format("{}: {} goes on", at, report.model)
                                 : fmt::format("{}: answer to {} steps, seed {}", at,
                                               report.start_step - report.phrase_start, report.seed));
  }
  for (const std::string& note : report.notes) out_.Debug(note);
}

void LivePrinter::OnPlan(const PlanReport& report) {
  Json notes = Json::Array();
  std::deque<std::string> machine;
  for (const PlanReport::Note& note : report.notes) {
    notes.Add(Json::Object()
                  .Set("voice", note.voice)
                  .Set("pitch", note.pitch)
                  .Set("start", note.start - report.step)
                  .Set("end", note.end - report.step));
    if (note.voice > 0 && machine.size() < kLastNotes) machine.push_back(PitchName(note.pitch));
  }
  planned_ = fmt::format("{}", fmt::join(machine, " "));
  Print(Json::Object()
            .Set("event", "plan")
            .Set("at", BarAndBeat(static_cast<double>(report.step)))
            .Set("player", report.player + 1)
            .Set("notes", notes));
}

}  // namespace magenta::cli
