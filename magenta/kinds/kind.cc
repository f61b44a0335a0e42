#include "magenta/kinds/kind.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/music/key.h"

namespace magenta {
namespace {

constexpr int kWrittenTicks = 220;
constexpr int kDrumInstrument = 9;
constexpr int kVelocity = 100;

/// Notes that are open, by pitch; the oldest of a pitch ends first.
class NoteWriter {
 public:
  NoteWriter(double seconds_per_step, double start, NoteSequence& sequence)
      : seconds_per_step_(seconds_per_step), start_(start), sequence_(sequence) {}

  void Write(const NoteChange& change) {
    const double seconds = static_cast<double>(change.step) * seconds_per_step_ + start_;
    if (change.begins) {
      open_.emplace(change.pitch, sequence_.notes_size());
      auto* note = sequence_.add_notes();
      note->set_start_time(seconds);
      note->set_pitch(change.pitch);
      note->set_velocity(change.velocity > 0 ? change.velocity : kVelocity);
      note->set_is_drum(change.is_drum);
      if (change.is_drum) note->set_instrument(kDrumInstrument);
      return;
    }
    const auto found = open_.lower_bound(change.pitch);
    MAGENTA_CHECK(found != open_.end() && found->first == change.pitch);
    sequence_.mutable_notes(found->second)->set_end_time(seconds);
    open_.erase(found);
  }

 private:
  const double seconds_per_step_;
  const double start_;
  NoteSequence& sequence_;
  std::multimap<int, int> open_;  // pitch -> note
};

}  // namespace

absl::StatusOr<TypedPrimer> MusicKind::ParsePrimer(const std::string& /*text*/, double /*qpm*/,
                                                   Grid /*grid*/) const {
  return UsageError(fmt::format("{} can't be typed", names().many), "Give a file: --primer_midi");
}

std::string MusicKind::EventText(Event event) const {
  std::vector<NoteChange> changes;
  NewRenderer({}, /*after_primer=*/true)->Add(event, changes);
  std::string text;
  for (const NoteChange& change : changes) {
    if (change.begins) text += (text.empty() ? "" : "+") + PitchText(change.pitch);
  }
  return text.empty() ? "-" : text;
}

std::string MusicKind::ListText(std::span<const Event> events) const {
  return fmt::format("[{}]", fmt::join(events, ", "));
}

NoteSequence MusicKind::Render(const EventSequence& events, const Primer& primer,
                               double qpm) const {
  MAGENTA_CHECK(qpm > 0);
  NoteSequence sequence;
  sequence.add_tempos()->set_qpm(qpm);
  sequence.set_ticks_per_quarter(kWrittenTicks);
  const double seconds_per_step = primer.grid.StepSeconds(qpm);
  NoteWriter writer(seconds_per_step, static_cast<double>(primer.start_step) * seconds_per_step,
                    sequence);
  const std::unique_ptr<NoteRenderer> renderer = NewRenderer(primer, /*after_primer=*/false);
  std::vector<NoteChange> changes;
  const auto write = [&] {
    for (const NoteChange& change : changes) writer.Write(change);
    changes.clear();
  };
  for (const Event event : events.events) {
    renderer->Add(event, changes);
    write();
  }
  renderer->Finish(changes);
  write();
  auto& notes = *sequence.mutable_notes();
  notes.erase(std::remove_if(notes.begin(), notes.end(),
                             [](const auto& note) { return note.end_time() <= note.start_time(); }),
              notes.end());
  for (const auto& note : notes) {
    sequence.set_total_time(std::max(sequence.total_time(), note.end_time()));
  }
  return sequence;
}

}  // namespace magenta
