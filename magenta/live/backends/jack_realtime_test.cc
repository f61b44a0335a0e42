// JACK's thread never allocates: once it has called the processor, malloc on that thread is
// counted.

#include <gtest/gtest.h>

#include <cstdlib>

#include "magenta/live/backends/jack_server_for_tests.h"
#include "magenta/live/backends/scripted_processor.h"
#include "magenta/live/backends/session_for_tests.h"

#ifdef MAGENTA_SANITIZED
#define MAGENTA_TRAPS 0
#else
#define MAGENTA_TRAPS 1
#endif

namespace {

constinit thread_local bool is_trapped = false;
constinit thread_local int trapped_calls = 0;

}  // namespace

#if MAGENTA_TRAPS
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);

void* malloc(size_t size) {
  trapped_calls += is_trapped;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  trapped_calls += is_trapped;
  return __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  trapped_calls += is_trapped;
  return __libc_realloc(old, size);
}
}
#endif

namespace magenta {
namespace {

/// From its first block on whatever the thread does is watched, JACK's own part included.
class TrappedProcessor : public ScriptedProcessor {
 public:
  using ScriptedProcessor::ScriptedProcessor;
  void Process(const MidiBlock& block, std::span<const MidiEvent> in,
               MidiOut& out) noexcept override {
    calls = trapped_calls;
    is_trapped = false;
    ScriptedProcessor::Process(block, in, out);
    is_trapped = true;
    if (allocate) std::free(std::malloc(allocate));
  }
  std::atomic<size_t> allocate{0};
  std::atomic<int> calls{0};
};

TEST(JackRealTime, NothingAllocates) {
  if (!MAGENTA_TRAPS) GTEST_SKIP() << "left out: sanitizers have a malloc of their own";
  if (!TestJackServer::Installed()) GTEST_SKIP() << "left out: jackd is not installed";
  TestJackServer server;
  ASSERT_TRUE(server.Start());
  TestJackPartner player("player"), synth("synth");
  TrappedProcessor processor(Loopback());
  TestSession session({.inputs = {"player"}, .outputs = {"synth"}}, processor);
  ASSERT_TRUE(session.WaitConnected());
  std::vector<TestJackPartner::Message> messages;
  const uint32_t start = player.now() + 2000;
  for (uint32_t i = 0; i < 3000; ++i) {
    messages.push_back({start + i * 3, {0x90, static_cast<uint8_t>(i % 128), 1}});
    if (i % 10 == 0) messages.push_back({start + i * 3, {0x90, 200}});
  }
  player.Play(messages);
  ASSERT_TRUE(WaitUntil([&] { return synth.heard().size() == 3000; })) << synth.heard().size();
  const int64_t blocks = session.blocks();
  ASSERT_TRUE(WaitUntil([&] { return session.blocks() > blocks + 20; }));
  EXPECT_EQ(processor.calls, 0);
  // The trap itself works.
  processor.allocate = 100;
  EXPECT_TRUE(WaitUntil([&] { return processor.calls > 0; }));
  ASSERT_TRUE(session.Stop().ok());
}

}  // namespace
}  // namespace magenta
