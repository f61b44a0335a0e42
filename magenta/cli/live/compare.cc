#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <variant>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/terminal/home.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/generate/weights.h"
#include "magenta/io/music/read_music.h"
#include "magenta/io/record/sequence_example.h"
#include "magenta/io/record/tfrecord.h"
#include "magenta/models/model_spec.h"
#include "magenta/music/key.h"
#include "magenta/music/meter_map.h"
#include "magenta/music/piece_limits.h"
#include "magenta/music/quantize.h"
#include "magenta/music/tempo_map.h"
#include "magenta/render/profile.h"
#include "magenta/render/profile_chart.h"

namespace magenta::cli {
namespace {

namespace fs = std::filesystem;

const Grid kCompareGrid = Grid::PerQuarter(4);

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// The melody of `piece` as a primer's is heard (MusicKind::ReadPrimer): of one part, through all
/// changes of tempo, in bars of the first meter. Nothing where no part has one. Errors (exit 3): a
/// time, tempo or meter that no grid holds, more steps than a piece may have.
absl::StatusOr<std::optional<Melody>> MelodyOf(NoteSequence piece) {
  MAGENTA_ASSIGN_OR_RETURN(const ModelSpec* model, FindModel(kDefaultConfig));
  PrimerRequest request;
  request.search_start_step = BarLineStep(MeterMap(piece).At(0), 0, kCompareGrid);
  piece = WithRealMeters(std::move(piece));
  const auto& tempos = piece.tempos();
  // Other tempos are for Quantize to refuse.
  if (std::all_of(tempos.begin(), tempos.end(), [](const auto& each) { return each.qpm() > 0; })) {
    piece = Straightened(piece, StraightTime(piece, 0), 0);
  }
  MAGENTA_ASSIGN_OR_RETURN(const QuantizedSequence quantized,
                           Quantize(std::move(piece), kCompareGrid));
  MAGENTA_RETURN_IF_ERROR(CheckSteps(static_cast<uint64_t>(quantized.total_steps())));
  request.generate_start_step = quantized.total_steps();
  if (request.generate_start_step == 0) return std::nullopt;
  MAGENTA_ASSIGN_OR_RETURN(const Primer primer, model->kind->ReadPrimer(quantized, request));
  if (!primer.instrument.has_value()) return std::nullopt;
  MAGENTA_ASSIGN_OR_RETURN(
      Melody melody, Melody::FromEvents(primer.played, static_cast<int>(quantized.steps_per_bar()),
                                        kCompareGrid.steps(), primer.start_step));
  return melody;
}

/// A column of the table.
struct Collection {
  std::string name;
  std::string path;
  Profile profile;
  int64_t files = 0;
  std::vector<absl::Status> failures;
};

/// "NAME=PATH", or a path, whose last part is the name.
Collection CollectionOf(const std::string& text) {
  std::error_code ignored;
  const size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0 && !fs::exists(text, ignored)) {
    return {text.substr(0, equals), ExpandHome(text.substr(equals + 1)), {}, 0, {}};
  }
  fs::path path = fs::path(text).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  return {name.empty() || name == "." ? text : name, text, {}, 0, {}};
}

class RunningCompareVerb : public CompareFlags {
 public:
  absl::Status Run(Context& context) override {
    MAGENTA_ASSIGN_OR_RETURN(const auto format, FormatOfOutput());
    std::vector<Collection> all;
    for (const std::string& text : collections) all.push_back(CollectionOf(text));
    if (format && all.size() > kMostProfiles) {
      return UsageError(fmt::format("{} collections, and a picture has colours for {}", all.size(),
                                    kMostProfiles),
                        "Compare fewer, or leave --output out");
    }
    CatchSignals();
    ProgressBar bar(context.out, "reading");
    for (Collection& one : all) MAGENTA_RETURN_IF_ERROR(Read(one, context.out, bar));
    if (format) MAGENTA_RETURN_IF_ERROR(WritePicture(all, *format));
    if (context.out.json()) {
      PrintJson(all, context.out);
    } else {
      PrintTable(all, context.out);
    }
    if (format) context.out.Info("the picture is " + output);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::optional<PictureFormat>> FormatOfOutput() const {
    if (output.empty()) return std::optional<PictureFormat>();
    std::string ending = fs::path(output).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (ending == ".png") return std::optional(PictureFormat::kPng);
    if (ending == ".svg") return std::optional(PictureFormat::kSvg);
    return UsageError(fmt::format("--output={} ends in none of .svg, .png", output));
  }

  absl::Status Read(Collection& one, Output& out, ProgressBar& bar) const {
    std::vector<std::string> files = {one.path};
    if (IsFolder(one.path)) {
      MAGENTA_ASSIGN_OR_RETURN(files, ListFiles(one.path, recursive));
      std::erase_if(files, [](const std::string& name) {
        return !MusicFormatOfName(name) && !name.ends_with(".tfrecord");
      });
      for (std::string& name : files) name = (fs::path(one.path) / name).string();
    }
    for (const std::string& file : files) {
      bar.Update(static_cast<double>(one.files), static_cast<double>(files.size()), one.name);
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
      const absl::Status status = AddFile(file, one.profile, out);
      one.files += status.ok();
      if (!status.ok()) one.failures.push_back(status);
    }
    if (one.profile.melodies() == 0 && one.failures.size() == 1 && !IsFolder(one.path)) {
      return one.failures[0];
    }
    for (const absl::Status& failure : one.failures) out.Warning(ErrorLine(failure));
    if (one.profile.melodies() > 0) return absl::OkStatus();
    const bool below = !recursive && files.empty() && IsFolder(one.path);
    return WithFile(NothingToOutputError("holds no melody",
                                         below ? "Add --recursive for the folders below"
                                               : "`magenta inspect` shows what a file holds"),
                    one.path);
  }

  absl::Status AddFile(const std::string& file, Profile& profile, Output& out) const {
    if (auto added = AddDataset(file, profile); !added.ok() || *added) return added.status();
    std::vector<std::string> warnings;
    MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, MusicPieces::Open(file, warnings, true));
    for (const std::string& warning : warnings) out.Warning(fmt::format("{}: {}", file, warning));
    while (!pieces.at_end()) {
      MAGENTA_ASSIGN_OR_RETURN(std::optional<NoteSequence> piece, pieces.Next());
      auto melody = MelodyOf(*std::move(piece));
      if (!melody.ok()) return WithFile(melody.status(), file);
      if (melody->has_value()) AddMelody(**std::move(melody), profile);
    }
    return absl::OkStatus();
  }

