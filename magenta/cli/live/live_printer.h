#pragma once
// What a session shows: a status line on a terminal, JSON lines for programs, a few words else.

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "magenta/cli/verb.h"
#include "magenta/kinds/kind.h"
#include "magenta/live/duet.h"

namespace magenta::cli {

/// A model that kModel may choose.
struct PlayedModel {
  std::string name;
  /// What it draws at where nobody says.
  double temperature = 1;
  /// Of one that is here; it outlives the printer.
  const MusicKind* kind = nullptr;
};

class LivePrinter : public DuetObserver {
 public:
  LivePrinter(Output& out, const DuetOptions& options, std::vector<PlayedModel> models);

  /// From now on it is said once when the MIDI thread has no real-time priority.
  void ExpectRealTime() { expects_real_time_ = true; }

  void OnEntry(const SessionEvent& entry) override;
  void OnAnswer(const AnswerReport& report) override;
  void OnPlan(const PlanReport& report) override;
  void OnDrops(const RingDrops& drops) override;
  void OnIdle(const MidiBackendState& state) override;

  /// Answers that were given.
  int64_t answers() const { return answers_; }
  /// Of these, answers of a server that came after their time; and those that did not come or broke
  /// off, with what was said of the last one.
  int64_t late_answers() const { return late_answers_; }
  int64_t unanswered() const { return unanswered_; }
  const std::string& last_problem() const { return last_problem_; }
  int64_t player_notes() const { return player_notes_; }
  /// Of these, on channels that are listened to.
  int64_t heard_notes() const { return heard_notes_; }
  int64_t machine_notes() const { return machine_notes_; }
  const MidiBackendState& backend() const { return backend_; }

 private:
  std::string BarAndBeat(double position) const;
  std::string PartOf(const SessionEvent& entry) const;
  std::string StatusLine() const;
  Json PrimerOf(const AnswerReport& report) const;
  void OnNote(const SessionEvent& entry, bool machine);
  void OnControl(const SessionEvent& entry);
  void OnMessage(const SessionEvent& entry);
  void CountAnswer(const AnswerReport& report);
  /// The beginning of `entry`'s JSON line: what, when and where.
  Json Begin(std::string_view event, const SessionEvent& entry) const;
  void Print(const Json& line);

  Output& out_;
  const DuetOptions& options_;
  const std::vector<PlayedModel> models_;
  const bool terminal_;
  std::chrono::steady_clock::time_point drawn_;
  double position_ = 0;
  double qpm_;
  bool running_ = false;
  int64_t song_bars_ = 0;
  std::vector<TurnState> states_;
  std::deque<std::string> played_;
  std::deque<std::string> answered_;
  std::string planned_;  // of an accompaniment
  size_t model_ = 0;
  std::optional<double> temperature_;  // nothing: the model's own
  bool expects_real_time_ = false;
  MidiBackendState backend_;
  bool was_connected_ = false;
  int64_t dropped_ = 0;
  int64_t answers_ = 0;
  int64_t late_answers_ = 0;
  int64_t unanswered_ = 0;
  /// The last answer of a server, as the status line has it.
  std::string server_;
  int64_t player_notes_ = 0;
  int64_t heard_notes_ = 0;
  std::string last_problem_;
  int64_t machine_notes_ = 0;
};

}  // namespace magenta::cli
