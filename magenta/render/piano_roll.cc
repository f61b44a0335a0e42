// The picture is a stack of systems, as in a score. A system holds whole bars; inside it x is
// linear in quarter notes, so a change of tempo doesn't bend the beats. All systems have the same
// pitches and the same scale, so that a melody's shape can be compared down the page.
#include "magenta/render/piano_roll.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "magenta/base/files.h"
#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/drums/drum_names.h"
#include "magenta/music/key.h"
#include "magenta/music/meter_map.h"
#include "magenta/render/bar_grid.h"
#include "magenta/render/canvas.h"
#include "magenta/render/note_raster.h"

namespace magenta {
namespace {

/// Quarters within which a note begins where the primer ends: a MIDI file rounds its tempo, so that
/// what lay on one time lies a little apart.
constexpr double kSamePlace = 1.0 / 32;

constexpr double kMargin = 28;
constexpr double kKeyboard = 66;
constexpr double kNumbers = 22;    // strip of bar numbers above a system
constexpr double kChordLine = 18;  // strip of chord symbols above those, where there are any
constexpr size_t kMaxChordText = 64;
constexpr double kSystemGap = 22;
constexpr int kRowsAboveDrums = 1;  // between keys and drums
constexpr double kHeader = 74;
constexpr double kQuartersPerSystem = 32;
constexpr double kMaxSystems = 24;
constexpr int kMaxHeight = 30000;  // Cairo's images end at 32767

constexpr Color kInk = 0x1d2330;
constexpr Color kFaint = 0x667085;
constexpr Color kBlackRow = 0xf0f2f6;
constexpr Color kOctaveLine = 0xd3d8e2;
constexpr Color kBeatLine = 0xe0e4ec;
constexpr Color kBarLine = 0x98a1b3;
constexpr Color kFrame = 0x6b7486;
constexpr Color kGeneratedTint = 0xfff6ee;
constexpr Color kGeneratedBlackTint = 0xf8ece1;

/// A fill and its darker edge. White text has a contrast of 4.5 and more on each fill.
struct Paint {
  Color fill;
  Color edge;
};
constexpr std::array<Paint, 10> kPaints = {{{0x3563ad, 0x1f3f75},
                                            {0xb3480b, 0x7f2f00},
                                            {0x2f7d4f, 0x1a4e30},
                                            {0x8a3f9b, 0x57235f},
                                            {0xa83253, 0x6b1c33},
                                            {0x1c7a85, 0x0f4b52},
                                            {0x7a6212, 0x4d3d08},
                                            {0x59606e, 0x353a44},
                                            {0x3563ad, 0x1f3f75},
                                            {0xc24a06, 0x7f2f00}}};
constexpr uint8_t kInstrumentPaints = 8;  // the first ones
constexpr uint8_t kPrimerPaint = 8;
constexpr uint8_t kGeneratedPaint = 9;

/// Notes of a picture that are drawn one by one, with their names; of more only what is seen.
constexpr size_t kMaxSingleNotes = 20000;
constexpr size_t kMaxRuns = 250000;  // 20 MB of SVG

/// Rectangles of one path. Cairo's time for an image grows faster than their number.
constexpr size_t kRectsAtOnce = 64;

/// A note in quarters from the beginning.
struct DrawnNote {
  double from, to;
  int pitch;
  uint8_t paint;
};

/// A chord symbol, likewise.
struct DrawnChord {
  double quarter;
  std::string text;
};

bool IsBlackKey(int pitch) {
  constexpr int kBlack = 1 << 1 | 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10;
  return kBlack >> (pitch % 12) & 1;
}

/// Bars [first, last) on one row.
struct SystemOfBars {
  size_t first;
  size_t last;
};

std::vector<SystemOfBars> Wrap(const std::vector<Bar>& bars) {
  const double limit = std::max(kQuartersPerSystem, std::ceil(bars.back().end / kMaxSystems));
  std::vector<SystemOfBars> systems = {{0, 0}};
  for (size_t i = 0; i < bars.size(); ++i) {
    SystemOfBars& system = systems.back();
    if (i > system.first && bars[i].end - bars[system.first].start > limit + 1e-6) {
      systems.push_back({i, i + 1});
    } else {
      system.last = i + 1;
    }
  }
  return systems;
}

class PianoRollPainter {
 public:
  PianoRollPainter(const NoteSequence& sequence, const PianoRollOptions& options,
                   const BarGrid& grid)
      : sequence_(sequence), options_(options), grid_(grid), systems_(Wrap(grid.bars())) {
    FindRows();
    for (const SystemOfBars& system : systems_) {
      quarters_ = std::max(quarters_, End(system) - Start(system));
    }
    if (systems_.size() == 1) quarters_ = std::max(quarters_, kQuartersPerSystem / 4);
    const int rows = high_ - low_ + 1;
    row_ = std::clamp(360.0 / rows, 5.0, 16.0);
    PlaceChords();
    const double above = kNumbers + (chords_.empty() ? 0 : kChordLine);
    const double room = (kMaxHeight - kHeader) / systems_.size() - above - kSystemGap;
    row_ = std::min(row_, room / rows);
    system_height_ = above + rows * row_ + kSystemGap;
    NumberInstruments();
    PlaceNotes();
  }

