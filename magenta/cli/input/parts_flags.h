#pragma once
// --fill, --vary, --harmonise, --accompany, --add, --keep, --density, --parallels: what is drawn of
// several parts.

#include <string>

#include "magenta/cli/terminal/flags.h"
#include "magenta/generator.pb.h"

namespace magenta::cli {

/// What a verb embeds to take them.
struct PartsFlags {
  std::string fill, vary, add, keep, density, parallels;
  bool harmonise = false;
  bool accompany = false;

  /// Adds the flags to the group in progress.
  void Describe(Flags& flags);
  /// Whether they say what is drawn, so that nothing need be new after the music.
  bool SayWhere() const;
  /// Says what was given in `options`.
  void SetGiven(GeneratorOptions& options) const;

 private:
  std::string Added() const;
};

}  // namespace magenta::cli
