#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "magenta/base/error_message.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/model_flags.h"
#include "magenta/cli/input/model_list.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/input/sampling_flags.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verb.h"
#include "magenta/generate/likelihood.h"
#include "magenta/music/parts.h"
#include "magenta/pipeline/dataset_reader.h"

namespace magenta::cli {
namespace {

struct FileScore {
  std::string file;
  double log_likelihood = 0;
  std::vector<float> per_event;
  Information information;
  /// Of music, beside per_event: where each event stands.
  std::vector<ScoredEvent> events;
  std::vector<std::string> remarks;
  /// Of its pieces that can't be scored.
  std::vector<absl::Status> failures;

  void Add(const Likelihood& likelihood) {
    log_likelihood += likelihood.total;
    per_event.insert(per_event.end(), likelihood.per_event.begin(), likelihood.per_event.end());
    information.Add(likelihood.information);
  }
};

/// What became of one of several pieces of `file`.
absl::Status OfPiece(const std::string& piece, const absl::Status& status,
                     const std::string& file) {
  const std::string message = piece + ErrorMessage(status);
  switch (status.code()) {
    case absl::StatusCode::kOutOfRange:
      return WithFile(NothingToOutputError(message, ErrorRemedy(status)), file);
    case absl::StatusCode::kInvalidArgument:
      return WithFile(UsageError(message, ErrorRemedy(status)), file);
    default: return InputError(file, message, ErrorRemedy(status));
  }
}

/// A model, what it is called, and how it scores each file.
struct ModelScores {
  std::string name;
  std::shared_ptr<const Model> model;
  std::vector<FileScore> scores;
};

class ScoreVerb : public Verb {
 public:
  void Describe(Flags& flags) override {
    flags.Usage("[flags] FILE...");
    flags.About(
        "The natural logarithm of the probability that the model gives to the melody of each file, "
        "at temperature 1, and the mean of an event (nearer to 0: less of a surprise). Where tempo "
        "or meter change, what lies between is scored on its own and added; a pickup or a short "
        "last bar is no change. A file that can't be scored is said so, and the others are.");
    flags.About(
        "Several models, by commas in the model flags, make one table: the mean of an event under "
        "each of them, a line a file, and over all files.");
    flags.About(
        "Bits a note compare models whose events differ: what the events after the first tell, "
        "each "
        "under whatever name, over the notes that begin there. A data set of `magenta dataset` is "
        "scored example by example, as the model learns it.");
    flags.About(
        "Of several parts (--config=score) --fill and --given score some notes given all the rest: "
        "what is before them, after and beside. What is given counts nothing; the events are the "
        "decisions that the model would draw.");
    flags.Positional(
        "FILE", &files_,
        "Files of MIDI, ABC, MusicXML or drum grids, TFRecords of NoteSequences, or data "
        "sets.",
        1);
    flags.Group("Music");
    flags.Text("part", &part_, "Which part of each file is scored: its number from 1, or its name.")
        .Value("PART")
        .Default("the part named melody, else the highest");
    flags
        .Text("fill", &gap_.fill,
              "The notes of these bars alone, given everything else: BARS or BARS:PARTS, several "
              "by commas (5-8:alto+tenor,9:2); without parts all.")
        .NotEmpty()
        .Value("BARS");
    flags
        .Text("given", &gap_.given,
              "The notes of all parts but these, given these: a harmony given its melody, say.")
        .NotEmpty()
        .Value("PARTS");
    flags.Bool("hide_after", &gap_.hides_after,
               "What comes after the last of those bars is not heard, so that the two figures tell "
               "what it is worth.");
    DescribeAdapt(flags, adapt_);
    flags.Group("Output");
    flags.Bool("events", &events_,
               "A line for each event, too: when it begins, and what it is (--json has them "
               "always).");
    model_.Describe(flags);
    flags.AddExample("magenta score --config=attention_rnn tune.mid other.mid",
                     "Which of two tunes the model expects more.");
    flags.AddExample("magenta score --bundle_file=mine.mag --json tune.mid",
                     "Every event's logarithm, for a program.");
    flags.AddExample("magenta score --config=lookback_rnn,basic_rnn data/eval_melodies.tfrecord",
                     "Bits a note of two models, over the examples that were kept out.");
    flags.AddExample("magenta score --config=lookback_rnn,attention_rnn --run_dir=mine tune.mid",
                     "Two models of the program and a run of yours, side by side.");
    flags.AddExample("magenta score --config=score --fill=5-6:alto chorale.musicxml",
                     "Two bars of an alto, given what the other voices and the alto sing else.");
  }

