#pragma once
// Where the parts and measures of a score stand in its text.
//
// A tree of a whole document takes ten times the memory of its text. The outline reads tags alone,
// without a tree, and gives a few measures at a time, of which the reader makes a tree and drops
// it.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/music/piece_limits.h"

namespace magenta {

/// A stretch of a score's text.
struct XmlPiece {
  enum Kind { kEnd, kTitle, kPartList, kMeasures };
  Kind kind = kEnd;
  /// The elements themselves, one behind the other: a <work> or <movement-title>, the <part-list>,
  /// or what `outer` holds.
  std::string_view text;
  /// kMeasures: the start tag around them, "<part id='P1'>" or (of timewise scores) "<measure>".
  std::string_view outer;
  /// kMeasures: whether they are the first ones of `outer`.
  bool is_first = false;
};

/// Walks a document (UTF-8) once, from its root to its end. The text must outlive it.
class XmlOutline {
 public:
  explicit XmlOutline(std::string_view text, const PieceLimits& limits = kPieceLimits)
      : text_(text), limits_(limits) {}

  /// Finds the root. Errors: it is neither <score-partwise> nor <score-timewise>.
  absl::Status Open();
  bool is_timewise() const { return is_timewise_; }

  /// The next piece. Of measures about as many as make 256 KiB. Errors: tags that do not match or
  /// do not end; an element of measures with more elements and attributes than a piece may have.
  absl::StatusOr<XmlPiece> Next();

 private:
  struct Tag {
    enum Kind { kNone, kOpen, kClose, kEmpty };
    Kind kind = kNone;
    std::string_view text, name;
    size_t at = 0;
    uint64_t parts = 0;  // itself and its attributes
  };

  /// The next tag of an element, past text, comments and the like; kNone at the end.
  absl::StatusOr<Tag> NextTag();
  absl::StatusOr<size_t> TagEnd(size_t begin, uint64_t* parts) const;
  absl::StatusOr<size_t> PastMarkup(size_t begin) const;
  /// Where a short element that `open` begins ends, if it holds nothing that only tags tell: no
  /// comments or the like, and no element of its own name. Three times as fast as tag by tag. What
  /// a failing search passed over is not searched again, so that all of them together pass over the
  /// text once.
  size_t PlainEnd(const Tag& open);
  /// Past the end of the element that `open` begins.
  absl::Status SkipElement(const Tag& open, uint64_t* parts);
  absl::StatusOr<XmlPiece> NextInOuter();
  absl::Status NotWellFormed(size_t at, std::string_view what) const;

  std::string_view text_;
  PieceLimits limits_;
  size_t at_ = 0;
  size_t plain_from_ = 0;  // before it, elements are walked tag by tag
  bool is_timewise_ = false;
  bool is_done_ = false;
  std::string_view root_;
  std::string_view outer_;  // start tag of the open part or measure; empty outside one
  std::string_view outer_name_;
  bool is_first_ = false;
};

}  // namespace magenta
