#include "magenta/studio/jobs/model_card.h"

#include <fmt/core.h>

#include <algorithm>

namespace magenta {
namespace {

constexpr char kHeading[] = "# ";

std::string Row(const std::string& name, const std::string& value) {
  return fmt::format("| {} | {} |\n", name, value);
}

/// A name of the user's in a heading or a table's cell.
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char byte : text) {
    if (byte == '|' || byte == '\\' || byte == '<') cell += '\\';
    cell += byte;
  }
  return cell;
}

std::string BeforeAndAfter(double before, double after, const char* unit) {
  const double change = before > 0 ? (after - before) / before * 100 : 0;
  return fmt::format("{:.4f} {} before, {:.4f} after ({:+.1f} %)", before, unit, after, change);
}

std::string HeldOutText(const StudioJob& job) {
  const auto best = job.curves.Best();
  if (!best || !job.curves.before) return "not measured: there were too few files to hold some out";
  return BeforeAndAfter(*job.curves.before, best->second, "nats a step");
}

std::string StepsText(const StudioJob& job) {
  const auto best = job.curves.Best();
  if (!best) return fmt::format("{}", job.step);
  if (best->first == 0) {
    return fmt::format(
        "{}, none of which helped with the music kept out: these tunes are like what the model "
        "knows already, and its weights stay",
        job.step);
  }
  return fmt::format("{}, of which step {} is kept, the best on the music kept out", job.step,
                     best->first);
}

}  // namespace

std::string ModelCardOf(const StudioJob& job, const std::string& from, const std::string& hparams,
                        const CardScores& scores) {
  std::string card = fmt::format("{}{}\n\n| | |\n| --- | --- |\n", kHeading, Cell(job.name));
  card += Row("began from", Cell(from) + " (" + job.config + ")");
  if (job.report) {
    card += Row("learned from", fmt::format("{} of {} files, {} examples", job.report->kept,
                                            job.report->files, job.report->examples));
    card += Row("kept out", fmt::format("{} examples, to measure on", job.report->held_out));
  }
  card += Row("steps", StepsText(job));
  card += Row("learning rate", fmt::format("{:g}, which came to 0 in a line", job.learning_rate));
  card += Row("hyper-parameters", fmt::format("`{}`", hparams));
  card += Row("held-out loss", HeldOutText(job));
  if (scores.before && scores.after) {
    card += Row("held-out bits a note", BeforeAndAfter(*scores.before, *scores.after, "bits"));
  }
  card += Row("made", job.created_at.substr(0, 10) + ", in the studio");
  return card;
}

std::string WithHeading(const std::string& card, const std::string& name) {
  if (!card.starts_with(kHeading)) return card;
  const size_t end = std::min(card.find('\n'), card.size());
  return kHeading + Cell(name) + card.substr(end);
}

}  // namespace magenta
