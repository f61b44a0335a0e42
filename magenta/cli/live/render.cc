#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/io/score/sections.h"
#include "magenta/render/piano_roll.h"
#include "magenta/render/sound.h"

namespace magenta::cli {
namespace {

namespace fs = std::filesystem;

/// "wav" of "a/b.WAV"; "" without an ending.
std::string EndingOf(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return ending.empty() ? "" : ending.substr(1);
}

class RunningRenderVerb : public RenderFlags {
 public:
  absl::Status Run(Context& context) override {
    MAGENTA_RETURN_IF_ERROR(Check());
    if (std::find(formats.begin(), formats.end(), "wav") != formats.end()) {
      MAGENTA_ASSIGN_OR_RETURN(soundfont, FindSoundFont(soundfont));
    }
    CatchSignals();
    Json written = Json::Array();
    for (const std::string& file : files) {
      MAGENTA_ASSIGN_OR_RETURN(const std::vector<NoteSequence> pieces,
                               ReadToPlay(file, context.out));
      if (!output.empty() && pieces.size() > 1) {
        return UsageError(
            fmt::format("{} holds {} pieces, and --output is one file", file, pieces.size()),
            "Give --output_dir and --format");
      }
      for (size_t i = 0; i < pieces.size(); ++i) {
        if (pieces[i].notes().empty()) {
          return WithFile(
              NothingToOutputError("holds no note", "`magenta inspect` shows what it is"), file);
        }
        const std::string base = BaseOf(file, i, pieces.size());
        MAGENTA_RETURN_IF_ERROR(RenderPiece(pieces[i], file, base, context, written));
      }
    }
    if (context.out.json()) context.out.Result(Json::Object().Set("outputs", written));
    return absl::OkStatus();
  }

 private:
  absl::Status Check() {
    if (output.empty()) {
      if (formats.empty()) formats = {"wav"};
      return absl::OkStatus();
    }
    if (files.size() > 1) {
      return UsageError("--output is one file, and there are several to render",
                        "Give --output_dir and --format");
    }
    if (!output_dir.empty()) return UsageError("give --output or --output_dir, not both");
    const std::string ending = EndingOf(output);
    if (ending != "wav" && ending != "svg" && ending != "png") {
      return UsageError(fmt::format("--output={} ends in none of .wav, .svg, .png", output));
    }
    if (!formats.empty() && formats != std::vector<std::string>{ending}) {
      return UsageError(fmt::format("--output={} is not what --format says", output));
    }
    formats = {ending};
    return absl::OkStatus();
  }

  /// The new file's path without its ending.
  std::string BaseOf(const std::string& file, size_t piece, size_t pieces) const {
    if (!output.empty()) return output;
    fs::path base = fs::path(file).replace_extension();
    if (!output_dir.empty()) base = fs::path(output_dir) / base.filename();
    return pieces == 1 ? base.string() : fmt::format("{}_{}", base.string(), piece + 1);
  }

  absl::Status RenderPiece(const NoteSequence& piece, const std::string& file,
                           const std::string& base, Context& context, Json& written) const {
    for (const std::string& format : formats) {
      const std::string path = output.empty() ? fmt::format("{}.{}", base, format) : output;
      const absl::Status status = format == "wav" ? WriteSound(piece, path, context)
                                                  : WritePicture(piece, file, base, format, path);
      MAGENTA_RETURN_IF_ERROR(WithFile(status, file));
      written.Add(path);
      if (!context.out.json()) context.out.Line(path);
    }
    return absl::OkStatus();
  }

  absl::Status WriteSound(const NoteSequence& piece, const std::string& path,
                          Context& context) const {
    SoundOptions options;
    options.sound_font = soundfont;
    ProgressBar bar(context.out, "sounding");
    options.progress = [&](double share) {
      bar.Update(share, 1);
      return !StopRequested();
    };
    return RenderSound(piece, options, path).status();
  }

  absl::Status WritePicture(const NoteSequence& piece, const std::string& file,
                            const std::string& base, const std::string& format,
                            const std::string& path) const {
    PianoRollOptions options;
    options.primer_end = primer_end;
    const std::string& named = piece.sequence_metadata().title();
    options.title = !title.empty()   ? title
                    : !named.empty() ? named
                    : output.empty() ? fs::path(base).filename().string()
                                     : fs::path(file).stem().string();
    return RenderPianoRoll(piece, options,
                           format == "svg" ? PictureFormat::kSvg : PictureFormat::kPng, path);
  }
};

}  // namespace

absl::StatusOr<std::vector<NoteSequence>> ReadToPlay(const std::string& path, Output& out) {
  std::vector<std::string> warnings;
  MAGENTA_ASSIGN_OR_RETURN(std::vector<NoteSequence> pieces, ReadMusic(path, warnings));
  for (const std::string& warning : warnings) out.Warning(fmt::format("{}: {}", path, warning));
  for (NoteSequence& piece : pieces) {
    auto unrolled = UnrollSections(piece);
    if (!unrolled.ok()) return WithFile(unrolled.status(), path);
    piece = *std::move(unrolled);
  }
  return pieces;
}

std::unique_ptr<Verb> NewRunningRenderVerb() { return std::make_unique<RunningRenderVerb>(); }

}  // namespace magenta::cli
