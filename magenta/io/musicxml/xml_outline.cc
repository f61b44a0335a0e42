#include "magenta/io/musicxml/xml_outline.h"

#include <fmt/core.h>

#include <cstring>

#include "magenta/base/status.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr size_t kEnoughBytes = size_t{256} << 10;
/// An element of up to that size has not too many others.
constexpr size_t kShortBytes = size_t{1} << 20;
constexpr size_t kMostTitleBytes = size_t{64} << 10;
/// Of "<a/>".
constexpr size_t kLeastElementBytes = 4;
constexpr std::string_view kNameEnds = " \t\r\n/>";

/// Whether `inside` holds neither comments and the like nor an element that is called `name`.
bool IsPlain(std::string_view inside, std::string_view name) {
  for (const char mark : {'!', '?'}) {
    for (size_t i = inside.find(mark); i != std::string_view::npos; i = inside.find(mark, i + 1)) {
      if (i > 0 && inside[i - 1] == '<') return false;
    }
  }
  const std::string again = "<" + std::string(name);
  for (size_t i = 0; i < inside.size(); ++i) {
    const void* other = memmem(inside.data() + i, inside.size() - i, again.data(), again.size());
    if (other == nullptr) break;
    i = static_cast<size_t>(static_cast<const char*>(other) - inside.data());
    const size_t end = i + again.size();
    if (end >= inside.size() || kNameEnds.find(inside[end]) != std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

absl::Status XmlOutline::NotWellFormed(size_t at, std::string_view what) const {
  return InputError("", fmt::format("not well-formed XML at byte {}: {}", at, what));
}

absl::StatusOr<size_t> XmlOutline::TagEnd(size_t begin, uint64_t* parts) const {
  ++*parts;
  for (size_t i = begin + 1; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '>') return i + 1;
    if (c == '<') break;
    if (c != '"' && c != '\'') continue;
    ++*parts;
    i = text_.find(c, i + 1);
    if (i == std::string_view::npos) break;
  }
  return NotWellFormed(begin, "a tag that does not end");
}

absl::StatusOr<size_t> XmlOutline::PastMarkup(size_t begin) const {
  const std::string_view rest = text_.substr(begin);
  const std::string_view end = rest.starts_with("<!--")        ? "-->"
                               : rest.starts_with("<![CDATA[") ? "]]>"
                               : rest.starts_with("<?")        ? "?>"
                                                               : "";
  if (!end.empty()) {
    const size_t found = text_.find(end, begin + 2);
    if (found == std::string_view::npos) return NotWellFormed(begin, "markup that does not end");
    return found + end.size();
  }
  int depth = 0;  // of the brackets of a DOCTYPE
  for (size_t i = begin; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '"' || c == '\'') i = text_.find(c, i + 1);
    if (i == std::string_view::npos) break;
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == '>' && depth <= 0) return i + 1;
  }
  return NotWellFormed(begin, "markup that does not end");
}

absl::StatusOr<XmlOutline::Tag> XmlOutline::NextTag() {
  while (true) {
    const size_t begin = text_.find('<', at_);
    if (begin == std::string_view::npos) return Tag{};
    const char next = begin + 1 < text_.size() ? text_[begin + 1] : '\0';
    if (next == '!' || next == '?') {
      MAGENTA_ASSIGN_OR_RETURN(at_, PastMarkup(begin));
      continue;
    }
    Tag tag;
    tag.at = begin;
    MAGENTA_ASSIGN_OR_RETURN(at_, TagEnd(begin, &tag.parts));
    tag.text = text_.substr(begin, at_ - begin);
    tag.kind = next == '/'                                      ? Tag::kClose
               : tag.text.substr(tag.text.size() - 2, 1) == "/" ? Tag::kEmpty
                                                                : Tag::kOpen;
    const std::string_view name = tag.text.substr(next == '/' ? 2 : 1);
    tag.name = name.substr(0, name.find_first_of(kNameEnds));
    return tag;
  }
}

size_t XmlOutline::PlainEnd(const Tag& open) {
  if (at_ < plain_from_) return std::string_view::npos;
  const std::string_view ahead = text_.substr(at_, kShortBytes);
  const std::string close = "</" + std::string(open.name) + ">";
  const void* found = memmem(ahead.data(), ahead.size(), close.data(), close.size());
  const auto size = found == nullptr
                        ? ahead.size()
                        : static_cast<size_t>(static_cast<const char*>(found) - ahead.data());
  if (found != nullptr && IsPlain(ahead.substr(0, size), open.name)) {
    return at_ + size + close.size();
  }
  plain_from_ = at_ + size;
  return std::string_view::npos;
}

