#include "magenta/cli/input/parts_flags.h"

#include <gtest/gtest.h>

#include "magenta/request/generate_args.h"

namespace magenta::cli {
namespace {

TEST(PartsFlags, AreArguments) {
  PartsFlags flags;
  GeneratorOptions options;
  flags.SetGiven(options);
  EXPECT_TRUE(options.args().empty());
  EXPECT_FALSE(flags.SayWhere());
  flags.keep = "rhythm";
  flags.density = "busy";
  EXPECT_FALSE(flags.SayWhere());
  flags.fill = "5-8:alto,9:2";
  flags.vary = "1";
  flags.add = "melody";
  flags.harmonise = flags.accompany = true;
  flags.SetGiven(options);
  EXPECT_TRUE(flags.SayWhere());
  const auto args = ParseGenerateArgs(options);
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->parts,
            (PartsArgs{"5-8:alto,9:2", "1", "melody,harmony,chords", Keep::kRhythm, 3}));
}

}  // namespace
}  // namespace magenta::cli
