#pragma once
// multipart/form-data (RFC 7578): what `curl -F file=@tune.mid -F bars=8` and a page's form send.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace magenta {

/// One field of a form.
struct FormPart {
  std::string name;
  /// Whether it came as a file, which has a name.
  bool is_file = false;
  /// "" where it says none.
  std::string content_type;
  /// Of the whole body.
  std::string_view bytes;
};

/// Most fields of a form.
inline constexpr size_t kMaxFormParts = 64;

/// Whether `content_type` names multipart/form-data.
bool IsMultipart(std::string_view content_type);

/// The fields of `body`, in order. Errors (exit 2), with the place: no boundary, a body that does
/// not begin with it or has no end, a field without name, too many fields.
absl::StatusOr<std::vector<FormPart>> ReadMultipart(std::string_view content_type,
                                                    std::string_view body);

}  // namespace magenta