  absl::Status Run(Context& context) override {
    MAGENTA_RETURN_IF_ERROR(CheckGap());
    std::vector<ModelScores> all;
    for (const NamedSource& named : ListSources(model_.source)) {
      ModelFlags flags = model_;
      flags.source = named.source;
      MAGENTA_ASSIGN_OR_RETURN(auto model, flags.Load(context));
      all.push_back({named.name, std::move(model), {}});
    }
    CatchSignals();
    ProgressBar bar(context.out, "scoring");
    std::vector<absl::Status> failures;
    for (size_t i = 0; i < files_.size(); ++i) {
      if (absl::Status status = ScoreByAll(files_[i], all, failures); !status.ok()) {
        failures.push_back(std::move(status));
      }
      bar.Update(static_cast<double>(i + 1), static_cast<double>(files_.size()));
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
    }
    const std::vector<FileScore>& scores = all[0].scores;
    if (!scores.empty() && all.size() > 1) Compare(all, context.out);
    if (!scores.empty() && all.size() == 1) Report(scores, context.out);
    return WorstOf(std::move(failures), context.out);
  }

 private:
  bool HasGap() const { return !gap_.fill.empty() || !gap_.given.empty(); }

  absl::Status CheckGap() const {
    if (HasGap() && !part_.empty()) {
      return UsageError("--part scores a part by itself, --fill and --given beside the others",
                        "Give one of them; --fill=BARS:PARTS takes parts");
    }
    if (HasGap() || !gap_.hides_after) return absl::OkStatus();
    return UsageError("--hide_after hides what comes after the bars of --fill, and none are given",
                      "Give --fill, or leave it out");
  }

  /// Adds the file's score to each model's, or to none; `failures` get the first model's pieces
  /// that can't be scored. Error: the file can't be read.
  absl::Status ScoreByAll(const std::string& file, std::vector<ModelScores>& all,
                          std::vector<absl::Status>& failures) const {
    std::vector<FileScore> scores;
    const bool is_dataset = IsDataset(file);
    for (const ModelScores& one : all) {
      MAGENTA_ASSIGN_OR_RETURN(
          scores.emplace_back(),
          is_dataset ? ScoreDataset(one.model, file, all.size() > 1) : ScoreFile(one.model, file));
    }
    failures.insert(failures.end(), scores[0].failures.begin(), scores[0].failures.end());
    const bool has_music = std::all_of(scores.begin(), scores.end(), [](const FileScore& score) {
      return score.failures.empty() || !score.per_event.empty();
    });
    if (!has_music) return absl::OkStatus();
    for (size_t i = 0; i < all.size(); ++i) all[i].scores.push_back(std::move(scores[i]));
    return absl::OkStatus();
  }

  /// All files of a model as one.
  static FileScore Together(const std::vector<FileScore>& scores) {
    FileScore sum;
    sum.file = "all";
    for (const FileScore& score : scores) {
      sum.log_likelihood += score.log_likelihood;
      sum.per_event.insert(sum.per_event.end(), score.per_event.begin(), score.per_event.end());
      sum.information.Add(score.information);
    }
    return sum;
  }