  /// The melodies of a compact data set; false where `file` is none.
  absl::StatusOr<bool> AddDataset(const std::string& file, Profile& profile) const {
    if (!file.ends_with(".tfrecord")) return false;
    MAGENTA_ASSIGN_OR_RETURN(RecordReader reader, RecordReader::Open(file));
    std::string record;
    while (true) {
      MAGENTA_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
      if (!more) return reader.records_read() > 0;
      const auto parsed = ParseExample(record);
      const auto* compact = parsed.ok() ? std::get_if<CompactExample>(&*parsed) : nullptr;
      if (compact == nullptr) return false;
      MAGENTA_ASSIGN_OR_RETURN(Melody melody, Melody::FromEvents(compact->events));
      AddMelody(std::move(melody), profile);
    }
  }

  void AddMelody(Melody melody, Profile& profile) const {
    const int64_t steps = int64_t{num_bars} * melody.steps_per_bar();
    if (num_bars > 0 && melody.size() > steps) melody.SetLength(static_cast<int>(steps));
    profile.Add(melody);
  }

  absl::Status WritePicture(const std::vector<Collection>& all, PictureFormat format) const {
    std::vector<NamedProfile> profiles;
    std::string names;
    for (const Collection& one : all) {
      profiles.push_back({Printable(one.name), one.profile});
      names += (names.empty() ? "" : ", ") + Printable(one.name);
    }
    MAGENTA_ASSIGN_OR_RETURN(const std::string bytes,
                             DrawProfiles(profiles, title.empty() ? names : title, format));
    return WriteFile(output, bytes);
  }

  static void PrintTable(const std::vector<Collection>& all, Output& out) {
    std::vector<std::string> header = {""}, files = {"files"}, melodies = {"melodies"},
                             keys = {"commonest key"};
    for (const Collection& one : all) {
      header.push_back(Printable(one.name));
      files.push_back(fmt::format("{}", one.files));
      melodies.push_back(fmt::format("{}", one.profile.melodies()));
      keys.push_back(fmt::format("{} major", MajorKeyName(one.profile.CommonestKey())));
    }
    TextTable table(header);
    table.Add(files);
    table.Add(melodies);
    const std::vector<ProfileFigure> titles = all[0].profile.Figures();
    for (size_t i = 0; i < titles.size(); ++i) {
      std::vector<std::string> row = {titles[i].title};
      for (const Collection& one : all) {
        const ProfileFigure figure = one.profile.Figures()[i];
        row.push_back(figure.is_share ? fmt::format("{:.1f} %", 100 * figure.value)
                                      : fmt::format("{:.{}f}", figure.value, figure.digits));
      }
      table.Add(row);
    }
    table.Add(keys);
    out.Raw(table.Text());
  }

  static void PrintJson(const std::vector<Collection>& all, Output& out) {
    Json list = Json::Array();
    for (const Collection& one : all) {
      Json json = Json::Object()
                      .Set("name", one.name)
                      .Set("path", one.path)
                      .Set("files", one.files)
                      .Set("unread", static_cast<int64_t>(one.failures.size()))
                      .Set("melodies", one.profile.melodies());
      for (const ProfileFigure& figure : one.profile.Figures()) {
        json.Set(figure.name, figure.value);
      }
      json.Set("key", one.profile.CommonestKey());
      Json distributions = Json::Object();
      for (const Distribution& distribution : one.profile.Distributions()) {
        Json shares = Json::Object();
        for (size_t i = 0; i < distribution.labels.size(); ++i) {
          shares.Set(distribution.labels[i], distribution.shares[i]);
        }
        distributions.Set(distribution.name, shares);
      }
      list.Add(json.Set("distributions", distributions));
    }
    out.Result(Json::Object().Set("collections", list));
  }
};

}  // namespace

std::unique_ptr<Verb> NewRunningCompareVerb() { return std::make_unique<RunningCompareVerb>(); }

}  // namespace magenta::cli
