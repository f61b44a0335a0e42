// A path is a file below the folder only if it is made of plain names: no dots at their beginning,
// no byte that a file system or a shell reads otherwise. What a link leads to must lie in the
// folder, too.

#include "magenta/studio/page_route.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMostPageFile = uint64_t{64} << 20;

/// Nothing of the page comes from elsewhere, and nothing else shows it.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

struct FileType {
  std::string_view ending;
  const char* content_type;
  /// Whether it may lie beside index.html, open to all.
  bool at_the_root = false;
};
constexpr FileType kFileTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml", true},
    {".png", "image/png", true},
    {".ico", "image/x-icon", true},
    {".webmanifest", "application/manifest+json", true},
    {".json", "application/json"},
    {".map", "application/json"},
    {".wasm", "application/wasm"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

const FileType* TypeOfName(std::string_view name) {
  for (const FileType& type : kFileTypes) {
    if (name.ends_with(type.ending)) return &type;
  }
  return nullptr;
}

/// Whether `path` ("assets/a-1.js") is made of plain names.
bool IsPlainPath(std::string_view path) {
  bool begins = true;  // a name
  for (const char c : path) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    if (begins ? !plain : !plain && c != '.' && c != '/') return false;
    begins = c == '/';
  }
  return !begins;
}

/// Whether an Accept-Encoding takes gzip.
bool TakesGzip(std::string_view header) {
  while (!header.empty()) {
    std::string item(header.substr(0, header.find(',')));
    header.remove_prefix(std::min(item.size() + 1, header.size()));
    std::erase_if(item, [](char c) { return c == ' ' || c == '\t'; });
    if (item == "gzip" ||
        (item.starts_with("gzip;q=") && item.find_first_of("123456789") < item.size())) {
      return true;
    }
  }
  return false;
}

class PageRoute final : public StudioRoute {
 public:
  explicit PageRoute(const StudioParts& parts) : options_(parts.options) {}

  bool Owns(const std::string& path) const override {
    if (path == "/" || path.starts_with("/assets/")) return true;
    const FileType* type = TypeOfName(path);
    return type != nullptr && type->at_the_root && path.rfind('/') == 0;
  }
  bool IsOpen() const override { return true; }

  void Answer(StudioRequest request) override {
    if (!request.Takes({"GET"})) return;
    const std::string& path = request.target.path;
    const std::string name = path == "/" ? "index.html" : path.substr(1);
    const auto file = FileOf(name);
    if (!file.has_value()) return request.SendError(Missing(name));
    const auto packed = FileOf(name + ".gz");
    const bool packs = packed.has_value() && TakesGzip(request.http.accept_encoding);
    auto bytes = ReadFile(packs ? *packed : *file, kMostPageFile);
    if (!bytes.ok()) return request.SendError(Missing(name));
    HttpResponse response;
    const FileType* type = TypeOfName(name);
    response.content_type = type == nullptr ? "application/octet-stream" : type->content_type;
    // Vite's names of assets change with what they hold.
    const bool fixed = name.starts_with("assets/");
    response.headers = {
        {"Cache-Control", fixed ? "public, max-age=31536000, immutable" : "no-cache"},
        {"Content-Security-Policy", kPolicy},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"}};
    if (packed.has_value()) response.headers.emplace_back("Vary", "Accept-Encoding");
    if (packs) response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = *std::move(bytes);
    request.Send(std::move(response));
  }

  std::string Paths() const override {
    return R"json({
"/": {"get": {"summary": "The studio's page, where it is built; what it is made of lies below /assets. No token is asked for", "responses": {"200": {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}, "default": {"$ref": "#/components/responses/Error"}}}}
})json";
  }

 private:
  /// Where the file of `name` lies; nullopt: there is none in the folder.
  std::optional<std::string> FileOf(const std::string& name) const {
    if (options_.page_folder.empty() || !IsPlainPath(name)) return std::nullopt;
    std::error_code error;
    const fs::path root = fs::canonical(options_.page_folder, error);
    if (error) return std::nullopt;
    const fs::path file = fs::canonical(root / name, error);
    if (error || !fs::is_regular_file(file, error)) return std::nullopt;
    const bool within =
        std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
    return within ? std::optional(file.string()) : std::nullopt;
  }

  absl::Status Missing(const std::string& name) const {
    if (name == "index.html") {
      return MissingInputError("", "the studio's page is not here", options_.remedy);
    }
    return MissingInputError("", "there is nothing of this name", "Load the page anew");
  }

  const StudioOptions& options_;
};

}  // namespace

std::unique_ptr<StudioRoute> NewPageRoute(const StudioParts& parts) {
  return std::make_unique<PageRoute>(parts);
}

}  // namespace magenta