  void Compare(const std::vector<ModelScores>& all, Output& out) const {
    SayRemarks(all[0].scores, out);
    if (out.json()) {
      Json models = Json::Array();
      for (const ModelScores& one : all) {
        const FileScore sum = Together(one.scores);
        models.Add(Json::Object()
                       .Set("model", one.name)
                       .Set("log_likelihood", sum.log_likelihood)
                       .Set("mean", MeanOf(sum))
                       .Set("bits_per_note", sum.information.bits_per_note())
                       .Set("files", FilesJson(one.scores)));
      }
      out.Result(Json::Object().Set("models", models));
      return;
    }
    std::vector<std::string> header;
    header.reserve(2 * all.size() + 2);
    for (const ModelScores& one : all) {
      header.insert(header.end(), {Printable(one.name), kBitsColumn});
    }
    header.insert(header.end(), {"events", "file"});
    TextTable table(header);
    const auto add = [&](const auto& score_of) {
      std::vector<std::string> row;
      row.reserve(2 * all.size() + 2);
      for (const ModelScores& one : all) {
        const FileScore& score = score_of(one);
        row.insert(row.end(), {fmt::format("{:.4f}", MeanOf(score)), BitsText(score)});
      }
      row.push_back(fmt::format("{}", score_of(all[0]).per_event.size()));
      row.push_back(Printable(score_of(all[0]).file));
      table.Add(row);
    };
    for (size_t i = 0; i < all[0].scores.size(); ++i) {
      add([i](const ModelScores& one) { return one.scores[i]; });
    }
    add([](const ModelScores& one) { return Together(one.scores); });
    out.Raw(table.Text());
    if (!events_) return;
    for (const ModelScores& one : all) PrintEvents(one.scores, one.name + ": ", out);
  }

  static void SayRemarks(const std::vector<FileScore>& scores, Output& out) {
    for (const FileScore& score : scores) {
      for (const std::string& remark : score.remarks) out.Info(score.file + ": " + remark);
    }
  }

  void Report(const std::vector<FileScore>& scores, Output& out) const {
    SayRemarks(scores, out);
    if (out.json()) {
      out.Result(Json::Object().Set("files", FilesJson(scores)));
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

  absl::StatusOr<FileScore> ScoreFile(const std::shared_ptr<const Model>& model,
                                      const std::string& file) const {
    FileScore score;
    MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, MusicPieces::Open(file, score.remarks, true));
    score.file = file;
    int64_t number = 0;
    while (!pieces.at_end()) {
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
      auto sequence = pieces.Next();
      if (!sequence.ok()) {  // what follows a broken record can't be found
        score.failures.push_back(sequence.status());
        break;
      }
      const std::string piece = fmt::format(
          "piece {}{}: ", ++number,
          (*sequence)->filename().empty() ? "" : fmt::format(" ({})", (*sequence)->filename()));
      const auto parts = ScorePiece(model, **std::move(sequence));
      if (!parts.ok()) {
        const bool is_alone = number == 1 && pieces.at_end();
        const absl::Status why = OfMusicFile(parts.status(), file);
        score.failures.push_back(is_alone ? WithFile(why, file) : OfPiece(piece, why, file));
        continue;
      }
      for (const ScoredPart& part : *parts) {
        score.Add(part.likelihood);
        for (ScoredEvent& event : EventsOf(*model, part)) score.events.push_back(std::move(event));
        for (const std::string& note : part.heard.notes) {
          const auto known = std::find(score.remarks.begin(), score.remarks.end(), note);
          if (known == score.remarks.end()) score.remarks.push_back(note);
        }
      }
    }
    return score;
  }

  absl::StatusOr<std::vector<ScoredPart>> ScorePiece(const std::shared_ptr<const Model>& model,
                                                     NoteSequence piece) const {
    if (HasGap()) {
      GapOptions options = gap_;
      options.adapt = adapt_;
      options.check = CheckInterrupted;
      MAGENTA_ASSIGN_OR_RETURN(ScoredPart gap, ScoreGap(model, piece, options));
      return std::vector<ScoredPart>{std::move(gap)};
    }
    ScoreOptions options;
    options.adapt = adapt_;
    if (!part_.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(const Part part, FindPart(PartsOf(piece), part_, "--part"));
      options.instrument = part.instrument;
    }
    auto parts = ScoreSequence(model, std::move(piece), options);
    if (absl::IsOutOfRange(parts.status())) {
      return WithRemedy(parts.status(), "`magenta inspect` shows what the file holds");
    }
    return parts;
  }

  /// The examples of a data set; with `same_events` one that was made for another model will do.
  absl::StatusOr<FileScore> ScoreDataset(const std::shared_ptr<const Model>& model,
                                         const std::string& file, bool same_events) const {
    if (!part_.empty()) {
      return UsageError(file + " is a data set, whose examples have no parts", "Leave --part out");
    }
    if (HasGap()) {
      return UsageError(file + " is a data set, whose examples have no bars to fill",
                        "Score files of music");
    }
    FileScore score;
    score.file = file;
    MAGENTA_ASSIGN_OR_RETURN(DatasetReader reader,
                             DatasetReader::Open(file, *model->spec, same_events));
    DatasetExample example;
    while (true) {
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
      MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&example));
      if (!more) return score;
      const auto* events = std::get_if<EventSequence>(&example.content);
      if (events == nullptr) {
        return InputError(file, "holds no events, but a network's inputs",
                          "Make it with --format=compact");
      }
      MAGENTA_ASSIGN_OR_RETURN(const Likelihood likelihood, LogLikelihood(model, *events, adapt_));
      score.Add(likelihood);
    }
  }

