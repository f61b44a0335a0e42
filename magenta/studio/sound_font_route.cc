#include "magenta/studio/sound_font_route.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <mutex>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/files.h"
#include "magenta/base/status.h"

namespace magenta {
namespace {

constexpr uint64_t kMostSoundFont = uint64_t{512} << 20;

class SoundFontRoute final : public StudioRoute {
 public:
  explicit SoundFontRoute(const StudioParts& parts) : file_(parts.options.sound_font) {}

  bool Owns(const std::string& path) const override { return path == "/soundfont"; }
  bool IsOpen() const override { return true; }

  void Answer(StudioRequest request) override {
    if (!request.Takes({"GET"})) return;
    struct stat now {};
    if (file_.empty() || ::stat(file_.c_str(), &now) != 0) return request.SendError(Missing());
    HttpResponse response;
    response.content_type = "application/octet-stream";
    const std::string tag =
        fmt::format("\"{:x}-{:x}.{:x}\"", now.st_size, now.st_mtim.tv_sec, now.st_mtim.tv_nsec);
    response.headers = {{"ETag", tag},
                        {"Cache-Control", "no-cache"},
                        {"Cross-Origin-Resource-Policy", "same-origin"}};
    if (request.http.if_none_match.find(tag) != std::string::npos) {
      response.status = 304;
      return request.Send(std::move(response));
    }
    auto bytes = Bytes(tag);
    if (!bytes.ok()) return request.SendError(bytes.status());
    response.shared_body = *std::move(bytes);
    request.Send(std::move(response));
  }

  std::string Paths() const override {
    return R"json({
"/soundfont": {"get": {"summary": "The sound font that the page sounds by (SF2 or SF3), with an ETag. No token is asked for", "responses": {"200": {"description": "The file", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}, "304": {"description": "As the client has it (If-None-Match)"}, "default": {"$ref": "#/components/responses/Error"}}}}
})json";
  }

 private:
  static absl::Status Missing() {
    return MissingInputError("", "there is no sound font here",
                             "Install fluidr3mono-gm-soundfont, or give --soundfont");
  }

  /// The file, read once for all who take it at a time.
  absl::StatusOr<std::shared_ptr<const std::string>> Bytes(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    if (auto kept = kept_.lock(); kept != nullptr && kept_tag_ == tag) return kept;
    auto bytes = ReadFile(file_, kMostSoundFont);
    if (!bytes.ok()) {
      return MissingInputError("", "the sound font " + ErrorMessage(bytes.status()),
                               "Give --soundfont another one");
    }
    auto kept = std::make_shared<const std::string>(*std::move(bytes));
    kept_ = kept;
    kept_tag_ = tag;
    return kept;
  }

  const std::string file_;
  std::mutex mutex_;
  std::weak_ptr<const std::string> kept_;
  std::string kept_tag_;
};

}  // namespace

std::unique_ptr<StudioRoute> NewSoundFontRoute(const StudioParts& parts) {
  return std::make_unique<SoundFontRoute>(parts);
}

}  // namespace magenta
