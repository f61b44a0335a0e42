#include "magenta/cli/terminal/output.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "absl/strings/cord.h"
#include "magenta/base/error_message.h"
#include "magenta/base/status.h"

namespace magenta::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kSaidPayload[] = "magenta/said";

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const char* ErrorCode(const absl::Status& status) {
  switch (ExitStatus(status)) {
    case 2: return "usage";
    case 3: return status.code() == absl::StatusCode::kNotFound ? "not_found" : "bad_input";
    case 4: return "nothing_to_output";
    case 5: return "outside";
    case 130: return "interrupted";
    default: return "internal";
  }
}

/// Characters of UTF-8 text, one column each.
size_t Columns(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

bool IsNumberCell(const std::string& cell) {
  return !cell.empty() && (std::isdigit(static_cast<unsigned char>(cell[0])) ||
                           (cell.size() > 1 && (cell[0] == '-' || cell[0] == '+') &&
                            std::isdigit(static_cast<unsigned char>(cell[1]))));
}

}  // namespace

absl::Status SaidAlready(absl::Status status) {
  if (!status.ok()) status.SetPayload(kSaidPayload, absl::Cord());
  return status;
}

void Output::Line(std::string_view text) {
  ClearProgress();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void Output::Raw(std::string_view bytes) {
  ClearProgress();
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

void Output::Message(std::string_view text) {
  ClearProgress();
  const std::string line = Printable(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Output::Info(std::string_view text) {
  if (!options_.quiet && options_.log_level <= LogLevel::kInfo) Message(text);
}

void Output::Debug(std::string_view text) {
  if (options_.log_level <= LogLevel::kDebug) Message(text);
}

void Output::Warning(std::string_view text) {
  if (options_.log_level <= LogLevel::kWarning) Message(fmt::format("warning: {}", text));
}

void Output::Error(const absl::Status& status) {
  if (status.GetPayload(kSaidPayload).has_value()) return;
  if (!options_.json) return Message("magenta: " + ErrorLine(status));
  const Json error = Json::Object()
                         .Set("code", ErrorCode(status))
                         .Set("message", ErrorMessage(status))
                         .Set("file", ErrorFile(status))
                         .Set("remedy", ErrorRemedy(status));
  Message(Json::Object().Set("error", error).Text());
}

void Output::Progress(std::string_view text) {
  if (!::isatty(STDERR_FILENO)) return Message(text);
  const size_t width = Columns(text);
  const std::string blanks(progress_width_ > width ? progress_width_ - width : 0, ' ');
  const std::string line = fmt::format("\r{}{}", text, blanks);
  std::fwrite(line.data(), 1, line.size(), stderr);
  progress_width_ = width;
}

void Output::ClearProgress() {
  if (progress_width_ == 0) return;
  const std::string line = "\r" + std::string(progress_width_, ' ') + "\r";
  progress_width_ = 0;
  std::fwrite(line.data(), 1, line.size(), stderr);
}

absl::Status Output::Flush() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return absl::OkStatus();
  return OutsideError("standard output", fmt::format("cannot write: {}", std::strerror(errno)));
}

ProgressBar::ProgressBar(Output& output, std::string what)
    : output_(output),
      what_(std::move(what)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

ProgressBar::~ProgressBar() { output_.ClearProgress(); }

void ProgressBar::Update(double done, double total, std::string_view detail) {
  if (!output_.ShowsProgress()) return;
  if (begun_ < 0) {
    begun_ = done;
    first_ = Clock::now();
  }
  const double elapsed = SecondsSince(start_);
  const double wait = last_ == start_ ? (terminal_ ? 0.5 : 2.0) : (terminal_ ? 0.1 : 10.0);
  if (SecondsSince(last_) < wait) return;
  last_ = Clock::now();
  const std::string tail = detail.empty() ? "" : fmt::format("  {}", detail);
  if (total <= 0) {
    output_.Progress(fmt::format("{}: {:.0f}, {}{}", what_, done, DurationText(elapsed), tail));
    return;
  }
  const double share = std::clamp(done / total, 0.0, 1.0);
  std::string bar;
  for (int i = 0; i < 24; ++i) bar += i < share * 24 ? "\u2588" : "\u2591";
  output_.Progress(fmt::format("{} {} {:3.0f} %{}{}", what_, bar, share * 100,
                               TimeLeftText(begun_, done, total, SecondsSince(first_)), tail));
}

std::string TimeLeftText(double begun, double done, double total, double seconds) {
  if (done <= begun) return "";
  const double left = std::max(0.0, total - done) * seconds / (done - begun);
  return fmt::format(", {} left", DurationText(left));
}

std::string DurationText(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

bool TextTable::IsOfNumbers(size_t column) const {
  for (size_t i = 1; i < rows_.size(); ++i) {
    if (column < rows_[i].size() && !rows_[i][column].empty()) {
      return IsNumberCell(rows_[i][column]);
    }
  }
  return false;
}

std::string TextTable::Text(std::string_view indent) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Columns(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - Columns(row[i]), ' ');
      line += IsOfNumbers(i) ? blanks + row[i] : row[i] + blanks;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      printable += fmt::format("\\x{:02x}", byte);
    } else {
      printable += c;
    }
  }
  return printable;
}

}  // namespace magenta::cli
