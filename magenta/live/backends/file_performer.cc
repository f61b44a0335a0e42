#include "magenta/live/backends/file_performer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace magenta {
namespace {

bool StrikesKey(const MidiEvent& event) {
  return (event.bytes[0] & 0xf0) == 0x90 && event.bytes[2] > 0;
}

bool LetsGo(const MidiEvent& event) {
  const int kind = event.bytes[0] & 0xf0;
  return kind == 0x80 || (kind == 0x90 && event.bytes[2] == 0);
}

int KeyOf(const MidiEvent& event) {
  return (event.port * 16 + (event.bytes[0] & 0x0f)) * 128 + event.bytes[1];
}

}  // namespace

FilePerformer::FilePerformer(FilePerformance music, PerformerCues cues)
    : music_(std::move(music)), cues_(std::move(cues)), gone_(music_.events.size()) {
  FindEnds();
}

void FilePerformer::FindEnds() {
  ends_of_.assign(music_.events.size(), music_.events.size());
  std::map<int, size_t> open;
  for (size_t i = 0; i < music_.events.size(); ++i) {
    const MidiEvent& event = music_.events[i].event;
    if (!StrikesKey(event) && !LetsGo(event)) continue;
    const auto key = open.find(KeyOf(event));
    if (key != open.end()) {
      ends_of_[key->second] = i;  // struck again: that ends it, too
      open.erase(key);
    }
    if (StrikesKey(event)) open[KeyOf(event)] = i;
  }
}

int64_t FilePerformer::Late(int64_t frame) const { return frame + std::llround(wait_); }

bool FilePerformer::IsHeard(const MidiEvent& event) const {
  return !cues_.hears || cues_.hears(event);
}

void FilePerformer::Announce() {
  const auto& events = music_.events;
  next_on_ = std::max(next_on_, next_);
  while (next_on_ < events.size() &&
         !(StrikesKey(events[next_on_].event) && IsHeard(events[next_on_].event))) {
    ++next_on_;
  }
  int64_t quiet = 0;
  for (const auto& [key, struck] : sounding_) {
    const size_t end = ends_of_[struck];
    if (!IsHeard(events[struck].event)) continue;
    quiet = std::max(quiet, end < events.size() ? Late(events[end].frame) : PerformerCues::kNever);
  }
  cues_.expect(next_on_ < events.size() ? Late(events[next_on_].frame) : PerformerCues::kNever,
               quiet);
}

void FilePerformer::Wait(double frames) {
  for (const auto& [key, struck] : sounding_) {
    const size_t end = ends_of_[struck];
    if (end == music_.events.size() || gone_[end] || !LetsGo(music_.events[end].event)) continue;
    gone_[end] = true;
    ends_.push_back({Late(music_.events[end].frame), end});
  }
  std::stable_sort(ends_.begin(), ends_.end(),
                   [](const End& a, const End& b) { return a.frame < b.frame; });
  wait_ += frames;
}

void FilePerformer::Strike(size_t event) {
  const MidiEvent& message = music_.events[event].event;
  if (StrikesKey(message)) sounding_[KeyOf(message)] = event;
  if (LetsGo(message)) sounding_.erase(KeyOf(message));
}

const MidiEvent* FilePerformer::Next(int64_t end, int64_t& frame) {
  const auto& events = music_.events;
  for (;;) {
    while (next_ < events.size() && gone_[next_]) ++next_;
    const int64_t due = next_ < events.size() ? Late(events[next_].frame) : PerformerCues::kNever;
    if (!ends_.empty() && ends_.front().frame <= due && ends_.front().frame < end) {
      const End first = ends_.front();
      ends_.erase(ends_.begin());
      Strike(first.event);
      frame = first.frame;
      return &events[first.event].event;
    }
    if (due >= end) return nullptr;
    if (cues_.wait && StrikesKey(events[next_].event)) {
      if (const double frames = cues_.wait(due); frames > 0) {
        Wait(frames);
        continue;
      }
    }
    Strike(next_);
    frame = due;
    return &events[next_++].event;
  }
}

void FilePerformer::Play(int64_t start, uint32_t frames, size_t most, std::vector<MidiEvent>& in) {
  if (cues_.expect) Announce();
  in.clear();
  int64_t frame = 0;
  while (in.size() < most) {
    const MidiEvent* event = Next(start + frames, frame);
    if (event == nullptr) return;
    in.push_back(*event);
    in.back().frame = static_cast<uint32_t>(std::max<int64_t>(0, frame - start));
  }
}

}  // namespace magenta
