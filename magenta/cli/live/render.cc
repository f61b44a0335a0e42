#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/cli/input/music_input.h"
#include "magenta/cli/live/live_verbs.h"
#include "magenta/cli/live/render_inputs.h"
#include "magenta/cli/terminal/signals.h"
#include "magenta/cli/verbs/heavy_verbs.h"
#include "magenta/io/abc/abc_writer.h"
#include "magenta/io/drums/drum_grid_writer.h"
#include "magenta/io/midi/midi_file.h"
#include "magenta/io/musicxml/musicxml_writer.h"
#include "magenta/io/score/sections.h"
#include "magenta/music/parts.h"
#include "magenta/music/program.h"
#include "magenta/render/piano_roll.h"
#include "magenta/render/sound.h"
#include "magenta/render/sound_file.h"

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

/// Of --format, by the ending of a file.
std::string FormatOfEnding(const std::string& ending) {
  if (ending == "xml") return "musicxml";
  if (ending == "midi") return "mid";
  const auto& all = RenderFlags::Formats();
  return std::find(all.begin(), all.end(), ending) == all.end() ? "" : ending;
}

bool IsSound(const std::string& format) { return SoundFormatOfName("x." + format).has_value(); }

/// Every note but drums on `program`, with what bends and controls it.
void SetProgram(NoteSequence& sequence, int program) {
  const auto set = [program](auto& list) {
    for (auto& each : list) {
      if (!each.is_drum()) each.set_program(program);
    }
  };
  set(*sequence.mutable_notes());
  set(*sequence.mutable_pitch_bends());
  set(*sequence.mutable_control_changes());
}