  absl::StatusOr<std::string> Draw(PictureFormat format) {
    const int height = static_cast<int>(
        std::ceil(kHeader + static_cast<double>(systems_.size()) * system_height_ + 6));
    Canvas canvas(options_.width, height, format);
    canvas_ = &canvas;
    if (notes_.size() > kMaxSingleNotes) MakeRuns();
    PaintHeader();
    for (size_t i = 0; i < systems_.size(); ++i) {
      top_ = kHeader + static_cast<double>(i) * system_height_ + kNumbers +
             (chords_.empty() ? 0 : kChordLine);
      PaintRows(systems_[i]);
      PaintKeyboard();
      PaintBars(systems_[i]);
      PaintChords(systems_[i]);
      if (runs_.empty()) {
        PaintNotes(systems_[i]);
      } else {
        PaintRuns(runs_[i]);
      }
      PaintPrimerEnd(systems_[i]);
    }
    canvas_ = nullptr;
    return canvas.Finish();
  }

 private:
  double Start(const SystemOfBars& system) const { return grid_.bars()[system.first].start; }
  double End(const SystemOfBars& system) const { return grid_.bars()[system.last - 1].end; }
  double Left() const { return kMargin + kKeyboard; }
  double RollWidth() const { return options_.width - Left() - kMargin; }
  double X(const SystemOfBars& system, double quarter) const {
    return Left() + (quarter - Start(system)) / quarters_ * RollWidth();
  }
  double Y(int pitch) const { return top_ + (high_ - pitch) * row_; }
  double Bottom() const { return Y(low_) + row_; }

  /// Rows are counted as pitches are; those of drums follow below the keys.
  void FindRows() {
    for (const auto& note : sequence_.notes()) {
      const int pitch = std::clamp(note.pitch(), 0, 127);
      if (note.is_drum()) {
        drum_rows_[pitch] = 0;
        continue;
      }
      lowest_key_ = std::min(lowest_key_, pitch);
      high_ = std::max(high_, pitch);
    }
    const bool has_keys = lowest_key_ <= high_;
    if (!has_keys && drum_rows_.empty()) lowest_key_ = high_ = 60;
    if (has_keys || drum_rows_.empty()) {
      --lowest_key_, ++high_;
      while (high_ - lowest_key_ < 19) --lowest_key_, ++high_;
      lowest_key_ = std::max(lowest_key_, 0);
      high_ = std::min(high_, 127);
      low_ = lowest_key_;
    }
    if (!drum_rows_.empty()) PlaceDrumRows(has_keys);
  }

  /// Drums are a drum map: a row for each that is struck, by its name.
  void PlaceDrumRows(bool has_keys) {
    std::vector<int> pitches;
    for (const auto& [pitch, row] : drum_rows_) pitches.push_back(pitch);
    // As grids are written, the first line on top.
    std::stable_sort(pitches.begin(), pitches.end(),
                     [](int a, int b) { return DrumLineOrder(a) > DrumLineOrder(b); });
    const int count = static_cast<int>(pitches.size());
    low_ = has_keys ? lowest_key_ - kRowsAboveDrums - count : 0;
    if (!has_keys) high_ = count - 1, lowest_key_ = count;
    for (int i = 0; i < count; ++i) {
      drum_rows_[pitches[static_cast<size_t>(i)]] = low_ + i;
      drum_names_.push_back(DrumNameOf(pitches[static_cast<size_t>(i)]));
    }
  }

