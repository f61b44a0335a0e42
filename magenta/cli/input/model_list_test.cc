#include "magenta/cli/input/model_list.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace magenta::cli {
namespace {

// "name(config)file" of each.
std::string Listed(const ModelSource& flags) {
  std::string text;
  for (const NamedSource& named : ListSources(flags)) {
    const ModelSource& source = named.source;
    text += fmt::format("{}{}({}){}{}{}", text.empty() ? "" : " ", named.name, source.config,
                        source.run_dir, source.checkpoint_file, source.bundle_file);
  }
  return text;
}

TEST(ModelList, OneOrSeveralByCommas) {
  const struct {
    ModelSource flags;
    const char* listed;
  } rows[] = {
      {{"", "", "", "", ""}, "lookback_rnn()"},
      {{"basic_rnn", "", "", "", ""}, "basic_rnn(basic_rnn)"},
      {{"basic_rnn,mono_rnn", "", "", "", ""}, "basic_rnn(basic_rnn) mono_rnn(mono_rnn)"},
      {{"", "", "", "a.mag", ""}, "a.mag()a.mag"},
      {{"basic_rnn", "", "", "a.mag,b.mag", ""}, "a.mag(basic_rnn)a.mag b.mag(basic_rnn)b.mag"},
      {{"basic_rnn,mono_rnn", "no-run", "", "", ""},
       "basic_rnn(basic_rnn) mono_rnn(mono_rnn) no-run()no-run"},
      {{"", "no-run,other", "x.ckpt", "a.mag", ""},
       "no-run()no-run other()other x.ckpt()x.ckpt a.mag()a.mag"},
  };
  for (const auto& row : rows) EXPECT_EQ(Listed(row.flags), row.listed);
}

}  // namespace
}  // namespace magenta::cli
