// Notes and piano rolls as arrays, out of NoteSequences or straight out of files.

#include "native/arrays.h"

#include <fmt/core.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "magenta/base/error_message.h"
#include "magenta/io/music/read_music.h"
#include "native/messages.h"
#include "native/module.h"
#include "native/piece_file.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {
namespace {

/// A note as arrays.py's NOTE has it, byte for byte.
struct NoteRow {
  double start_time, end_time;
  int32_t pitch, velocity, program, instrument;
  bool is_drum;
  std::array<uint8_t, 7> unused;
};
static_assert(sizeof(NoteRow) == 40);

std::vector<uint8_t> NoteBytes(const NoteSequence& sequence) {
  std::vector<uint8_t> bytes(sequence.notes_size() * sizeof(NoteRow));
  auto* row = reinterpret_cast<NoteRow*>(bytes.data());
  for (const auto& note : sequence.notes()) {
    *row++ = {note.start_time(), note.end_time(),   note.pitch(),   note.velocity(),
              note.program(),    note.instrument(), note.is_drum(), {}};
  }
  return bytes;
}

/// Most bytes of a roll.
constexpr double kMostRollBytes = double{1u << 31};

/// A window of time and pitch, and which notes count.
struct RollOptions {
  double frames_per_second = 100;
  int min_pitch = 0, max_pitch = 127;  // both belong to it
  std::optional<int> instrument;
  std::optional<bool> drums;  // nullopt: drums and all else
  bool velocities = true;     // else 1 where a note sounds

  size_t pitches() const { return max_pitch - min_pitch + 1; }
  bool Takes(const NoteSequence::Note& note) const {
    return note.pitch() >= min_pitch && note.pitch() <= max_pitch &&
           (!instrument.has_value() || note.instrument() == *instrument) &&
           (!drums.has_value() || note.is_drum() == *drums);
  }
  absl::Status CheckSelf() const {
    if (!(frames_per_second > 0) || !std::isfinite(frames_per_second)) {
      return UsageError(fmt::format("frames_per_second is {}", frames_per_second),
                        "Give a number above 0, such as 100");
    }
    if (min_pitch < 0 || max_pitch > 127 || min_pitch > max_pitch) {
      return UsageError(fmt::format("pitches {} to {} are no range", min_pitch, max_pitch),
                        "Give a min_pitch and a max_pitch of 0 to 127");
    }
    return absl::OkStatus();
  }
};

struct FreeCells {
  void operator()(uint8_t* cells) const { std::free(cells); }
};

/// A row of frames for each pitch: a note is a run of bytes, and rows that nobody touches cost no
/// memory.
struct Roll {
  std::unique_ptr<uint8_t, FreeCells> cells;
  size_t frames = 0;
};

/// How many frames `sequence` has: up to its total time, and to the end of each note.
absl::StatusOr<size_t> CountFrames(const NoteSequence& sequence, const RollOptions& options) {
  double end = sequence.total_time();
  for (int i = 0; i < sequence.notes_size(); ++i) {
    const auto& note = sequence.notes(i);
    if (!std::isfinite(note.start_time()) || !std::isfinite(note.end_time())) {
      return SequenceError(
          fmt::format("note {} lies from {} to {} s", i, note.start_time(), note.end_time()),
          "Give its notes times that are numbers");
    }
    end = std::max(end, note.end_time());
  }
  const double frames = std::ceil(end * options.frames_per_second);
  if (!(frames * static_cast<double>(options.pitches()) <= kMostRollBytes)) {
    return SequenceError(
        fmt::format("{:.6g} s at {:.6g} frames a second are more than a roll can hold", end,
                    options.frames_per_second),
        "Give fewer frames_per_second, or a part of the sequence");
  }
  return static_cast<size_t>(std::max(frames, 0.0));
}

absl::StatusOr<Roll> RollOf(const NoteSequence& sequence, const RollOptions& options) {
  MAGENTA_RETURN_IF_ERROR(options.CheckSelf());
  Roll roll;
  MAGENTA_ASSIGN_OR_RETURN(roll.frames, CountFrames(sequence, options));
  const size_t size = std::max<size_t>(roll.frames * options.pitches(), 1);
  roll.cells.reset(static_cast<uint8_t*>(std::calloc(size, 1)));
  if (roll.cells == nullptr) throw std::bad_alloc();
  const auto frame_of = [&](double frame) {
    return static_cast<size_t>(std::clamp(frame, 0.0, static_cast<double>(roll.frames)));
  };
  for (const auto& note : sequence.notes()) {
    if (!options.Takes(note)) continue;
    const double first = std::floor(note.start_time() * options.frames_per_second);
    const double last = std::ceil(note.end_time() * options.frames_per_second);
    const auto loudness =
        static_cast<uint8_t>(options.velocities ? std::clamp(note.velocity(), 0, 127) : 1);
    const size_t end = frame_of(std::max(last, first + 1));
    uint8_t* const row = roll.cells.get() + (note.pitch() - options.min_pitch) * roll.frames;
    for (size_t frame = frame_of(first); frame < end; ++frame) {
      row[frame] = std::max(row[frame], loudness);
    }
  }
  return roll;
}

/// Music of more bytes gives its memory back instead of keeping it for the next file.
constexpr size_t kLargestKept = size_t{1} << 20;

/// What was made of a file, and what was mended in it.
template <typename T>
struct OfPiece {
  T made;
  std::string mended;
};

/// Calls `use` with piece `piece` of a file, whose messages are the next one's on this thread.
template <typename Use>
auto WithPiece(std::string_view bytes, const std::string& file, size_t piece, const Use& use)
    -> OfPiece<decltype(use(NoteSequence()))> {
  thread_local NoteSequence memory;
  MusicReading reading =
      Value(ReadMusicBytes(bytes, {MusicFormatOfName(file), std::move(memory)}), file);
  if (piece >= reading.pieces.size()) {
    Check(UsageError(fmt::format("there is no piece {}, it has {}", piece, reading.pieces.size()),
                     "Count pieces from 0"),
          file);
  }
  MusicPiece& chosen = reading.pieces[piece];
  Check(chosen.status, file);
  auto made = use(chosen.sequence);
  if (bytes.size() <= kLargestKept) memory = std::move(chosen.sequence);
  chosen.warnings.resize(chosen.mended);
  return {std::move(made), MendedText(file, chosen.warnings, chosen.warnings_left_out)};
}

/// The same of a file by its path.
template <typename Use>
auto WithFile(const std::string& path, size_t piece, const Use& use) {
  return WithPiece(PieceFile(path, ""), path, piece, use);
}

Array<uint8_t> Flat(std::vector<uint8_t> bytes) {
  const size_t size = bytes.size();
  return ToArray(std::move(bytes), {size});
}

using RollCells = nb::ndarray<nb::numpy, uint8_t>;

/// Frames x pitches, as an array.
RollCells RollArray(Roll roll, const RollOptions& options) {
  uint8_t* const cells = roll.cells.get();
  const nb::capsule owner(cells, [](void* memory) noexcept { std::free(memory); });
  roll.cells.release();
  return RollCells(cells, {roll.frames, options.pitches()}, owner,
                   {1, static_cast<int64_t>(roll.frames)});
}

Array<uint8_t> Notes(const nb::bytes& sequence) {
  return Flat(WithoutGil([&] { return NoteBytes(ParseSequence(View(sequence))); }));
}

/// (array, what was mended in the file)
nb::tuple WithMended(const nb::object& array, const std::string& mended) {
  return nb::make_tuple(array, nb::str(mended.c_str()));
}

nb::tuple NotesOfFile(const nb::bytes& path, size_t piece) {
  auto notes = WithoutGil([&] { return WithFile(std::string(View(path)), piece, NoteBytes); });
  return WithMended(Flat(std::move(notes.made)).cast(), notes.mended);
}

nb::tuple NotesOfBytes(const nb::bytes& file, size_t piece) {
  auto notes = WithoutGil([&] { return WithPiece(View(file), "", piece, NoteBytes); });
  return WithMended(Flat(std::move(notes.made)).cast(), notes.mended);
}

RollOptions Options(double frames_per_second, int min_pitch, int max_pitch,
                    std::optional<int> instrument, std::optional<bool> drums, bool velocities) {
  return {frames_per_second, min_pitch, max_pitch, instrument, drums, velocities};
}

}  // namespace

