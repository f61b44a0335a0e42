#include "magenta/io/abc/abc_scanner.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace magenta {
namespace {

constexpr int kMostNumber = 9999;

bool IsNumberChar(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool AbcScanner::Take(char c) {
  if (Peek() != c || done()) return false;
  ++at_;
  return true;
}

void AbcScanner::SkipBlanks() {
  while (Peek() == ' ' || Peek() == '\t' || Peek() == '`') ++at_;
}

std::optional<std::string_view> AbcScanner::TakeEnclosed(char close) {
  if (missing_.find(close) != std::string::npos) return std::nullopt;
  const size_t end = line_.find(close, at_ + 1);
  if (end == std::string_view::npos) {
    missing_ += close;
    return std::nullopt;
  }
  const std::string_view inside = line_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return inside;
}

std::optional<int> AbcScanner::TakeNumber() {
  if (!IsNumberChar(Peek())) return std::nullopt;
  int value = 0;
  for (; IsNumberChar(Peek()); ++at_) {
    value = value * 10 + (Peek() - '0');
    has_cut_number_ |= value > kMostNumber;
    value = std::min(value, kMostNumber);
  }
  return value;
}

ScoreFraction AbcScanner::TakeLength() {
  ScoreFraction length;
  if (const auto number = TakeNumber()) length.numerator = std::max(*number, 1);
  while (Take('/')) {
    const int64_t by = std::max(TakeNumber().value_or(2), 1);
    length.denominator = std::min<int64_t>(length.denominator * by, 1024);
  }
  return length;
}

std::optional<AbcPitch> AbcScanner::TakePitch(bool* microtone) {
  size_t last_sign = at_;  // where to go on without a note: a run of signs is passed over once
  AbcPitch pitch;
  const char sign = Peek();
  if (sign == '^' || sign == '_' || sign == '=') {
    pitch.has_accidental = true;
    const int step = sign == '^' ? 1 : sign == '_' ? -1 : 0;
    for (int count = 0; Take(sign); ++count) pitch.accidental += count < 2 ? step : 0;
    last_sign = at_ - 1;
    if (Peek() == '/' || IsNumberChar(Peek())) {
      TakeLength();
      *microtone = true;
      pitch.has_accidental = false;
      pitch.accidental = 0;
    }
  }
  const char letter = Peek();
  pitch.letter = AbcLetterIndex(letter);
  if (done() || pitch.letter < 0) {
    at_ = last_sign;
    return std::nullopt;
  }
  ++at_;
  pitch.octave = std::islower(static_cast<unsigned char>(letter)) ? 1 : 0;
  for (; Peek() == '\'' || Peek() == ','; ++at_) pitch.octave += Peek() == '\'' ? 1 : -1;
  pitch.octave = std::clamp(pitch.octave, -16, 16);
  return pitch;
}

std::optional<AbcScanner::Bar> AbcScanner::TakeBar() {
  const size_t before = at_;
  Bar bar;
  int strokes = 0;
  int colons = 0;
  while (!done()) {
    const char c = Peek();
    if (c == ':') {
      ++(strokes > 0 ? bar.starts : colons);
    } else if (c == '|' || (c == ']' && strokes > 0) || (c == '[' && Peek(1) == '|')) {
      colons = std::max(colons, std::exchange(bar.starts, 0));  // "[|]:|" ends a repeat
      ++strokes;
    } else {
      break;
    }
    ++at_;
  }
  if (strokes == 0 && colons < 2) {
    at_ = before;
    return std::nullopt;
  }
  bar.ends = strokes > 0 ? colons : (colons + 1) / 2;
  if (strokes == 0) bar.starts = colons / 2;
  bar.thick = strokes > 1;
  return bar;
}

std::optional<std::vector<int>> AbcScanner::TakeEnding(bool after_bar) {
  const size_t before = at_;
  SkipBlanks();
  const bool bracket = Take('[');
  if ((!bracket && !(after_bar && at_ == before)) || !IsNumberChar(Peek())) {
    at_ = before;
    return std::nullopt;
  }
  constexpr int kMaxPass = 32;
  std::vector<int> passes;
  do {
    const int first = std::clamp(TakeNumber().value_or(1), 1, kMaxPass);
    const bool range = Peek() == '-' && IsNumberChar(Peek(1)) && Take('-');
    const int last = range ? std::clamp(*TakeNumber(), first, kMaxPass) : first;
    for (int pass = first; pass <= last && passes.size() < kMaxPass; ++pass) passes.push_back(pass);
  } while (Peek() == ',' && IsNumberChar(Peek(1)) && Take(','));
  Take('.');
  return passes;
}

std::optional<AbcScanner::Tuplet> AbcScanner::TakeTuplet(bool compound_meter) {
  if (Peek() != '(' || !IsNumberChar(Peek(1))) return std::nullopt;
  Skip();
  const int p = std::clamp(TakeNumber().value_or(3), 1, 64);
  static constexpr int kUsual[10] = {1, 1, 3, 2, 3, 0, 2, 0, 3, 0};
  int q = p < 10 ? kUsual[p] : 0;
  if (q == 0) q = compound_meter ? 3 : 2;
  int r = p;
  if (Take(':')) {
    if (const auto number = TakeNumber()) q = std::clamp(*number, 1, 64);
    if (Take(':')) {
      if (const auto number = TakeNumber()) r = std::clamp(*number, 0, 64);
    }
  }
  return Tuplet{{q, p}, r};
}

}  // namespace magenta
