#include "magenta/studio/job_watchers.h"

#include <chrono>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/threads.h"

namespace magenta {
namespace {

constexpr size_t kMostWatchers = 64;
constexpr auto kBetweenEvents = std::chrono::milliseconds(250);
/// How soon a client that has gone is noticed.
constexpr double kLookEverySeconds = 1;

}  // namespace

absl::Status JobWatchers::Add(const std::string& id, std::shared_ptr<HttpReply> reply,
                              std::shared_ptr<Ticket> ticket) {
  const std::lock_guard lock(mutex_);
  if (stop_) return OutsideError("", "the server is being stopped");
  if (watchers_.size() >= kMostWatchers) {
    return LimitError("too many watch jobs at the moment", "Close other windows, or ask GET");
  }
  if (!thread_.joinable()) {
    MAGENTA_ASSIGN_OR_RETURN(thread_, StartThread([this] { Run(); }));
  }
  reply->BeginStream();
  Watcher watcher{id, std::move(reply), std::move(ticket)};
  if (Tell(watcher)) watchers_.push_back(std::move(watcher));
  return absl::OkStatus();
}

bool JobWatchers::Tell(Watcher& watcher) {
  if (watcher.ticket->cancelled()) return false;
  const uint64_t version = jobs_.VersionOf(watcher.id);
  if (version == watcher.told && version != 0) return true;
  watcher.told = version;
  const auto job = jobs_.Find(watcher.id);
  if (job.ok()) watcher.reply->Event("job", JobJson(*job));
  if (job.ok() && IsPending(*job)) return true;
  watcher.reply->Event("end", "{}");
  watcher.reply->EndStream();
  return false;
}

void JobWatchers::Run() {
  uint64_t seen = 0;
  while (true) {
    seen = jobs_.WaitForChange(seen, kLookEverySeconds);
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
      // Who takes nothing gets no more: the job as it is when it has taken the last one.
      watchers_.remove_if(
          [this](Watcher& watcher) { return !watcher.reply->IsBehind() && !Tell(watcher); });
    }
    std::this_thread::sleep_for(kBetweenEvents);
  }
}

void JobWatchers::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    for (const Watcher& watcher : watchers_) watcher.reply->EndStream();
    watchers_.clear();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace magenta