  /// The row of a note.
  int RowOf(const NoteSequence::Note& note) const {
    const int pitch = std::clamp(note.pitch(), 0, 127);
    return note.is_drum() ? drum_rows_.at(pitch) : pitch;
  }

  bool IsKey(int row) const { return row >= lowest_key_; }
  bool IsDrum(int row) const { return row < low_ + static_cast<int>(drum_names_.size()); }

  /// Whether a row is shaded: black keys; of a drum map each second one.
  bool IsShaded(int row) const {
    return IsKey(row) ? IsBlackKey(row) : IsDrum(row) && (row - low_) % 2 == 1;
  }

  void PlaceChords() {
    for (const auto& text : sequence_.text_annotations()) {
      const bool is_chord = text.annotation_type() == NoteSequence::TextAnnotation::CHORD_SYMBOL;
      if (!is_chord || !(text.time() >= 0) || text.text().size() > kMaxChordText) continue;
      chords_.push_back({grid_.QuarterAt(text.time()), ValidUtf8(text.text())});
    }
    std::stable_sort(chords_.begin(), chords_.end(),
                     [](const auto& a, const auto& b) { return a.quarter < b.quarter; });
  }

  void NumberInstruments() {
    for (const auto& note : sequence_.notes()) instruments_[note.instrument()] = "";
    for (auto& [instrument, name] : instruments_) name = fmt::format("instrument {}", instrument);
    uint8_t paint = 0;
    for (const auto& [instrument, name] : instruments_) {
      paint_of_[instrument] = paint;
      paint = static_cast<uint8_t>((paint + 1) % kInstrumentPaints);
    }
    for (const auto& info : sequence_.instrument_infos()) {
      const auto found = instruments_.find(info.instrument());
      if (found != instruments_.end() && !info.name().empty()) found->second = info.name();
    }
  }

  bool HasPrimer() const { return options_.primer_end > 0; }

  /// Index into kPaints.
  uint8_t PaintOf(const NoteSequence::Note& note) const {
    if (HasPrimer()) {
      const double before =
          grid_.QuarterAt(options_.primer_end) - grid_.QuarterAt(note.start_time());
      return before > kSamePlace ? kPrimerPaint : kGeneratedPaint;
    }
    return paint_of_.at(note.instrument());
  }

  void PlaceNotes() {
    notes_.reserve(static_cast<size_t>(sequence_.notes_size()));
    for (const auto& note : sequence_.notes()) {
      const double from = grid_.QuarterAt(note.start_time());
      const double to = grid_.QuarterAt(note.end_time());
      if (to - from > 1e-9) notes_.push_back({from, to, RowOf(note), PaintOf(note)});
    }
  }

  /// The notes as cells, as wide as needed for a bounded number of runs.
  void MakeRuns() {
    for (int cell = 1; cell < RollWidth(); cell *= 2) {
      runs_.clear();
      size_t count = 0;
      for (const SystemOfBars& system : systems_) {
        runs_.push_back(RunsOf(system, cell));
        count += runs_.back().size();
      }
      cell_ = cell;
      if (count <= kMaxRuns) return;
    }
  }

  std::vector<RasterRun> RunsOf(const SystemOfBars& system, double cell) const {
    const double begin = Start(system), end = End(system);
    const double cells_a_quarter = RollWidth() / quarters_ / cell;
    NoteRaster raster(high_ - low_ + 1, static_cast<int>(std::ceil(RollWidth() / cell)));
    for (auto note = notes_.rbegin(); note != notes_.rend(); ++note) {
      if (note->from >= end || note->to <= begin) continue;
      const auto column = [&](double quarter) {
        return static_cast<int>((quarter - begin) * cells_a_quarter);
      };
      const int first = column(std::max(note->from, begin));
      int last = column(std::min(note->to, end));
      if (last - first >= 3) --last;  // so that the next one is seen to begin
      raster.FillEmpty(high_ - note->pitch, first, std::max(last, first + 1), note->paint);
    }
    return raster.Runs();
  }

