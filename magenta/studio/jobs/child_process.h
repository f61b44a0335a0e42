#pragma once
// A program that runs beside the server without being in anyone's way: in a session of its own, at
// a low priority, and ended with the server however that ends.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

struct ChildProcess {
  /// The program's path, then its arguments.
  std::vector<std::string> arguments;
  /// Where it runs.
  std::string folder = ".";
  /// 0 (the server's own priority) to 19: of its session among others, too; 19 is also given no
  /// processor that another program wants.
  int nice = 19;
  /// Called with each line of its stdout, without the line feed, on the calling thread; may be
  /// empty. Lines over 1 MiB are cut there.
  std::function<void(const std::string& line)> on_line;
  /// Asked often; true: the program is asked to end (SIGTERM), and killed where it takes longer
  /// than `seconds_to_end`.
  std::function<bool()> stop;
  double seconds_to_end = 10;
};

struct ChildEnd {
  /// Its exit status; of one that a signal ended 128 + the signal.
  int status = 0;
  /// The end of what it said on stderr, 16 KiB at most.
  std::string last_words;
};

/// Runs `child` to its end. The system ends it with the calling thread, too. Errors (exit 5): it
/// can't be started.
absl::StatusOr<ChildEnd> RunChild(const ChildProcess& child);

}  // namespace magenta
