#pragma once
// The only place of the program that prints. Results go to stdout, everything else to stderr.

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "magenta/cli/terminal/json.h"

namespace magenta::cli {

/// How much is said on stderr; each holds what the next ones hold.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// `status`, of which whoever met it has told on our stderr (a program that we ran): Output::Error
/// has nothing to add.
absl::Status SaidAlready(absl::Status status);

/// Where a command's words go.
class Output {
 public:
  struct Options {
    /// Results as JSON; errors too.
    bool json = false;
    /// No progress and nothing below a warning.
    bool quiet = false;
    LogLevel log_level = LogLevel::kInfo;
  };
  Output() = default;
  void Configure(const Options& options) { options_ = options; }
  const Options& options() const { return options_; }
  bool json() const { return options_.json; }

  /// A line of the result.
  void Line(std::string_view text);
  /// The result as JSON, one line.
  void Result(const Json& json) { Line(json.Text()); }
  /// Bytes of the result as they are.
  void Raw(std::string_view bytes);

  /// What a person may want to know; dropped under --quiet.
  void Info(std::string_view text);
  /// A line on stderr that only --log_level=debug shows.
  void Debug(std::string_view text);
  /// A line on stderr, "warning: ..."; --quiet shows it, too.
  void Warning(std::string_view text);
  /// The one line of an error, or its JSON: {"error": {"code", "message", "file", "remedy"}}.
  void Error(const absl::Status& status);

  /// Whether progress is to be shown at all.
  bool ShowsProgress() const { return !options_.quiet && options_.log_level <= LogLevel::kInfo; }
  /// Replaces the progress line on a terminal; prints a line elsewhere.
  void Progress(std::string_view text);
  /// Removes it.
  void ClearProgress();

  /// Exit 5 when stdout could not take everything.
  absl::Status Flush();

 private:
  void Message(std::string_view text);
  Options options_;
  size_t progress_width_ = 0;
};

/// A progress bar with the time left: on a terminal after half a second, elsewhere a line after two
/// seconds and then every ten. Draws nothing when Output doesn't.
class ProgressBar {
 public:
  /// `what` is a verb's present participle ("reading").
  ProgressBar(Output& output, std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `done` of `total`; `total` 0: unknown. `detail` stands behind ("loss 2.31").
  void Update(double done, double total, std::string_view detail = "");

 private:
  Output& output_;
  std::string what_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
  /// The first update: what was done before it (a resumed run's steps) took no time of ours.
  std::chrono::steady_clock::time_point first_;
  double begun_ = -1;
};

/// ", 12 s left", from `seconds` that it took to come from `begun` to `done` of `total`; "" as long
/// as nothing tells (nothing done since `begun`).
std::string TimeLeftText(double begun, double done, double total, double seconds);

/// "3 s", "4 min 10 s", "2 h 5 min"
std::string DurationText(double seconds);

/// Rows of cells as columns; numbers (cells that begin with a digit or a sign) to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Lines with line ends; the header alone when there are no rows.
  std::string Text(std::string_view indent = "") const;

 private:
  /// As its first cell that is not empty is.
  bool IsOfNumbers(size_t column) const;

  std::vector<std::vector<std::string>> rows_;
};

/// `text` without control characters, so that a file's bytes can't steer a terminal.
std::string Printable(std::string_view text);

}  // namespace magenta::cli
