// A book is cut into tunes at the lines that begin with X:, each read on its own, so that one that
// makes no sense loses no other.

#include "magenta/io/abc/abc.h"

#include <algorithm>
#include <string>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/abc/abc_fields.h"
#include "magenta/io/abc/abc_tune.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

/// The lines of a text, with any line ends.
class LineSplitter {
 public:
  explicit LineSplitter(std::string_view text) : text_(text) {}
  /// False at the end.
  bool Next(AbcLine& line) {
    if (text_.empty()) return false;
    const size_t end = std::min(text_.find_first_of("\r\n"), text_.size());
    line = {text_.substr(0, end), ++number_};
    const size_t line_end = text_.substr(end, 2) == "\r\n" ? 2 : 1;
    text_.remove_prefix(std::min(end + line_end, text_.size()));
    return true;
  }

 private:
  std::string_view text_;
  int number_ = 0;
};

bool StartsTune(const AbcLine& line) { return StripBlanks(line.text).substr(0, 2) == "X:"; }
bool HoldsKey(const AbcLine& line) { return StripBlanks(line.text).substr(0, 2) == "K:"; }

/// Whether some line is what `is` asks for.
bool AnyLine(std::string_view text, bool (*is)(const AbcLine&)) {
  LineSplitter lines(text);
  for (AbcLine line; lines.Next(line);) {
    if (is(line)) return true;
  }
  return false;
}

/// Reads a book line by line; a tune is read, and its lines forgotten, when the next one begins.
class BookReader {
 public:
  /// `has_numbers`: some line begins with X:; else all of it is one tune.
  BookReader(bool has_numbers, const PieceLimits& limits)
      : in_tune_(!has_numbers), counts_{.limits = limits} {}

  absl::Status Read(std::string_view text) {
    LineSplitter lines(text);
    for (AbcLine line; lines.Next(line);) MAGENTA_RETURN_IF_ERROR(Take(line));
    return EndTune();
  }
  std::vector<AbcTune>& tunes() { return tunes_; }

 private:
  absl::Status Take(const AbcLine& line) {
    if (StartsTune(line)) {
      MAGENTA_RETURN_IF_ERROR(EndTune());
      in_tune_ = true;
    }
    const std::string_view text = StripBlanks(line.text);
    if (!in_tune_) return TakeHeader(line, text);
    // Of empty lines the first ends a tune, and the others mean nothing.
    if (text.empty() && !lines_.empty() && StripBlanks(lines_.back().text).empty()) {
      return absl::OkStatus();
    }
    lines_.push_back(line);
    return CheckEvents(++counts_.events, counts_.limits);
  }

  /// Of the lines before the first tune, the last M:, L: and Q: count.
  absl::Status TakeHeader(const AbcLine& line, std::string_view text) {
    for (const std::string_view name : {"M:", "L:", "Q:"}) {
      if (!text.starts_with(name)) continue;
      std::erase_if(
          header_, [&](const AbcLine& other) { return StripBlanks(other.text).starts_with(name); });
      header_.push_back(line);
    }
    return absl::OkStatus();
  }

  absl::Status EndTune() {
    if (!in_tune_) return absl::OkStatus();
    if (lines_.empty() && tunes_.empty()) return absl::OkStatus();  // before the first X:
    MAGENTA_RETURN_IF_ERROR(CheckTunes(tunes_.size() + 1, counts_.limits));
    tunes_.push_back(ReadAbcTune(header_, lines_, counts_));
    lines_.clear();
    const absl::Status& status = tunes_.back().status;
    return IsPieceLimitError(status) ? status : absl::OkStatus();
  }

  bool in_tune_;
  std::vector<AbcLine> header_;
  std::vector<AbcLine> lines_;
  std::vector<AbcTune> tunes_;
  AbcCounts counts_;
};

}  // namespace

absl::StatusOr<std::vector<AbcTune>> ReadAbc(std::string_view text, const PieceLimits& limits) {
  MAGENTA_RETURN_IF_ERROR(CheckFileBytes(text.size(), limits));
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string converted;
  if (auto decoded = Utf16AsUtf8(text)) text = converted = *std::move(decoded);
  if (!IsUtf8(text)) text = converted = ToUtf8(text);
  const bool has_numbers = AnyLine(text, StartsTune);
  if (!has_numbers && !AnyLine(text, HoldsKey)) {
    if (text.find('\0') != std::string_view::npos) {
      return InputError("", "no tune: it holds zero bytes, as UTF-32 and files of no text do",
                        "Save it as UTF-8");
    }
    return InputError("", "no tune: no line begins with X: or K:", "Is it an ABC file?");
  }
  BookReader book(has_numbers, limits);
  MAGENTA_RETURN_IF_ERROR(book.Read(text));
  return std::move(book.tunes());
}

}  // namespace magenta
