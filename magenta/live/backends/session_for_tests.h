#pragma once
// For tests: a backend at work while the test goes on.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <thread>

#include "magenta/live/backend.h"
#include "magenta/live/backends/jack_server_for_tests.h"
#include "magenta/live/backends/scripted_processor.h"

namespace magenta {

/// A backend that runs on a thread of its own until told to stop.
class TestSession {
 public:
  TestSession(const MidiPortRequest& request, ScriptedProcessor& processor,
              std::string_view backend = "jack") {
    const auto entry = FindMidiBackend(backend);
    if (!entry.ok()) {
      status_ = entry.status();
      return;
    }
    backend_ = (*entry)->make(request);
    thread_ = std::thread([this, &processor] {
      status_ = backend_->Run(processor, [this, &processor] {
        state_ = backend_->state().connected;
        broken_ = backend_->state().broken_events;
        blocks_ = processor.blocks.load();
        looks_ = looks_ + 1;
        return !stop_;
      });
    });
  }
  ~TestSession() { Stop().IgnoreError(); }
  absl::Status Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  testing::AssertionResult WaitConnected(bool connected = true) {
    if (WaitUntil([&] { return looks_ > 0 && state_ == connected; })) {
      return testing::AssertionSuccess();
    }
    const int looks = looks_;
    return testing::AssertionFailure() << Stop() << " after " << looks << " looks";
  }
  int64_t blocks() const { return blocks_; }
  int64_t broken() const { return broken_; }

 private:
  std::unique_ptr<MidiBackend> backend_;
  std::thread thread_;
  absl::Status status_;
  std::atomic<bool> stop_{false}, state_{false};
  std::atomic<int> looks_{0};
  std::atomic<int64_t> blocks_{0}, broken_{0};
};

}  // namespace magenta
