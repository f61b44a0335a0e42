#pragma once
// The verbs that other programs run. They are described here, so that help, completion and the
// check of flags need none of those programs; magenta-train and magenta-live derive from them and
// run.
//
// A field is the flag of its name; what it means, its unit and its bounds are what --help says, and
// its value here is the flag's default. TrainFlags and EvalFlags repeat fields of train/train.h,
// which this program must not see (it brings libtorch); magenta-train copies one into the other.

#include <optional>
#include <string>
#include <vector>

#include "magenta/cli/verb.h"

namespace magenta::cli {

/// A verb that this program hands over.
class HandedOverVerb : public Verb {
 public:
  /// Never reached: Main execs the verb's program.
  absl::Status Run(Context& context) override;
};

/// `magenta train`.
struct TrainFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  std::string config;
  std::string run_dir;
  std::string sequence_example_file;
  std::string hparams;
  int64_t num_training_steps = -1;  // left out
  int64_t more_steps = 0;
  std::string eval_file;
  int64_t eval_every_steps = 0;  // left out
  int patience = -1;             // left out
  std::string from;
  std::string learning_rate_schedule;
  int64_t warmup_steps = -1;  // left out
  std::optional<double> average_weights;
  int64_t save_every_steps = 100;
  int keep = 10;
  int64_t summary_frequency = 10;
  std::string device = "auto";
  bool mixed_precision = false;
  bool progress = false;
};

/// `magenta eval`.
struct EvalFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  std::string config;
  std::string run_dir;
  std::string checkpoint_file;
  std::string bundle_file;
  bool newest = false;
  std::string sequence_example_file;
  std::string hparams;
  int64_t num_examples = 0;
  bool follow = false;
  std::string device = "auto";
};

/// `magenta render`.
struct RenderFlags : HandedOverVerb {
  void Describe(Flags& flags) override;
  /// What --format takes: the endings of the files.
  static const std::vector<std::string>& Formats();

  std::vector<std::string> files;
  bool recursive = false;
  std::string output;
  std::string output_dir;
  std::vector<std::string> formats;
  std::string program;
  std::string soundfont;
  std::string title;
  double primer_end = 0;
};

/// `magenta compare`.
struct CompareFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  std::vector<std::string> collections;
  bool recursive = false;
  int num_bars = 0;
  std::string output;
  std::string title;
};

/// `magenta play`.
struct PlayFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  std::vector<std::string> files;
  std::string output;
  std::string backend = "auto";
  std::string output_port;
  std::string soundfont;
};

/// `magenta ports`.
struct PortsFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  std::string backend = "auto";
};

}  // namespace magenta::cli