class RunningRenderVerb : public RenderFlags {
 public:
  absl::Status Run(Context& context) override {
    MAGENTA_RETURN_IF_ERROR(Check());
    if (const std::string note = ProgramNote(program); !note.empty()) context.out.Info(note);
    if (std::any_of(formats.begin(), formats.end(), IsSound)) {
      MAGENTA_ASSIGN_OR_RETURN(soundfont, FindSoundFont(soundfont));
    }
    MAGENTA_ASSIGN_OR_RETURN(const std::vector<RenderInput> inputs,
                             FindRenderInputs(files, recursive));
    if (!output.empty() && inputs.size() > 1) {
      return UsageError("--output is one file, and there are several to render",
                        "Give --output_dir and --format");
    }
    read_.emplace(inputs);
    CatchSignals();
    ProgressBar bar(context.out, "rendering");
    RenderNames names(output_dir);
    Json written = Json::Array();
    size_t failures = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto progress = [&](double share) {
        bar.Update(static_cast<double>(i) + share, static_cast<double>(inputs.size()));
      };
      progress(0);
      absl::Status status = RenderFile(inputs[i], names, progress, context, written);
      if (status.ok()) continue;
      if (StopRequested()) return status;
      // What a folder holds need not all be music; a full disk ends the run.
      if (!inputs[i].is_found || ExitStatus(status) == 5 || ExitStatus(status) == 2) return status;
      context.out.Warning(ErrorLine(status));
      ++failures;
    }
    if (context.out.json()) context.out.Result(Json::Object().Set("outputs", written));
    if (failures == 0) return absl::OkStatus();
    return InputError(files[0],
                      fmt::format("{} of {} files could not be rendered", failures, inputs.size()),
                      "The warnings above say why");
  }

 private:
  absl::Status Check() {
    if (!program.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(program_, ParseProgram(program));
    }
    if (output.empty()) {
      if (formats.empty()) formats = {"wav"};
      return absl::OkStatus();
    }
    if (files.size() > 1) {
      return UsageError("--output is one file, and there are several to render",
                        "Give --output_dir and --format");
    }
    if (!output_dir.empty()) return UsageError("give --output or --output_dir, not both");
    const std::string format = FormatOfEnding(EndingOf(output));
    if (format.empty()) {
      return UsageError(fmt::format("--output={} ends in none of .{}", output,
                                    fmt::join(RenderFlags::Formats(), ", .")));
    }
    if (!formats.empty() && formats != std::vector<std::string>{format}) {
      return UsageError(fmt::format("--output={} is not what --format says", output));
    }
    formats = {format};
    return absl::OkStatus();
  }

  /// Chord symbols without a note are a score; they make no sound and no picture.
  absl::Status CheckHasMusic(const NoteSequence& piece) const {
    if (!piece.notes().empty()) return absl::OkStatus();
    const auto& texts = piece.text_annotations();
    const bool has_chords = std::any_of(texts.begin(), texts.end(), [](const auto& text) {
      return text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
    });
    if (!has_chords) {
      return NothingToOutputError("holds no note", "`magenta inspect` shows what it is");
    }
    const bool can_be_written =
        std::all_of(formats.begin(), formats.end(), [](const std::string& format) {
          return format == "musicxml" || format == "abc" || format == "mid";
        });
    if (can_be_written) return absl::OkStatus();
    return NothingToOutputError("holds chord symbols and no note",
                                "Give --format=musicxml, abc or mid, which hold them");
  }

  template <typename Progress>
  absl::Status RenderFile(const RenderInput& input, RenderNames& names, const Progress& progress,
                          Context& context, Json& written) const {
    MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, OpenToPlay(input.path, context.out));
    for (size_t i = 0; !pieces.at_end(); ++i) {
      MAGENTA_ASSIGN_OR_RETURN(NoteSequence piece, NextToPlay(pieces, input.path));
      const bool is_only = i == 0 && pieces.at_end();
      if (!output.empty() && !is_only) {
        return UsageError(
            fmt::format("{} holds several pieces, and --output is one file", input.path),
            "Give --output_dir and --format");
      }
      if (absl::Status heard = CheckHasMusic(piece); !heard.ok()) {
        return WithFile(std::move(heard), input.path);
      }
      if (program_) SetProgram(piece, *program_);
      if (!title.empty()) piece.mutable_sequence_metadata()->set_title(title);
      const std::string base = output.empty() ? names.BaseOf(input, i, is_only) : output;
      // How many more a TFRecord holds is not known.
      const auto of_piece = [&](double share) {
        if (is_only) progress(share);
      };
      MAGENTA_RETURN_IF_ERROR(RenderPiece(piece, input, base, of_piece, context, written));
    }
    return absl::OkStatus();
  }

  template <typename Progress>
  absl::Status RenderPiece(const NoteSequence& piece, const RenderInput& input,
                           const std::string& base, const Progress& progress, Context& context,
                           Json& written) const {
    for (const std::string& format : formats) {
      MAGENTA_RETURN_IF_ERROR(CheckInterrupted());
      const std::string path = output.empty() ? fmt::format("{}.{}", base, format) : output;
      MAGENTA_RETURN_IF_ERROR(read_->CheckNotOne(path));
      MAGENTA_RETURN_IF_ERROR(WithFile(
          WriteAs(format, piece, input.path, base, path, progress, context.out), input.path));
      written.Add(path);
      if (!context.out.json()) context.out.Line(path);
    }
    return absl::OkStatus();
  }

  template <typename Progress>
  absl::Status WriteAs(const std::string& format, const NoteSequence& piece,
                       const std::string& file, const std::string& base, const std::string& path,
                       const Progress& progress, Output& out) const {
    if (IsSound(format)) return WriteSound(piece, path, progress);
    if (format == "svg" || format == "png") return WritePicture(piece, file, base, format, path);
    if (format == "mid") {
      MAGENTA_ASSIGN_OR_RETURN(const std::string midi, WriteMidi(piece));
      return WriteFile(path, midi);
    }
    return WriteScore(format, piece, file, base, path, out);
  }

  template <typename Progress>
  absl::Status WriteSound(const NoteSequence& piece, const std::string& path,
                          const Progress& progress) const {
    SoundOptions options;
    options.sound_font = soundfont;
    options.progress = [&](double share) {
      progress(share);
      return !StopRequested();
    };
    return RenderSound(piece, options, path).status();
  }

  std::string TitleOf(const NoteSequence& piece, const std::string& file,
                      const std::string& base) const {
    const std::string& named = piece.sequence_metadata().title();
    return !named.empty()   ? named
           : output.empty() ? fs::path(base).filename().string()
                            : fs::path(file).stem().string();
  }

  absl::Status WriteScore(const std::string& format, const NoteSequence& piece,
                          const std::string& file, const std::string& base, const std::string& path,
                          Output& out) const {
    NoteSequence titled = piece;
    titled.mutable_sequence_metadata()->set_title(TitleOf(piece, file, base));
    std::vector<std::string> left_out;
    const auto write = format == "abc"     ? WriteAbc
                       : format == "drums" ? WriteDrumGrid
                                           : WriteMusicXml;
    MAGENTA_ASSIGN_OR_RETURN(const std::string text, write(titled, &left_out));
    // Once for a piece that is written as both kinds of scores.
    const bool is_second = format == "musicxml" && output.empty() &&
                           std::find(formats.begin(), formats.end(), "abc") != formats.end();
    for (const std::string& each : left_out) {
      if (!is_second) out.Warning(fmt::format("{}: not in the score: {}", path, each));
    }
    return WriteFile(path, text);
  }

  absl::Status WritePicture(const NoteSequence& piece, const std::string& file,
                            const std::string& base, const std::string& format,
                            const std::string& path) const {
    PianoRollOptions options;
    options.primer_end = primer_end;
    options.title = TitleOf(piece, file, base);
    return RenderPianoRoll(piece, options,
                           format == "svg" ? PictureFormat::kSvg : PictureFormat::kPng, path);
  }

  std::optional<int> program_;
  std::optional<InputFiles> read_;
};

}  // namespace

absl::StatusOr<MusicPieces> OpenToPlay(const std::string& path, Output& out) {
  std::vector<std::string> warnings;
  MAGENTA_ASSIGN_OR_RETURN(MusicPieces pieces, MusicPieces::Open(path, warnings, true));
  for (const std::string& warning : warnings) out.Warning(fmt::format("{}: {}", path, warning));
  return pieces;
}

absl::StatusOr<NoteSequence> NextToPlay(MusicPieces& pieces, const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::optional<NoteSequence> piece, pieces.Next());
  auto unrolled = UnrollSections(*piece);
  if (!unrolled.ok()) return WithFile(unrolled.status(), path);
  NameInstruments(*unrolled);
  return unrolled;
}

std::unique_ptr<Verb> NewRunningRenderVerb() { return std::make_unique<RunningRenderVerb>(); }

}  // namespace magenta::cli
