// A file is walked line by line; a line is a comment, a header or a drum's. The first error of a
// pattern ends it, and its other lines are passed over.

#include "magenta/io/drums/drum_grid.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/io/drums/drum_pattern.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr size_t kMaxPatterns = 100000;
constexpr size_t kMaxParts = 256;
constexpr int kMaxGrid = 96;
constexpr size_t kMaxNameInError = 40;

constexpr int kStrokeVelocity = 100;
constexpr int kAccentVelocity = 120;
constexpr int kGhostVelocity = 50;

std::string_view Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Without what follows a '#' at the start or behind a blank.
std::string_view WithoutComment(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      return line.substr(0, i);
    }
  }
  return line;
}

/// Takes the next line off `text`, at any line end.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<size_t>(text.size(), 1));
  return line;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

/// A piece of the input for an error, cut where it is long.
std::string Quoted(std::string_view text) {
  const bool is_long = text.size() > kMaxNameInError;
  return fmt::format("'{}{}'", ValidUtf8(text.substr(0, kMaxNameInError)), is_long ? "..." : "");
}

struct DrumHeader {
  std::string key;  // in lower case
  std::string_view value;
};

/// "KEY: VALUE"; nullopt for what is no header, as a drum's line is none.
std::optional<DrumHeader> HeaderOf(std::string_view line) {
  const size_t sign = line.find_first_of(":|");
  if (sign == std::string_view::npos || line[sign] != ':') return std::nullopt;
  return DrumHeader{Lower(Stripped(line.substr(0, sign))), Stripped(line.substr(sign + 1))};
}