  std::string Subtitle() const {
    const double qpm = sequence_.tempos_size() > 0 ? sequence_.tempos(0).qpm() : 120.0;
    const Meter first = MeterMap(sequence_).meters().front();
    const std::string meter = fmt::format("{}/{}", first.numerator, first.denominator);
    double seconds = 0;
    for (const auto& note : sequence_.notes()) seconds = std::max(seconds, note.end_time());
    return fmt::format(
        "{:.4g} quarter notes a minute   \u00b7   {}   \u00b7   {} bar{}   \u00b7   "
        "{} note{}   \u00b7   {:.1f} s",
        qpm, meter, grid_.count(), grid_.count() == 1 ? "" : "s", sequence_.notes_size(),
        sequence_.notes_size() == 1 ? "" : "s", seconds);
  }

  void PaintHeader() {
    canvas_->Text(kMargin, 28, options_.title, {.size = 21, .color = kInk, .bold = true});
    canvas_->Text(kMargin, 54, Subtitle(), {.size = 13, .color = kFaint});
    double x = options_.width - kMargin;
    if (HasPrimer()) {
      x = PaintLegend(x, "generated", kPaints[kGeneratedPaint]);
      PaintLegend(x, "primer", kPaints[kPrimerPaint]);
    } else if (instruments_.size() > 1) {
      PaintInstrumentLegend(x);
    }
  }

  void PaintInstrumentLegend(double x) {
    constexpr size_t kShown = 6;
    std::vector<std::string> names;
    for (const auto& [instrument, name] : instruments_) names.push_back(name);
    if (names.size() > kShown) {
      const std::string more = fmt::format("and {} more", names.size() - kShown);
      canvas_->Text(x, 28, more, {.size = 13, .color = kFaint, .anchor = 1});
      x -= canvas_->TextWidth(more, {.size = 13}) + 26;
      names.resize(kShown);
    }
    for (size_t i = names.size(); i-- > 0;) x = PaintLegend(x, names[i], kPaints[i]);
  }

  /// Right-aligned at `right`; returns where the next one to the left ends.
  double PaintLegend(double right, const std::string& name, const Paint& paint) {
    const TextStyle style = {.size = 13, .color = kInk, .anchor = 1};
    canvas_->Text(right, 28, name, style);
    const double left = right - canvas_->TextWidth(name, style) - 32;
    canvas_->FillRoundRect(left, 21, 24, 14, 3, paint.fill, paint.edge);
    return left - 26;
  }

  /// Rows of keys, tinted from the primer's end on.
  void PaintRows(const SystemOfBars& system) {
    const double right = X(system, End(system));
    const double tint_from =
        HasPrimer() ? std::clamp(X(system, grid_.QuarterAt(options_.primer_end)), Left(), right)
                    : right;
    for (int pitch = low_; pitch <= high_; ++pitch) {
      const bool black = IsShaded(pitch);
      canvas_->FillRect(Left(), Y(pitch), tint_from - Left(), row_, black ? kBlackRow : 0xffffff);
      canvas_->FillRect(tint_from, Y(pitch), right - tint_from, row_,
                        black ? kGeneratedBlackTint : kGeneratedTint);
    }
    for (int pitch = low_; pitch <= high_; ++pitch) {
      const bool octave = IsKey(pitch) && pitch % 12 == 0;
      if (octave || !IsKey(pitch) || pitch == lowest_key_ || pitch % 12 == 5) {
        canvas_->Line(Left(), Y(pitch) + row_, right, Y(pitch) + row_, octave ? 1.2 : 0.6,
                      octave ? kOctaveLine : kBeatLine);
      }
    }
  }

