#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/cli/serve/render_child.h"
#include "magenta/cli/serve/running_studio.h"
#include "magenta/cli/serve/serve_verb.h"
#include "magenta/cli/serve/serving.h"
#include "magenta/cli/serve/studio_parts.h"
#include "magenta/cli/verbs/serve_flags.h"

namespace magenta::cli {
namespace {

std::string UrlOf(int port) { return fmt::format("http://localhost:{}/", port); }

class RunningStudioVerb : public StudioFlags {
 public:
  absl::Status Run(Context& context) override {
    Serving serving;
    serving.studio = StudioOptionsOf(studio_dir, soundfont);
    std::error_code error;
    if (!std::filesystem::exists(serving.studio.page_folder + "/index.html", error)) {
      return OutsideError("", "the studio's page is not here", serving.studio.remedy);
    }
    const auto running = RunningStudio::At(serving.studio.studio_dir);
    if (!running.ok()) {
      if (!studio_dir.empty()) return running.status();
      context.out.Warning(ErrorLine(running.status()) + " Models of your own can't be kept.");
    } else if (!running->is_ours()) {
      MAGENTA_ASSIGN_OR_RETURN(const int found, running->WaitForPort());
      return Show(context, Json::Object(), found, /*started=*/false);
    }
    MAGENTA_ASSIGN_OR_RETURN(ServedModels models, LoadServedModels(context, served));
    const std::optional<int> last = running.ok() ? running->Port() : std::nullopt;
    serving.options.http_port = port >= 0 ? port : last.value_or(kStudioPort);
    if (port < 0) serving.options.other_http_ports = {kStudioPort, 0};
    serving.options.threads = context.globals.Threads();
    serving.options.render = RenderByProcess(soundfont);
    serving.with_grpc = false;
    serving.listening = [&](const Listening& where) -> absl::Status {
      if (running.ok()) MAGENTA_RETURN_IF_ERROR(running->Tell(where.http_port));
      if (const int wanted = serving.options.http_port; wanted > 0 && where.http_port != wanted) {
        context.out.Warning(fmt::format(
            "another program has port {}: what was composed at {} is not seen at this address",
            wanted, UrlOf(wanted)));
      }
      return Show(context, Json::Object().Set("generators", Json::ArrayOf(where.generators)),
                  where.http_port, /*started=*/true);
    };
    return ServeUntilStopped(context, std::move(models), serving);
  }

 private:
  /// Says on stdout where the page is, and opens it.
  absl::Status Show(Context& context, Json result, int at, bool started) const {
    const std::string url = UrlOf(at);
    context.out.Result(
        result.Set("url", url).Set("port", static_cast<int64_t>(at)).Set("started", started));
    MAGENTA_RETURN_IF_ERROR(context.out.Flush());
    const bool opened = !no_browser && OpenBrowser(url);
    context.out.Info(fmt::format("{} {}{}", opened ? "The browser opens" : "Open", url,
                                 started ? "; Ctrl-C ends the studio." : ", which runs already."));
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningStudioVerb() { return std::make_unique<RunningStudioVerb>(); }

}  // namespace magenta::cli
