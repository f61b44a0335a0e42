#pragma once
// JSON that we write: an ordered value, built up and dumped. (Reading is nlohmann's, where needed.)

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace magenta::cli {

/// A JSON value as text. Members stay in the order in which they are set.
class Json {
 public:
  /// null
  Json() : text_("null") {}
  Json(bool value) : text_(value ? "true" : "false") {}
  Json(int value) : Json(static_cast<int64_t>(value)) {}
  Json(int64_t value);
  Json(uint64_t value);
  /// The shortest text that reads back as the same number; infinity and not-a-number are null.
  Json(double value);
  /// Invalid UTF-8 is replaced by U+FFFD.
  Json(std::string_view value);
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const std::string& value) : Json(std::string_view(value)) {}

  static Json Object() { return Json(Kind::kObject); }
  static Json Array() { return Json(Kind::kArray); }
  /// `text` is JSON already.
  static Json Raw(std::string text);
  /// An array of what the elements convert to.
  template <typename Range>
  static Json ArrayOf(const Range& range) {
    Json array = Array();
    for (const auto& element : range) array.Add(Json(element));
    return array;
  }

  /// Of an object: adds a member. Of an array: adds an element.
  Json& Set(std::string_view name, const Json& value);
  /// Adds an element to an array.
  Json& Add(const Json& value);

  /// One line.
  std::string Text() const;

 private:
  enum class Kind { kScalar, kObject, kArray };
  explicit Json(Kind kind) : kind_(kind) {}
  Kind kind_ = Kind::kScalar;
  std::string text_;
};

}  // namespace magenta::cli