  void PaintKeyboard() {
    const double size = std::clamp(row_ * 0.8, 7.0, 11.0);
    canvas_->FillRect(kMargin, top_, kKeyboard, Bottom() - top_, 0xffffff);
    for (size_t drum = 0; drum < drum_names_.size(); ++drum) {
      canvas_->Text(kMargin + kKeyboard - 5, Y(low_ + static_cast<int>(drum)) + row_ / 2,
                    drum_names_[drum], {.size = size, .color = kInk, .anchor = 1});
    }
    for (int pitch = lowest_key_; pitch <= high_; ++pitch) {
      if (IsBlackKey(pitch)) {
        canvas_->FillRect(kMargin, Y(pitch) + row_ * 0.06, kKeyboard * 0.5, row_ * 0.88, 0x323846);
        canvas_->Line(kMargin + kKeyboard * 0.5, Y(pitch) + row_ / 2, kMargin + kKeyboard,
                      Y(pitch) + row_ / 2, 0.6, kOctaveLine);
        continue;
      }
      if (!IsBlackKey(pitch + 11)) {
        canvas_->Line(kMargin, Y(pitch) + row_, kMargin + kKeyboard, Y(pitch) + row_, 0.6,
                      kBarLine);
      }
      const bool is_c = pitch % 12 == 0;
      if (is_c || row_ >= 10) {
        canvas_->Text(kMargin + kKeyboard - 5, Y(pitch) + row_ / 2, PitchText(pitch),
                      {.size = size, .color = is_c ? kInk : kFaint, .bold = is_c, .anchor = 1});
      }
    }
    canvas_->Line(kMargin, top_, kMargin, Bottom(), 1, kFrame);
  }

  void PaintBars(const SystemOfBars& system) {
    const double pixels_a_quarter = RollWidth() / quarters_;
    constexpr double kLeastBar = 4;  // pixels between bar lines
    double next_number = 0, next_line = 0;
    for (size_t i = system.first; i < system.last; ++i) {
      const Bar& bar = grid_.bars()[i];
      const double x = X(system, bar.start);
      if (bar.beat * pixels_a_quarter >= 6) {
        for (int beat = 1; bar.start + beat * bar.beat < bar.end - 1e-6; ++beat) {
          const double at = X(system, bar.start + beat * bar.beat);
          canvas_->Line(at, top_, at, Bottom(), 0.8, kBeatLine);
        }
      }
      if (x < next_line) continue;
      next_line = x + kLeastBar;
      canvas_->Line(x, top_, x, Bottom(), 1, kBarLine);
      // The rest of a cut bar has its number where a system begins with it.
      const bool is_rest = i > system.first && grid_.bars()[i - 1].number == bar.number;
      if (x < next_number || is_rest) continue;
      const TextStyle style = {.size = 12, .color = kFaint, .bold = true};
      const std::string number = std::to_string(bar.number);
      canvas_->Text(x + 3, top_ - 10, number, style);
      next_number = x + std::max(30.0, canvas_->TextWidth(number, style) + 10);
    }
    const double right = X(system, End(system));
    canvas_->Line(right, top_, right, Bottom(), 1, kBarLine);
    canvas_->Line(kMargin, top_, right, top_, 1, kFrame);
    canvas_->Line(kMargin, Bottom(), right, Bottom(), 1, kFrame);
  }

  /// Above the numbers of bars; what has no room is left out.
  void PaintChords(const SystemOfBars& system) {
    const TextStyle style = {.size = 14, .color = kInk, .bold = true};
    double next = 0;
    auto chord = std::lower_bound(
        chords_.begin(), chords_.end(), Start(system) - kSamePlace,
        [](const DrawnChord& chord, double quarter) { return chord.quarter < quarter; });
    for (; chord != chords_.end() && chord->quarter < End(system) - kSamePlace; ++chord) {
      const double x = X(system, chord->quarter);
      if (x < next) continue;
      canvas_->Text(x + 3, top_ - 26, chord->text, style);
      next = x + canvas_->TextWidth(chord->text, style) + 8;
    }
  }

  void PaintNotes(const SystemOfBars& system) {
    for (const DrawnNote& note : notes_) {
      const double from = std::max(note.from, Start(system));
      const double to = std::min(note.to, End(system));
      if (to - from <= 1e-9 || from >= End(system)) continue;
      PaintNote(note, X(system, from), X(system, to));
    }
  }

