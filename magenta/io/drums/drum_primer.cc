#include "magenta/io/drums/drum_primer.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/io/drums/drum_grid.h"
#include "magenta/music/drums/drum_track.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

/// Python's literal of steps, of which the outer brackets may be any.
class StepListParser {
 public:
  StepListParser(std::string_view text, const DrumPrimerOptions& options)
      : text_(text),
        options_(options),
        track_(4 * options.steps_per_quarter, options.steps_per_quarter) {}

  absl::StatusOr<NoteSequence> Parse() {
    MAGENTA_RETURN_IF_ERROR(Each([&]() -> absl::Status { return ParseStep(); }));
    SkipBlanks();
    if (at_ < text_.size()) return Error("the list ends before this");
    NoteSequence sequence = track_.ToSequence(options_.qpm);
    const double seconds_per_step = 60.0 / options_.qpm / options_.steps_per_quarter;
    sequence.set_total_time(static_cast<double>(track_.size()) * seconds_per_step);
    return sequence;
  }

 private:
  absl::Status Error(const std::string& what) const {
    return UsageError(fmt::format("column {}: {}", at_ + 1, what),
                      "Write a tuple of MIDI pitches a step, [(36, 42), (), (42,)], or a grid, "
                      "BD |x---x---x---x---|");
  }

  void SkipBlanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }

  bool TakeSign(char sign) {
    SkipBlanks();
    if (at_ >= text_.size() || text_[at_] != sign) return false;
    ++at_;
    return true;
  }

  /// Elements in brackets with commas between them and perhaps behind the last.
  template <typename ParseElement>
  absl::Status Each(ParseElement parse) {
    const bool is_list = TakeSign('[');
    if (!is_list && !TakeSign('(')) return Error("[ or ( is missing");
    const char close = is_list ? ']' : ')';
    while (!TakeSign(close)) {
      MAGENTA_RETURN_IF_ERROR(parse());
      if (TakeSign(',')) continue;
      if (TakeSign(close)) break;
      return Error(fmt::format("a comma or {} is missing", close));
    }
    return absl::OkStatus();
  }

  absl::Status ParseStep() {
    const int64_t step = track_.size();
    MAGENTA_RETURN_IF_ERROR(CheckEvents(static_cast<uint64_t>(step) + 1));
    track_.SetLength(step + 1);
    return Each([&]() -> absl::Status { return ParsePitch(step); });
  }

  absl::Status ParsePitch(int64_t step) {
    SkipBlanks();
    int pitch = -1;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, pitch);
    if (error != std::errc() || pitch < kMinPitch || pitch > kMaxPitch) {
      return Error("a MIDI pitch, 0 to 127, is missing");
    }
    at_ = static_cast<size_t>(stop - text_.data());
    track_.Strike(step, pitch);
    return absl::OkStatus();
  }

  const std::string_view text_;
  const DrumPrimerOptions& options_;
  size_t at_ = 0;
  DrumTrack track_;
};

}  // namespace

absl::StatusOr<NoteSequence> ParseDrumGrid(std::string_view text, double qpm) {
  std::string lines(text);
  std::replace(lines.begin(), lines.end(), ';', '\n');
  auto patterns = ReadDrumGrids(lines, qpm);
  const absl::Status status = patterns.ok() ? patterns->front().status : patterns.status();
  if (!status.ok()) return UsageError(ErrorMessage(status), ErrorRemedy(status));
  if (patterns->size() > 1) {
    return UsageError(fmt::format("{} patterns; a groove is one", patterns->size()),
                      "Begin its other parts with variation: and fill:");
  }
  return std::move(patterns->front().sequence);
}

absl::StatusOr<NoteSequence> ParseDrumPrimer(std::string_view text,
                                             const DrumPrimerOptions& options) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  const bool is_list = begin != text.npos && (text[begin] == '[' || text[begin] == '(');
  if (is_list) return StepListParser(text, options).Parse();
  return ParseDrumGrid(text, options.qpm);
}

}  // namespace magenta
