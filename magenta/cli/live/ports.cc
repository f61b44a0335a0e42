#include <fmt/core.h>

#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/live/backend.h"

namespace magenta::cli {
namespace {

class RunningPortsVerb : public PortsFlags {
 public:
  absl::Status Run(Context& context) override {
    Json list = Json::Array();
    TextTable table({"direction", "backend", "port"});
    bool is_any = false;
    for (const MidiBackendEntry& entry : AllMidiBackends()) {
      if (backend == "auto" ? !entry.automatic : backend != entry.name) continue;
      std::string why;
      if (!entry.available(why)) {
        context.out.Info(fmt::format("{}: {}", entry.name, why));
        continue;
      }
      for (const MidiPortName& port : entry.ports()) {
        const char* direction = port.is_output ? "output" : "input";
        is_any = true;
        table.Add({direction, port.backend, port.name});
        list.Add(Json::Object()
                     .Set("direction", direction)
                     .Set("backend", port.backend)
                     .Set("name", port.name));
      }
    }
    if (context.out.json()) {
      context.out.Result(Json::Object().Set("ports", list));
    } else if (is_any) {
      context.out.Raw(Printable(table.Text()));
    }
    if (!is_any) context.out.Info("no MIDI port is there");
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningPortsVerb() { return std::make_unique<RunningPortsVerb>(); }

std::vector<VerbEntry> RunningLiveVerbs() {
  return {{"render", Program::kLive, "", &NewRunningRenderVerb},
          {"play", Program::kLive, "", &NewRunningPlayVerb},
          {"live", Program::kLive, "", &NewRunningLiveVerb},
          {"ports", Program::kLive, "", &NewRunningPortsVerb},
          {"compare", Program::kLive, "", &NewRunningCompareVerb}};
}

}  // namespace magenta::cli
