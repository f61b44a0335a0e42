#include "magenta/cli/input/model_list.h"

#include <algorithm>
#include <filesystem>

namespace magenta::cli {
namespace {

std::vector<std::string> PathsOf(const std::string& text) {
  std::error_code ignored;
  if (std::filesystem::exists(text, ignored)) return {text};
  std::vector<std::string> paths;
  for (size_t begin = 0; begin < text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    if (comma > begin) paths.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return paths;
}

}  // namespace

std::vector<NamedSource> ListSources(const ModelSource& flags) {
  ModelSource plain;
  plain.hparams_text = flags.hparams_text;
  plain.runtime = flags.runtime;
  std::vector<NamedSource> sources;
  const std::vector<std::string> configs = PathsOf(flags.config);
  const auto add_paths = [&](std::string ModelSource::*field) {
    for (const std::string& path : PathsOf(flags.*field)) {
      NamedSource& named = sources.emplace_back(NamedSource{path, plain});
      named.source.*field = path;
      if (configs.size() == 1) named.source.config = configs[0];
      named.source.newest = flags.newest && field == &ModelSource::run_dir;
    }
  };
  const bool files = !(flags.run_dir + flags.checkpoint_file + flags.bundle_file).empty();
  if (configs.size() > 1 || !files) {
    for (const std::string& config : configs) {
      sources.push_back({config, plain});
      sources.back().source.config = config;
    }
  }
  add_paths(&ModelSource::run_dir);
  add_paths(&ModelSource::checkpoint_file);
  add_paths(&ModelSource::bundle_file);
  if (sources.empty()) sources.push_back({kDefaultConfig, plain});
  return sources;
}

}  // namespace magenta::cli