void BindArrays(nb::module_& module) {
  nb::class_<RollOptions>(module, "RollOptions")
      .def(nb::new_(&Options), nb::arg("frames_per_second"), nb::arg("min_pitch"),
           nb::arg("max_pitch"), nb::arg("instrument").none(), nb::arg("drums").none(),
           nb::arg("velocities"));
  module.def("notes", &Notes, nb::arg("sequence"));
  module.def("notes_of_file", &NotesOfFile, nb::arg("path"), nb::arg("piece"));
  module.def("notes_of_bytes", &NotesOfBytes, nb::arg("file"), nb::arg("piece"));
  module.def(
      "pianoroll",
      [](const nb::bytes& sequence, const RollOptions& options) {
        return RollArray(
            WithoutGil([&] { return Value(RollOf(ParseSequence(View(sequence)), options)); }),
            options);
      },
      nb::arg("sequence"), nb::arg("options"));
  module.def(
      "pianoroll_of_file",
      [](const nb::bytes& file, size_t piece, const RollOptions& options) {
        const std::string path(View(file));
        const auto roll = [&](const NoteSequence& music) {
          return Value(RollOf(music, options), path);
        };
        auto rolled = WithoutGil([&] { return WithFile(path, piece, roll); });
        return WithMended(RollArray(std::move(rolled.made), options).cast(), rolled.mended);
      },
      nb::arg("path"), nb::arg("piece"), nb::arg("options"));
  module.def(
      "pianoroll_of_bytes",
      [](const nb::bytes& file, size_t piece, const RollOptions& options) {
        const auto roll = [&](const NoteSequence& music) { return Value(RollOf(music, options)); };
        auto rolled = WithoutGil([&] { return WithPiece(View(file), "", piece, roll); });
        return WithMended(RollArray(std::move(rolled.made), options).cast(), rolled.mended);
      },
      nb::arg("file"), nb::arg("piece"), nb::arg("options"));
}

}  // namespace magenta::python
