#include "magenta/io/drums/step_list.h"

#include <fmt/core.h>

#include <charconv>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/music/event.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

class StepListParser {
 public:
  StepListParser(std::string_view text, const std::string& remedy) : text_(text), remedy_(remedy) {}

  absl::StatusOr<std::vector<std::vector<int>>> Parse() {
    MAGENTA_RETURN_IF_ERROR(Each([&]() -> absl::Status { return ParseStep(); }));
    SkipBlanks();
    if (at_ < text_.size()) return Error("the list ends before this");
    return std::move(steps_);
  }

 private:
  absl::Status Error(const std::string& what) const {
    return UsageError(fmt::format("column {}: {}", at_ + 1, what), remedy_);
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
    MAGENTA_RETURN_IF_ERROR(CheckEvents(static_cast<uint64_t>(steps_.size()) + 1));
    steps_.emplace_back();
    return Each([&]() -> absl::Status { return ParsePitch(); });
  }

  absl::Status ParsePitch() {
    SkipBlanks();
    int pitch = -1;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, pitch);
    if (error != std::errc() || pitch < kMinPitch || pitch > kMaxPitch) {
      return Error("a MIDI pitch, 0 to 127, is missing");
    }
    at_ = static_cast<size_t>(stop - text_.data());
    steps_.back().push_back(pitch);
    return absl::OkStatus();
  }

  const std::string_view text_;
  const std::string& remedy_;
  size_t at_ = 0;
  std::vector<std::vector<int>> steps_;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<int>>> ReadStepList(std::string_view text,
                                                           const std::string& remedy) {
  return StepListParser(text, remedy).Parse();
}

}  // namespace magenta