  void PaintRuns(const std::vector<RasterRun>& runs) {
    const double gap = std::min(0.7, row_ / 8);
    std::array<std::vector<Canvas::Rect>, kPaints.size()> rects;
    const auto fill = [&](size_t paint) {
      if (!rects[paint].empty()) canvas_->FillRects(rects[paint], kPaints[paint].fill);
      rects[paint].clear();
    };
    for (const RasterRun& run : runs) {
      rects[run.paint].push_back({Left() + run.begin * cell_, top_ + run.row * row_ + gap,
                                  (run.end - run.begin) * cell_, row_ - 2 * gap});
      if (rects[run.paint].size() == kRectsAtOnce) fill(run.paint);
    }
    for (size_t paint = 0; paint < rects.size(); ++paint) fill(paint);
  }

  void PaintNote(const DrawnNote& note, double left, double right) {
    const Paint& paint = kPaints[note.paint];
    const int pitch = note.pitch;
    const double width = std::max(right - left - 1.4, 1.6);
    canvas_->FillRoundRect(left + 0.7, Y(pitch) + 0.7, width, row_ - 1.4, 3, paint.fill,
                           paint.edge);
    if (row_ < 10 || IsDrum(pitch)) return;  // there rows have names
    const TextStyle style = {
        .size = std::min(row_ * 0.72, 10.5), .color = 0xffffff, .bold = true, .anchor = 0.5};
    std::string name = PitchText(pitch);
    if (canvas_->TextWidth(name, style) > width - 3) name.resize(IsBlackKey(pitch) ? 2 : 1);
    if (canvas_->TextWidth(name, style) > width - 2) return;
    canvas_->Text(left + 0.7 + width / 2, Y(pitch) + row_ / 2, name, style);
  }

  void PaintPrimerEnd(const SystemOfBars& system) {
    const double quarter = grid_.QuarterAt(options_.primer_end);
    // At the end of a system it stands where the next one begins.
    const bool is_here =
        quarter >= Start(system) - kSamePlace && quarter < End(system) - kSamePlace;
    if (!HasPrimer() || !is_here) return;
    const double x = X(system, std::max(quarter, Start(system)));
    const std::string text = "generated from here";
    TextStyle style = {.size = 11, .color = kPaints[kGeneratedPaint].fill, .bold = true};
    const bool fits = x + 5 + canvas_->TextWidth(text, style) <= options_.width - 2;
    style.anchor = fits ? 0 : 1;
    canvas_->Line(x, top_ - 4, x, Bottom() + 14, 1.6, kPaints[kGeneratedPaint].fill, 5);
    canvas_->Text(fits ? x + 5 : x - 5, Bottom() + 10, text, style);
  }

  const NoteSequence& sequence_;
  const PianoRollOptions& options_;
  const BarGrid& grid_;
  std::vector<SystemOfBars> systems_;
  std::map<int, std::string> instruments_;
  std::unordered_map<int, uint8_t> paint_of_;  // by instrument
  std::vector<DrawnNote> notes_;
  std::vector<DrawnChord> chords_;            // by place
  std::vector<std::vector<RasterRun>> runs_;  // by system; none while notes are drawn one by one
  double cell_ = 1;                           // pixels of a run's columns
  Canvas* canvas_ = nullptr;
  int low_ = 0, high_ = -1;              // rows
  int lowest_key_ = 128;                 // from here on rows are keys
  std::map<int, int> drum_rows_;         // pitch -> row
  std::vector<std::string> drum_names_;  // from row low_ on
  double quarters_ = 0;                  // that the widest system holds
  double row_ = 0;                       // height of a key
  double system_height_ = 0;
  double top_ = 0;  // of the system at hand
};

}  // namespace

absl::StatusOr<std::string> DrawPianoRoll(const NoteSequence& sequence,
                                          const PianoRollOptions& options, PictureFormat format) {
  MAGENTA_ASSIGN_OR_RETURN(const BarGrid grid, BarGrid::Make(sequence));
  return PianoRollPainter(sequence, options, grid).Draw(format);
}

absl::Status RenderPianoRoll(const NoteSequence& sequence, const PianoRollOptions& options,
                             PictureFormat format, const std::string& path) {
  MAGENTA_ASSIGN_OR_RETURN(const std::string bytes, DrawPianoRoll(sequence, options, format));
  return WriteFile(path, bytes);
}

}  // namespace magenta
