#pragma once
// The smallest pieces of ABC music code, taken off the front of a line.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/io/abc/abc_voice.h"
#include "magenta/io/score/score_time.h"

namespace magenta {

/// A line of music code and how far it has been read. Take...() functions move on only when they
/// find what they look for.
class AbcScanner {
 public:
  /// `line` without its comment; it must outlive the scanner.
  explicit AbcScanner(std::string_view line) : line_(line) {}

  bool done() const { return at_ >= line_.size(); }
  /// The character `ahead` of the current one; 0 past the end.
  char Peek(size_t ahead = 0) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : 0; }
  /// May pass the end; done() says so.
  void Skip(size_t count = 1) { at_ += count; }
  /// Passes `c` if it is next.
  bool Take(char c);
  void SkipBlanks();

  /// Up to the next `close` on the line, which is passed; nothing when there is none. The current
  /// character is the opening one and is passed too.
  std::optional<std::string_view> TakeEnclosed(char close);
  /// "3", "3/2", "/", "//", "/4" as a multiple; 1 when none is written. Clamped to 1/1024 ... 9999.
  ScoreFraction TakeLength();
  /// At most 9999, which is what greater ones are read as.
  std::optional<int> TakeNumber();
  /// Whether a greater one was taken.
  bool has_cut_number() const { return has_cut_number_; }
  /// "^f'", "_B,,", "c": accidental, letter, octave marks. Quarter tones ("^/f") set `*microtone`
  /// and are read as if nothing stood before the note. Without a note it takes nothing, or of a run
  /// of one sign all but the last.
  std::optional<AbcPitch> TakePitch(bool* microtone);
  /// One of "|", "||", "|]", "[|", ":|", "|:", "::", ":|:", ":||:" and their like.
  struct Bar {
    int ends = 0;    ///< colons before the bar: a repeat ends
    int starts = 0;  ///< colons after it: a repeat starts
    bool thick = false;
  };
  std::optional<Bar> TakeBar();
  /// The passes of an ending right here: "1", "1,3", "1-3", "[2"; nothing when there is none.
  /// `after_bar`: digits count without a '['.
  std::optional<std::vector<int>> TakeEnding(bool after_bar);
  /// "(3", "(3:2", "(3:2:4", "(3::2"; nothing when '(' opens a slur.
  struct Tuplet {
    ScoreFraction by;
    int count;
  };
  std::optional<Tuplet> TakeTuplet(bool compound_meter);

 private:
  std::string_view line_;
  size_t at_ = 0;
  bool has_cut_number_ = false;
  std::string missing_;  // closing characters that the rest of the line does not have
};

}  // namespace magenta