template <typename T>
bool ParseNumber(std::string_view text, T& value) {
  text = Stripped(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// "3/8" into its two numbers; false unless they may be a meter.
bool ParseFraction(std::string_view text, int& above, int& below) {
  const size_t slash = text.find('/');
  return slash != std::string_view::npos && ParseNumber(text.substr(0, slash), above) &&
         ParseNumber(text.substr(slash + 1), below) && IsDrumMeter(above, below);
}

/// What a cell's sign means; 0 for a rest, -1 for what is none.
int VelocityOf(char sign) {
  switch (sign) {
    case 'x': return kStrokeVelocity;
    case 'X': return kAccentVelocity;
    case 'o':
    case 'g': return kGhostVelocity;
    case '-':
    case '.': return 0;
    default: return -1;
  }
}

/// What the patterns of a file hold together.
struct DrumGridCounts {
  uint64_t notes = 0;
  uint64_t events = 0;
};

/// Takes the lines of one pattern. Numbers of lines and columns count from 1.
class PatternReader {
 public:
  PatternReader(double default_qpm, DrumGridCounts& counts) : counts_(counts) {
    pattern_.qpm = default_qpm;
    pattern_.parts.emplace_back();
  }

  void Begin(std::string_view title, int number) {
    pattern_.title = title;
    number_ = number;
  }

  /// `line` is no comment and not empty. The pattern's first error is kept, and every line behind
  /// it passed over.
  void Take(std::string_view line, int number) {
    if (!status_.ok()) return;
    number_ = number;
    status_ = CheckEvents(++counts_.events);
    if (!status_.ok()) return;
    if (const auto header = HeaderOf(line)) {
      status_ = TakeHeader(*header);
    } else {
      status_ = TakeDrum(line);
    }
  }

  DrumGridPattern Finish() {
    if (status_.ok()) status_ = EndPart();
    if (status_.ok() && AllSilent()) {
      status_ = Error("the pattern has no stroke", "Write x for one: BD |x---x---|");
    }
    if (status_.ok()) status_ = CheckEvents(counts_.events += PhraseBars(pattern_));
    DrumGridPattern read;
    if (status_.ok()) {
      read.sequence = ToSequence(pattern_);
    } else {
      read.sequence.mutable_sequence_metadata()->set_title(pattern_.title);
    }
    read.left_out = std::move(left_out_);
    read.status = std::move(status_);
    return read;
  }

 private:
  struct DrumLine {
    int number = 0;
    int64_t bars = 0;
  };

  absl::Status Error(const std::string& what, const std::string& remedy) const {
    return InputError("", fmt::format("line {}: {}", number_, what), remedy);
  }
  absl::Status ErrorAt(size_t column, const std::string& what, const std::string& remedy) const {
    return InputError("", fmt::format("line {}, column {}: {}", number_, column + 1, what), remedy);
  }

  bool AllSilent() const {
    return std::all_of(pattern_.parts.begin(), pattern_.parts.end(),
                       [](const DrumPart& part) { return part.strokes.empty(); });
  }

  void Report(const std::string& text) {
    const auto same = std::find_if(left_out_.begin(), left_out_.end(),
                                   [&](const ScoreWarning& w) { return w.text == text; });
    if (same != left_out_.end()) {
      ++same->count;
    } else if (left_out_.size() < 64) {
      left_out_.push_back({number_, text});
    }
  }

  absl::Status TakeHeader(const DrumHeader& header) {
    if (header.key == "variation") return BeginPart(DrumPart::Kind::kVariation);
    if (header.key == "fill") return BeginPart(DrumPart::Kind::kFill);
    const bool is_late = pattern_.parts.size() > 1 || !lines_.empty();
    const std::string text = fmt::format("header {}", Quoted(header.key));
    if (is_late) {
      Report(text + ": write it before the pattern's first bars");
    } else if (header.key == "style") {
      pattern_.style = header.value;
    } else if (header.key == "by") {
      pattern_.by = header.value;
    } else if (header.key == "meter") {
      return TakeMeter(header.value);
    } else if (header.key == "tempo") {
      return TakeTempo(header.value);
    } else if (header.key == "grid") {
      return TakeGrid(header.value);
    } else {
      Report(text + ": there are style, by, meter, tempo, grid");
    }
    return absl::OkStatus();
  }

  absl::Status TakeMeter(std::string_view value) {
    if (ParseFraction(value, pattern_.numerator, pattern_.denominator)) return absl::OkStatus();
    return Error(fmt::format("{} is no meter", Quoted(value)),
                 "Write one such as 4/4, 3/4 or 12/8");
  }

  absl::Status TakeTempo(std::string_view value) {
    int above = 1;
    int below = 4;
    const size_t sign = value.find('=');
    const bool has_unit = sign != std::string_view::npos;
    double beats = 0;
    const bool is_number = (!has_unit || ParseFraction(value.substr(0, sign), above, below)) &&
                           ParseNumber(value.substr(has_unit ? sign + 1 : 0), beats);
    const double qpm = beats * 4 * above / below;
    if (is_number && IsDrumTempo(qpm)) {
      pattern_.qpm = qpm;
      return absl::OkStatus();
    }
    return Error(
        fmt::format("{} is no tempo", Quoted(value)),
        fmt::format("Write quarters a minute, 1 to {}: 112, or with their note value: 3/8=66",
                    kMaxDrumQpm));
  }

  absl::Status TakeGrid(std::string_view value) {
    int grid = 0;
    if (ParseNumber(value, grid) && grid >= 1 && grid <= kMaxGrid) {
      pattern_.grid = grid;
      return absl::OkStatus();
    }
    return Error(fmt::format("{} is no grid", Quoted(value)),
                 fmt::format("Write which part of a whole note a cell is, 1 to {}: 16 for "
                             "sixteenths, 8 for eighths, 12 for eighth triplets",
                             kMaxGrid));
  }

  absl::Status BeginPart(DrumPart::Kind kind) {
    MAGENTA_RETURN_IF_ERROR(EndPart());
    if (pattern_.parts.size() == kMaxParts) {
      return Error(fmt::format("more than {} parts in a pattern", kMaxParts),
                   "Begin another one with pattern: NAME");
    }
    pattern_.parts.emplace_back().kind = kind;
    return absl::OkStatus();
  }

  absl::Status EndPart() {
    if (lines_.empty()) {
      return Error("a part without drums ends here",
                   "Write a line for each drum, such as BD |x---x---x---x---|");
    }
    lines_.clear();
    DrumPart& part = pattern_.parts.back();
    std::stable_sort(part.strokes.begin(), part.strokes.end(),
                     [](const DrumStroke& a, const DrumStroke& b) { return a.cell < b.cell; });
    return absl::OkStatus();
  }

  absl::Status TakeDrum(std::string_view line) {
    const size_t bar_line = line.find('|');
    if (bar_line == std::string_view::npos) {
      return Error(fmt::format("{} is neither a header nor a drum's line", Quoted(Stripped(line))),
                   "Write tempo: 112, BD |x---x---x---x---|, or # before a comment");
    }
    const std::string_view name = Stripped(line.substr(0, bar_line));
    const std::optional<int> pitch = DrumPitchOf(name);
    if (!pitch.has_value()) {
      return Error(fmt::format("{} is no drum", Quoted(name)),
                   fmt::format("Write a MIDI pitch, 0 to 127, or one of {}", DrumNames()));
    }
    if (!pattern_.HasWholeBars()) {
      return Error(fmt::format("a bar of {}/{} is no whole number of cells on grid {}",
                               pattern_.numerator, pattern_.denominator, pattern_.grid),
                   "Write a finer grid, such as grid: 16");
    }
    const auto [known, is_new] = lines_.try_emplace(*pitch);
    if (!is_new) {
      return Error(fmt::format("{} stands in line {} already", name, known->second.number),
                   "Write all of its bars in one line, one after another");
    }
    known->second.number = number_;
    return TakeBars(line, bar_line + 1, *pitch, known->second);
  }

  absl::Status TakeBars(std::string_view line, size_t begin, int pitch, DrumLine& drum) {
    while (begin < line.size()) {
      const size_t end = std::min(line.find('|', begin), line.size());
      const std::string_view bar = line.substr(begin, end - begin);
      if (!Stripped(bar).empty()) {
        if (drum.bars == kMaxDrumBars) {
          return ErrorAt(begin, fmt::format("more than {} bars in a part", kMaxDrumBars),
                         "Write the others as a pattern of their own");
        }
        MAGENTA_RETURN_IF_ERROR(Stripped(bar) == "%" ? RepeatBar(begin, pitch, drum.bars)
                                                     : TakeBar(bar, begin, pitch, drum.bars));
        ++drum.bars;
      }
      begin = end + 1;
    }
    return CheckBars(drum);
  }

  absl::Status CheckBars(const DrumLine& drum) {
    DrumPart& part = pattern_.parts.back();
    const auto bars = [](int64_t n) { return Counted(n, "bar"); };
    if (drum.bars == 0) {
      return Error("the line has no bars", "Write cells between bar lines: |x---x---x---x---|");
    }
    if (lines_.size() == 1) part.bars = drum.bars;
    if (drum.bars == part.bars) return absl::OkStatus();
    return Error(
        fmt::format("{} here, but {} in the lines above", bars(drum.bars), bars(part.bars)),
        "Write as many; % repeats the bar before it");
  }

  absl::Status AddStroke(const DrumStroke& stroke) {
    MAGENTA_RETURN_IF_ERROR(CheckNotes(++counts_.notes));
    pattern_.parts.back().strokes.push_back(stroke);
    return absl::OkStatus();
  }

  /// The bar before, which is the last that was taken.
  absl::Status RepeatBar(size_t column, int pitch, int64_t bar) {
    if (bar == 0) return ErrorAt(column, "% has no bar before it", "Write the first bar's cells");
    const int64_t cells = pattern_.cells_per_bar();
    const auto& strokes = pattern_.parts.back().strokes;
    const size_t size = strokes.size();
    size_t first = size;
    while (first > 0 && strokes[first - 1].pitch == pitch &&
           strokes[first - 1].cell >= (bar - 1) * cells) {
      --first;
    }
    for (size_t i = first; i < size; ++i) {
      DrumStroke stroke = strokes[i];
      stroke.cell += cells;
      MAGENTA_RETURN_IF_ERROR(AddStroke(stroke));
    }
    return absl::OkStatus();
  }

  absl::Status TakeBar(std::string_view bar, size_t column, int pitch, int64_t number) {
    const int64_t wanted = pattern_.cells_per_bar();
    int64_t cells = 0;
    for (size_t i = 0; i < bar.size(); ++i) {
      if (bar[i] == ' ' || bar[i] == '\t') continue;
      const int velocity = VelocityOf(bar[i]);
      if (velocity < 0) {
        return ErrorAt(column + i, fmt::format("{} is no cell", Quoted(bar.substr(i, 1))),
                       "Write x, X (accent), o (ghost note) or -; a bar that repeats is % alone");
      }
      if (velocity > 0 && cells < wanted) {
        MAGENTA_RETURN_IF_ERROR(AddStroke({number * wanted + cells, pitch, velocity}));
      }
      ++cells;
    }
    if (cells == wanted) return absl::OkStatus();
    return ErrorAt(column,
                   fmt::format("bar {} of {} has {}, not the {} of {}/{} on grid {}", number + 1,
                               DrumNameOf(pitch), Counted(cells, "cell"), wanted,
                               pattern_.numerator, pattern_.denominator, pattern_.grid),
                   cells < wanted ? fmt::format("Add {} before the bar line", wanted - cells)
                                  : fmt::format("Take {} away", cells - wanted));
  }

  DrumGridCounts& counts_;
  DrumPattern pattern_;
  int number_ = 0;
  std::map<int, DrumLine> lines_;  // of the part at hand, by pitch
  std::vector<ScoreWarning> left_out_;
  absl::Status status_;
};

/// Cuts a file into patterns.
class DrumGridReader {
 public:
  explicit DrumGridReader(double default_qpm) : default_qpm_(default_qpm) {}

  absl::Status Read(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const std::string_view line = WithoutComment(TakeLine(text));
      if (Stripped(line).empty()) continue;
      const auto header = HeaderOf(line);
      const bool is_title = header.has_value() && header->key == "pattern";
      if (is_title) MAGENTA_RETURN_IF_ERROR(EndPattern());
      if (!pattern_.has_value()) pattern_.emplace(default_qpm_, counts_);
      if (is_title) {
        pattern_->Begin(header->value, number);
      } else {
        pattern_->Take(line, number);
      }
    }
    return EndPattern();
  }
  std::vector<DrumGridPattern>& patterns() { return patterns_; }

 private:
  absl::Status EndPattern() {
    if (!pattern_.has_value()) return absl::OkStatus();
    if (patterns_.size() == kMaxPatterns) {
      return InputError("", fmt::format("more than {} patterns", kMaxPatterns), "Split the file");
    }
    patterns_.push_back(pattern_->Finish());
    patterns_.back().sequence.set_reference_number(static_cast<int64_t>(patterns_.size()));
    pattern_.reset();
    const absl::Status& status = patterns_.back().status;
    return IsPieceLimitError(status) ? status : absl::OkStatus();
  }

  double default_qpm_;
  DrumGridCounts counts_;
  std::optional<PatternReader> pattern_;
  std::vector<DrumGridPattern> patterns_;
};

}  // namespace

absl::StatusOr<std::vector<DrumGridPattern>> ReadDrumGrids(std::string_view text,
                                                           double default_qpm) {
  MAGENTA_RETURN_IF_ERROR(CheckFileBytes(text.size()));
  std::string converted;
  if (!IsUtf8(text)) text = converted = ToUtf8(text);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  DrumGridReader reader(default_qpm);
  MAGENTA_RETURN_IF_ERROR(reader.Read(text));
  if (reader.patterns().empty()) {
    return InputError("", "no drum pattern: only comments and empty lines",
                      "Write pattern: NAME, and a line for each drum, such as BD |x---x---|");
  }
  return std::move(reader.patterns());
}

bool BeginsAsDrumGrid(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::string_view line = WithoutComment(TakeLine(text));
    if (Stripped(line).empty()) continue;
    const auto header = HeaderOf(line);
    return header.has_value() && header->key == "pattern";
  }
  return false;
}

}  // namespace magenta
