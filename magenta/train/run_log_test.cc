// What is drawn for TensorBoard while a model learns.

#include "magenta/train/run_log.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "magenta/generate/random_model.h"
#include "tests/conformance/toy_kind.h"

namespace magenta {
namespace {

TEST(SampleText, OfEveryKindBeginsWithItsDefaultPrimerInItsOwnWords) {
  static const ModelSpec toy = toy::ToyModel();
  AddModels({&toy, 1});
  const std::pair<const char*, const char*> rows[] = {
      {"toy_rnn", "C4"},
      {"drum_kit", "BD"},
      {"one_drum", "CP"},
      {"mono_rnn", "C4"},
      {"attention_rnn", "C4"},
      {"basic_improv", "C4"},
      {"chord_pitches_improv", "C4"},
  };
  for (const auto& [id, first] : rows) {
    std::istringstream text(SampleText(testing::RandomWeights(id).tensors, id, "", 1));
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    ASSERT_EQ(words.size(), 128u) << id;
    EXPECT_EQ(words[0], first) << id;
  }
  EXPECT_EQ(SampleText({}, "no_model", "", 1), "");
}

}  // namespace
}  // namespace magenta
