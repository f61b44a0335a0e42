#include "magenta/live/backends/jack_cycle.h"

#include <jack/midiport.h>

#include <algorithm>
#include <span>
#include <utility>

namespace magenta {

void JackCycle::Bind(double rate, std::vector<jack_port_t*> inputs,
                     std::vector<jack_port_t*> outputs) {
  rate_ = rate;
  inputs_ = std::move(inputs);
  outputs_ = std::move(outputs);
  buffers_.assign(outputs_.size(), nullptr);
  full_.assign(outputs_.size(), 0);
}

void JackCycle::Run(jack_nframes_t frames) noexcept {
  if (frames == 0) return;
  if (IsWaiting()) return Send(0, frames);
  const size_t count = Collect(frames);
  size_t sent = 0;
  if (!finishing_.load(std::memory_order_acquire)) {
    const std::span<MidiEvent> store(out_);
    MidiOut out(store.subspan(waiting_));
    processor_.Process({start_, frames, rate_}, std::span(in_).first(count), out);
    sent = out.events().size();
    start_ += frames;
  }
  Send(waiting_ + sent, frames);
  if (finishing_.load(std::memory_order_acquire) && waiting_ == 0) {
    quiet_.fetch_add(1, std::memory_order_release);
  }
}

bool JackCycle::IsWaiting() noexcept {
  if (!open_.load(std::memory_order_acquire)) return true;
  if (periods_to_wait_ == 0) return false;
  --periods_to_wait_;
  return true;
}

size_t JackCycle::Collect(jack_nframes_t frames) noexcept {
  size_t count = 0;
  for (size_t port = 0; port < inputs_.size(); ++port) {
    void* buffer = jack_port_get_buffer(inputs_[port], frames);
    const uint32_t events = jack_midi_get_event_count(buffer);
    for (uint32_t i = 0; i < events; ++i) {
      jack_midi_event_t event;
      if (jack_midi_event_get(&event, buffer, i) != 0) continue;
      const MidiMessageKind kind = CheckMidiMessage({event.buffer, event.size});
      if (kind != MidiMessageKind::kGood) {
        broken_.fetch_add(kind == MidiMessageKind::kBroken, std::memory_order_relaxed);
      } else if (count == in_.size()) {
        lost_.fetch_add(1, std::memory_order_relaxed);
      } else {
        MidiEvent& one = in_[count++];
        one = {.frame = std::min(event.time, frames - 1), .port = static_cast<uint8_t>(port)};
        one.size = static_cast<uint8_t>(event.size);
        std::copy_n(event.buffer, event.size, one.bytes.begin());
      }
    }
  }
  SortByFrame(std::span(in_).first(count));
  return count;
}

void JackCycle::Send(size_t count, jack_nframes_t frames) noexcept {
  for (size_t port = 0; port < outputs_.size(); ++port) {
    buffers_[port] = jack_port_get_buffer(outputs_[port], frames);
    jack_midi_clear_buffer(buffers_[port]);
    full_[port] = 0;
  }
  const std::span<MidiEvent> events = std::span(out_).first(count);
  for (MidiEvent& event : events) event.frame = std::min(event.frame, frames - 1);
  SortByFrame(events);
  waiting_ = 0;
  for (const MidiEvent& event : events) {
    if (event.port >= outputs_.size()) {
      lost_.fetch_add(1, std::memory_order_relaxed);
    } else if (full_[event.port] || jack_midi_event_write(buffers_[event.port], event.frame,
                                                          event.bytes.data(), event.size) != 0) {
      full_[event.port] = 1;
      out_[waiting_] = event;
      out_[waiting_++].frame = 0;
    }
  }
}

}  // namespace magenta
