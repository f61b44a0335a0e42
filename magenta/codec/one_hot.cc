#include "magenta/codec/one_hot.h"

#include "magenta/base/check.h"

namespace magenta {
namespace {

// Distance from a special event (-2, -1) to its class (0, 1), and from a pitch over min_note to
// its.
constexpr int kSpecialEvents = 2;

}  // namespace

OneHotMelody::OneHotMelody(NoteRange range) : range_(range) {
  MAGENTA_CHECK(range.min_note >= kMinPitch && range.min_note < range.max_note &&
                range.max_note <= kMaxPitch + 1);
}

bool OneHotMelody::Accepts(Event event) const {
  return event == kNoEvent || event == kNoteOff ||
         (event >= range_.min_note && event < range_.max_note);
}

int OneHotMelody::Class(Event event) const {
  MAGENTA_CHECK(Accepts(event));
  return event < kMinPitch ? event + kSpecialEvents : event - range_.min_note + kSpecialEvents;
}

Event OneHotMelody::EventOf(int index) const {
  MAGENTA_CHECK(index >= 0 && index < size());
  return index < kSpecialEvents ? index - kSpecialEvents : index - kSpecialEvents + range_.min_note;
}

int OneHotDrums::Class(Event event) const {
  MAGENTA_CHECK(Accepts(event));
  return event;
}

Event OneHotDrums::EventOf(int index) const {
  MAGENTA_CHECK(index >= 0 && index < size_);
  return index;
}

OneHotClasses::OneHotClasses(int size, Event default_event)
    : size_(size), default_event_(default_event) {
  MAGENTA_CHECK(Accepts(default_event));
}

int OneHotClasses::Class(Event event) const {
  MAGENTA_CHECK(Accepts(event));
  return event;
}

Event OneHotClasses::EventOf(int index) const {
  MAGENTA_CHECK(Accepts(index));
  return index;
}

}  // namespace magenta