absl::Status XmlOutline::SkipElement(const Tag& open, uint64_t* parts) {
  *parts += open.parts;
  if (open.kind == Tag::kEmpty) return absl::OkStatus();
  if (const size_t end = PlainEnd(open); end != std::string_view::npos) {
    *parts += (end - at_) / kLeastElementBytes;
    at_ = end;
    return absl::OkStatus();
  }
  for (int64_t depth = 1; depth > 0;) {
    MAGENTA_ASSIGN_OR_RETURN(const Tag tag, NextTag());
    if (tag.kind == Tag::kNone) {
      return NotWellFormed(open.at, fmt::format("<{}> is never closed", open.name));
    }
    if (tag.kind == Tag::kClose) --depth;
    if (tag.kind == Tag::kOpen) ++depth;
    if (tag.kind != Tag::kClose) *parts += tag.parts;
  }
  return absl::OkStatus();
}

absl::Status XmlOutline::Open() {
  MAGENTA_ASSIGN_OR_RETURN(const Tag tag, NextTag());
  is_timewise_ = tag.name == "score-timewise";
  if (tag.kind == Tag::kNone) return NotWellFormed(0, "no element");
  if (!is_timewise_ && tag.name != "score-partwise") {
    return InputError("", "neither <score-partwise> nor <score-timewise> is the root element",
                      "Is it MusicXML?");
  }
  root_ = tag.name;
  is_done_ = tag.kind == Tag::kEmpty;
  return absl::OkStatus();
}

absl::StatusOr<XmlPiece> XmlOutline::NextInOuter() {
  XmlPiece piece{XmlPiece::kMeasures, {}, outer_, is_first_};
  is_first_ = false;
  uint64_t parts = 0;
  while (piece.text.size() < kEnoughBytes && parts < kEnoughBytes) {
    MAGENTA_ASSIGN_OR_RETURN(const Tag tag, NextTag());
    if (tag.kind == Tag::kNone) {
      return NotWellFormed(at_, fmt::format("<{}> is never closed", outer_name_));
    }
    if (tag.kind == Tag::kClose) {
      if (tag.name != outer_name_) {
        return NotWellFormed(tag.at, fmt::format("</{}> closes <{}>", tag.name, outer_name_));
      }
      outer_ = {};
      break;
    }
    uint64_t own = 0;
    MAGENTA_RETURN_IF_ERROR(SkipElement(tag, &own));
    MAGENTA_RETURN_IF_ERROR(CheckEvents(own, limits_));
    const size_t begin =
        piece.text.empty() ? tag.at : static_cast<size_t>(piece.text.data() - text_.data());
    piece.text = text_.substr(begin, at_ - begin);
    parts += own;
  }
  return piece;
}

absl::StatusOr<XmlPiece> XmlOutline::Next() {
  if (!outer_.empty()) return NextInOuter();
  while (!is_done_) {
    MAGENTA_ASSIGN_OR_RETURN(const Tag tag, NextTag());
    if (tag.kind == Tag::kClose && tag.name == root_) break;
    if (tag.kind == Tag::kNone || tag.kind == Tag::kClose) {
      return NotWellFormed(tag.kind == Tag::kNone ? at_ : tag.at,
                           fmt::format("<{}> is not closed", root_));
    }
    if (tag.name == (is_timewise_ ? "measure" : "part")) {
      if (tag.kind == Tag::kEmpty) return XmlPiece{XmlPiece::kMeasures, {}, tag.text, true};
      outer_ = tag.text;
      outer_name_ = tag.name;
      is_first_ = true;
      return NextInOuter();
    }
    uint64_t parts = 0;
    MAGENTA_RETURN_IF_ERROR(SkipElement(tag, &parts));
    const std::string_view element = text_.substr(tag.at, at_ - tag.at);
    const bool is_title = tag.name == "work" || tag.name == "movement-title";
    if (is_title && element.size() <= kMostTitleBytes) {
      return XmlPiece{XmlPiece::kTitle, element, {}, false};
    }
    if (tag.name != "part-list") continue;
    MAGENTA_RETURN_IF_ERROR(CheckEvents(parts, limits_));
    return XmlPiece{XmlPiece::kPartList, element, {}, false};
  }
  is_done_ = true;
  return XmlPiece{};
}

}  // namespace magenta
