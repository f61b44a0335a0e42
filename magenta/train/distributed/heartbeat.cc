#include "magenta/train/distributed/heartbeat.h"

#include <fmt/core.h>

#include <algorithm>

namespace magenta {
namespace {

constexpr std::chrono::milliseconds kBeat(1000);
// A living rank is not silent for as long, but on a machine that is badly overloaded.
constexpr double kSilentSeconds = 4;
constexpr std::chrono::seconds kLongestDoubt(12);
constexpr std::chrono::milliseconds kTimeToRead(2500);
constexpr char kFailureKey[] = "failure";

double SecondsAgo(Heartbeat::Clock::time_point time) {
  return std::chrono::duration<double>(Heartbeat::Clock::now() - time).count();
}

std::string TextOf(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Heartbeat::Heartbeat(c10::intrusive_ptr<c10d::TCPStore> store, int rank, int size,
                     double lost_after_s)
    : store_(std::move(store)),
      rank_(rank),
      size_(size),
      lost_after_s_(lost_after_s),
      answered_(Clock::now()),
      beats_(static_cast<size_t>(size)),
      heard_(static_cast<size_t>(size), Clock::now()),
      names_(static_cast<size_t>(size)),
      thread_([this] { Run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ended_changed_.notify_all();
  thread_.join();
}

void Heartbeat::Run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    lock.unlock();
    bool gone = false;
    try {
      Beat();
    } catch (const std::exception&) {
      gone = true;  // the store's connection broke
    }
    lock.lock();
    if (gone) {
      store_gone_ = true;
      return;
    }
    ended_changed_.wait_for(lock, kBeat, [this] { return ended_; });
  }
}

void Heartbeat::Beat() {
  const auto key = [](const char* what, int r) { return fmt::format("{}/{}", what, r); };
  store_->add(key("beat", rank_), 1);
  for (int r = 0; r < size_; ++r) {
    const int64_t beat = store_->add(key("beat", r), 0);
    std::string name;
    if (names_[r].empty()) name = TextOf(store_->get(key("name", r)));
    const std::lock_guard lock(mutex_);
    if (!name.empty()) names_[r] = name;
    if (beat != beats_[r]) heard_[r] = Clock::now();
    beats_[r] = beat;
    answered_ = Clock::now();
  }
  std::string to_announce;
  {
    const std::lock_guard lock(mutex_);
    std::swap(to_announce, to_announce_);
  }
  if (!to_announce.empty())
    store_->set(kFailureKey, std::vector<uint8_t>(to_announce.begin(), to_announce.end()));
  if (!store_->check({kFailureKey})) return;
  const std::string announced = TextOf(store_->get(kFailureKey));
  const std::lock_guard lock(mutex_);
  announced_ = announced;
  announcement_seen_ = true;
}

// Needs the lock. Empty: none has been silent for so long.
std::string Heartbeat::LongestSilent(double seconds) {
  const auto longest = std::min_element(heard_.begin(), heard_.end());
  const size_t rank = static_cast<size_t>(longest - heard_.begin());
  if (SecondsAgo(*longest) < seconds || rank == static_cast<size_t>(rank_)) return "";
  return fmt::format("rank {} ({}) is lost", rank, names_[rank]);
}

std::string Heartbeat::failure() {
  const std::lock_guard lock(mutex_);
  if (!announced_.empty()) return announced_;
  if (store_gone_ || SecondsAgo(answered_) > lost_after_s_) {
    return fmt::format("rank 0 ({}) is lost", names_[0]);
  }
  return LongestSilent(lost_after_s_);
}

std::string Heartbeat::FailureAfterDisconnect() {
  const Clock::time_point start = Clock::now();
  while (Clock::now() - start < kLongestDoubt) {
    std::string lost = failure();
    if (lost.empty()) {
      const std::lock_guard lock(mutex_);
      // As long as the store answers: else all seem silent.
      if (SecondsAgo(answered_) < kSilentSeconds / 2) lost = LongestSilent(kSilentSeconds);
    }
    if (!lost.empty()) return lost;
    std::this_thread::sleep_for(kBeat / 10);
  }
  return "a rank is lost";
}

void Heartbeat::Broadcast(const std::string& failure) {
  std::unique_lock lock(mutex_);
  if (store_gone_) return;
  if (announced_.empty()) to_announce_ = failure;
  ended_changed_.wait_for(lock, 2 * kBeat, [this] { return announcement_seen_ || store_gone_; });
  lock.unlock();
  if (rank_ == 0) std::this_thread::sleep_for(kTimeToRead);
}

}  // namespace magenta
