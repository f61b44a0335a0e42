#pragma once
// What the studio is told: where its parts lie, and how much is too much.

#include <cstddef>
#include <cstdint>
#include <string>

namespace magenta {

struct StudioOptions {
  /// The folder of the built page (index.html, assets); "" or without index.html: not built.
  std::string page_folder;
  /// An .sf2 or .sf3 file for the page's synthesizer; "": none.
  std::string sound_font;
  /// Where everything that is kept lies. It need not exist: what writes first makes it. "": there
  /// is nowhere to write (no home folder).
  std::string studio_dir;
  /// The programs that do the long work, as paths; "": not built.
  std::string magenta;
  std::string magenta_train;
  /// The remedies where the page or a program is missing, and where magenta-train is.
  std::string remedy = "`make studio` builds it";
  std::string train_remedy = "`make` builds it";

  /// Bytes of studio_dir in all.
  int64_t most_bytes = int64_t{4} << 30;
  /// How low the priority of jobs is, 0 to 19: at 19 they take what nobody else wants.
  int job_nice = 19;

  /// Threads that answer, and requests that wait for one (429 past them).
  int threads = 4;
  size_t max_waiting = 64;
  /// Bytes of a file that is sent (413).
  int64_t max_file_bytes = int64_t{16} << 20;
  /// Notes of a file that is converted (413): an orchestra's symphony has them.
  int64_t max_notes = 200'000;
};

}  // namespace magenta
