#pragma once
// What a verb is: it describes its flags, then runs with what they were set to.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "magenta/cli/terminal/flags.h"
#include "magenta/cli/terminal/output.h"
#include "magenta/models/model_spec.h"

namespace magenta::cli {

/// The programs; see HOUSE: only `magenta` must start in milliseconds.
enum class Program { kMagenta, kTrain, kLive, kServe };

/// What every verb takes.
struct GlobalFlags {
  bool json = false;
  bool quiet = false;
  std::string log_level = "info";
  int num_threads = 0;
  std::optional<uint32_t> seed;

  /// Adds them to a verb's own.
  void Describe(Flags& flags);
  /// num_threads, or as many as the machine has for 0.
  int Threads() const;
};

struct VerbEntry;

/// What a running verb sees of the world.
struct Context {
  Output& out;
  GlobalFlags globals;
  /// Models that a program adds to the table of models.def.
  std::span<const ModelSpec> extra_models;
  /// Verbs with their own runner in this program.
  std::span<const VerbEntry> own_verbs;

  /// models.def, then extra_models.
  std::vector<const ModelSpec*> Models() const;
};

/// A verb of one run of the program.
class Verb {
 public:
  virtual ~Verb() = default;
  /// Usage, flags with their defaults, at least one example.
  virtual void Describe(Flags& flags) = 0;
  /// Does it. Every flag is checked before anything is read or written.
  virtual absl::Status Run(Context& context) = 0;
};

/// A line of verbs.def.
struct VerbEntry {
  std::string_view name;
  Program program;
  std::string_view summary;
  std::unique_ptr<Verb> (*make)();
};

/// verbs.def, in its order.
std::span<const VerbEntry> AllVerbs();
/// Null when there is none of that name.
const VerbEntry* FindVerb(std::span<const VerbEntry> verbs, std::string_view name);

#define MAGENTA_VERB(Class, name, program, summary) std::unique_ptr<Verb> New##Class##Verb();
#include "magenta/cli/verbs.def"
#undef MAGENTA_VERB

}  // namespace magenta::cli