  static std::string BitsText(const FileScore& score) {
    const double bits = score.information.bits_per_note();
    return std::isnan(bits) ? "-" : fmt::format("{:.4f}", bits);
  }

  static double MeanOf(const FileScore& score) {
    return score.per_event.empty() ? 0.0 : score.log_likelihood / score.per_event.size();
  }

  static Json FilesJson(const std::vector<FileScore>& scores) {
    Json files = Json::Array();
    for (const FileScore& score : scores) {
      Json events = Json::Array();
      for (const float event : score.per_event) events.Add(static_cast<double>(event));
      Json names = Json::Array();
      Json times = Json::Array();
      Json voices = Json::Array();
      for (const ScoredEvent& event : score.events) {
        names.Add(event.effect.name);
        times.Add(event.time);
        voices.Add(event.voice);
      }
      files.Add(Json::Object()
                    .Set("file", score.file)
                    .Set("log_likelihood", score.log_likelihood)
                    .Set("mean", MeanOf(score))
                    .Set("bits", score.information.bits())
                    .Set("bits_per_note", score.information.bits_per_note())
                    .Set("notes", score.information.notes)
                    .Set("per_event", events)
                    .Set("events", names)
                    .Set("times", times)
                    .Set("voices", voices));
    }
    return files;
  }

  void PrintText(const std::vector<FileScore>& scores, Output& out) const {
    TextTable table({"log-likelihood", "events", "mean", kBitsColumn, "file"});
    for (const FileScore& score : scores) {
      table.Add({fmt::format("{:.4f}", score.log_likelihood),
                 fmt::format("{}", score.per_event.size()), fmt::format("{:.4f}", MeanOf(score)),
                 BitsText(score), score.file});
    }
    out.Raw(Printable(table.Text()));
    if (events_) PrintEvents(scores, "", out);
  }

  /// "  1.000 s  voice 2  C4".
  static std::string WhereText(const ScoredEvent& event) {
    const std::string voice = event.voice > 0 ? fmt::format("voice {}  ", event.voice) : "";
    return fmt::format("  {:.3f} s  {}{}", event.time, voice, event.effect.name);
  }

  static void PrintEvents(const std::vector<FileScore>& scores, const std::string& before,
                          Output& out) {
    for (const FileScore& score : scores) {
      for (size_t i = 0; i < score.per_event.size(); ++i) {
        const std::string where = i < score.events.size() ? WhereText(score.events[i]) : "";
        out.Line(fmt::format("{}{}  event {}  {:.4f}{}", Printable(before), Printable(score.file),
                             i + 1, score.per_event[i], where));
      }
    }
  }

  static constexpr const char* kBitsColumn = "bits/note";

  ModelFlags model_;
  std::vector<std::string> files_;
  std::string part_;
  GapOptions gap_;
  bool adapt_ = false;
  bool events_ = false;
};

}  // namespace

std::unique_ptr<Verb> NewScoreVerb() { return std::make_unique<ScoreVerb>(); }

}  // namespace magenta::cli
