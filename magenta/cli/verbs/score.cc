#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/likelihood.h"

namespace magenta::cli {
namespace {

struct FileScore {
  std::string file;
  double log_likelihood = 0;
  std::vector<float> per_event;
  std::vector<std::string> notes;
};

class ScoreVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[flags] FILE...");
    flags.About(
        "The natural logarithm of the probability that the model gives to the melody of each file, "
        "at temperature 1, and the mean of an event (nearer to 0: less of a surprise). Where tempo "
        "or meter change, the parts are scored on their own and added. A file that can't be scored "
        "is "
        "said so, and the others are.");
    flags.Positional("FILE", &files_, "MIDI, ABC or MusicXML files, or TFRecords of NoteSequences.",
                     1);
    flags.Group("Output");
    flags.Bool("events", &events_, "A line for each event, too (--json has them always).");
    model_.Describe(flags);
    flags.AddExample("magenta score --config=attention_rnn tune.mid other.mid",
                     "Which of two tunes the model expects more.");
    flags.AddExample("magenta score --bundle_file=mine.mag --json tune.mid",
                     "Every event's logarithm, for a program.");
  }

  absl::Status Run(Context& context) override {
    MAGENTA_ASSIGN_OR_RETURN(const auto model, model_.Load(context));
    CatchSignals();
    ProgressBar bar(context.out, "scoring");
    std::vector<FileScore> scores;
    std::vector<absl::Status> failures;
    for (const std::string& file : files_) {
      absl::StatusOr<FileScore> score = ScoreFile(model, file);
      if (score.ok()) {
        scores.push_back(*std::move(score));
      } else {
        failures.push_back(score.status());
      }
      bar.Update(static_cast<double>(scores.size() + failures.size()),
                 static_cast<double>(files_.size()));
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
    }
    if (!scores.empty()) Report(scores, context.out);
    return WorstOf(std::move(failures), context.out);
  }

 private:
  void Report(const std::vector<FileScore>& scores, Output& out) const {
    for (const FileScore& score : scores) {
      for (const std::string& note : score.notes) out.Info(score.file + ": " + note);
    }
    if (out.json()) {
      PrintJson(scores, out);
    } else {
      PrintText(scores, out);
    }
  }

  /// The error to end with, the others said: a file that cannot be read before one without a
  /// melody.
  static absl::Status WorstOf(std::vector<absl::Status> failures, Output& out) {
    if (failures.empty()) return absl::OkStatus();
    const auto worst = std::find_if(
        failures.begin(), failures.end(),
        [](const absl::Status& status) { return status.code() != absl::StatusCode::kOutOfRange; });
    std::rotate(failures.begin(), worst == failures.end() ? worst - 1 : worst, failures.end());
    for (size_t i = 1; i < failures.size(); ++i) out.Error(failures[i]);
    return failures.front();
  }

  static absl::StatusOr<FileScore> ScoreFile(const std::shared_ptr<const Model>& model,
                                             const std::string& file) {
    FileScore score;
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<NoteSequence> sequences,
                             ReadMusic(file, score.notes, true));
    score.file = file;
    for (const NoteSequence& sequence : sequences) {
      const auto parts = ScoreSequence(model, sequence);
      if (!parts.ok()) return WithFile(parts.status(), file);
      for (const ScoredPart& part : *parts) {
        score.log_likelihood += part.likelihood.total;
        score.per_event.insert(score.per_event.end(), part.likelihood.per_event.begin(),
                               part.likelihood.per_event.end());
        for (const std::string& note : part.melody.notes) {
          const auto known = std::find(score.notes.begin(), score.notes.end(), note);
          if (known == score.notes.end()) score.notes.push_back(note);
        }
      }
    }
    return score;
  }

  static double MeanOf(const FileScore& score) {
    return score.per_event.empty() ? 0.0 : score.log_likelihood / score.per_event.size();
  }

  static void PrintJson(const std::vector<FileScore>& scores, Output& out) {
    Json files = Json::Array();
    for (const FileScore& score : scores) {
      Json events = Json::Array();
      for (const float event : score.per_event) events.Add(static_cast<double>(event));
      files.Add(Json::Object()
                    .Set("file", score.file)
                    .Set("log_likelihood", score.log_likelihood)
                    .Set("mean", MeanOf(score))
                    .Set("per_event", events));
    }
    out.Result(Json::Object().Set("files", files));
  }

  void PrintText(const std::vector<FileScore>& scores, Output& out) const {
    TextTable table({"log-likelihood", "events", "mean", "file"});
    for (const FileScore& score : scores) {
      table.Add({fmt::format("{:.4f}", score.log_likelihood),
                 fmt::format("{}", score.per_event.size()), fmt::format("{:.4f}", MeanOf(score)),
                 score.file});
    }
    out.Raw(Printable(table.Text()));
    if (!events_) return;
    for (const FileScore& score : scores) {
      for (size_t i = 0; i < score.per_event.size(); ++i) {
        out.Line(
            fmt::format("{}  event {}  {:.4f}", Printable(score.file), i + 1, score.per_event[i]));
      }
    }
  }

  ModelFlags model_;
  std::vector<std::string> files_;
  bool events_ = false;
};

}  // namespace

std::unique_ptr<Verb> NewScoreVerb() { return std::make_unique<ScoreVerb>(); }

}  // namespace magenta::cli
