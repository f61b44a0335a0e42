// Joining: rank 0 opens a store, every rank writes itself into it and waits until all have; then
// Gloo connects each with each. Afterwards a thread of each rank tells the store that it lives.
//
// A sum sends slice r of every part to rank r, which adds them in the order of the parts; then all
// gather the slices. That is as many bytes as a ring's reduction by parts as ranks, and an order
// that does not depend on the ranks.
//
// Gloo's own time limits are of no use here: one step of a large network may take longer than a
// lost rank may go unnoticed. So they are set to days, and whoever waits looks at the signs of
// life.

#include "magenta/train/distributed/gloo_ranks.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "magenta/base/address.h"
#include "magenta/base/check.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/train/distributed/heartbeat.h"

namespace magenta {
namespace {

using Clock = std::chrono::steady_clock;
using StorePtr = c10::intrusive_ptr<c10d::TCPStore>;

constexpr std::chrono::milliseconds kStoreTimeout(10000);
constexpr std::chrono::milliseconds kGlooTimeout(7 * 24 * 3600 * 1000);
constexpr std::chrono::milliseconds kLook(100);
constexpr double kNoteAfterSeconds = 5;
constexpr double kLeaveSeconds = 5;
constexpr int kGlooThreads = 1;
constexpr char kAgain[] =
    "Start the job again, with any number of ranks: it goes on from the last checkpoint";
constexpr char kOtherPort[] = "Set MASTER_PORT to a free one, the same on all ranks";
constexpr char kNameLeader[] = "Set MASTER_ADDR to the name or address of rank 0's machine";
constexpr char kLauncherHelp[] =
    "Give each process a RANK of its own from 0 on, all the same WORLD_SIZE, and each job another "
    "MASTER_PORT";
// Of a text that is gathered: what goes with its length, so that short ones need no second message.
constexpr int64_t kFirstBytes = 4096;
constexpr int64_t kLengthBytes = 8;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string FirstLine(const char* text) {
  const std::string_view all = text;
  return std::string(all.substr(0, all.find('\n')));
}

std::vector<uint8_t> Bytes(const std::string& text) { return {text.begin(), text.end()}; }

// What this process is called in messages.
std::string OwnName() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}, process {}", host, ::getpid());
}

// --- Waiting for something that other threads do ---

struct Done {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::string error;

  void Set(const std::string& what) {
    const std::lock_guard lock(mutex);
    done = true;
    error = what;
    changed.notify_all();
  }
};

class GlooRanks : public Ranks {
 public:
  GlooRanks(int rank, int size, std::unique_ptr<Heartbeat> heartbeat)
      : rank_(rank), size_(size), heartbeat_(std::move(heartbeat)) {}

  ~GlooRanks() override;

  absl::Status Connect(const StorePtr& store, const std::string& own_address);

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  absl::StatusOr<std::vector<std::string>> Gather(const std::string& mine) override;
  absl::StatusOr<std::vector<float>> Sum(int parts, int64_t length,
                                         std::span<const std::vector<float>> mine) override;
  void GiveUp(const std::string& why) override;

 private:
  absl::Status Await(const std::shared_ptr<Done>& done);
  absl::Status Finish(const std::function<c10::intrusive_ptr<c10d::Work>()>& begin);
  // One row a rank of what each gives: a tensor of one dimension, of the same size on all.
  absl::StatusOr<at::Tensor> GatherRows(const at::Tensor& mine);
  absl::Status Broken(const std::string& what);

  const int rank_, size_;
  StorePtr store_;
  std::unique_ptr<Heartbeat> heartbeat_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
  bool broken_ = false;
};

// After an error threads may wait for ever; they, and what they use, end with the process. Else
// rank 0 leaves last, for it keeps the store.
GlooRanks::~GlooRanks() {
  if (broken_) {
    static_cast<void>(heartbeat_.release());
    static_cast<void>(group_.release());
    static_cast<void>(store_.release());
    return;
  }
  try {
    int64_t left = store_->add("left", 1);
    const Clock::time_point start = Clock::now();
    while (rank_ == 0 && left < size_ && SecondsSince(start) < kLeaveSeconds) {
      std::this_thread::sleep_for(kLook / 10);
      left = store_->add("left", 0);
    }
  } catch (const std::exception&) {
    // The store is gone already.
  }
}

void GlooRanks::GiveUp(const std::string& why) {
  if (broken_) return;
  broken_ = true;
  heartbeat_->Broadcast(fmt::format("rank {} gave up ({})", rank_, why));
}

absl::Status GlooRanks::Broken(const std::string& what) {
  broken_ = true;
  const std::string failure =
      what.empty() ? heartbeat_->failure() : heartbeat_->FailureAfterDisconnect();
  heartbeat_->Broadcast(failure);
  return OutsideError("", failure + ", and the job with it", kAgain);
}

absl::Status GlooRanks::Await(const std::shared_ptr<Done>& done) {
  std::unique_lock lock(done->mutex);
  while (!done->changed.wait_for(lock, kLook, [&] { return done->done; })) {
    if (!heartbeat_->failure().empty()) {
      lock.unlock();
      return Broken("");
    }
  }
  if (done->error.empty()) return absl::OkStatus();
  lock.unlock();
  return Broken(done->error);
}

absl::Status GlooRanks::Finish(const std::function<c10::intrusive_ptr<c10d::Work>()>& begin) {
  MAGENTA_CHECK(!broken_);
  const auto done = std::make_shared<Done>();
  try {
    const auto work = begin();
    work->getFuture()->addCallback([done](c10::ivalue::Future& future) {
      done->Set(future.hasError() ? future.tryRetrieveErrorMessage() + " " : "");
    });
  } catch (const std::exception& e) {
    done->Set(FirstLine(e.what()) + " ");
  }
  return Await(done);
}

absl::Status GlooRanks::Connect(const StorePtr& store, const std::string& own_address) {
  const auto done = std::make_shared<Done>();
  // What the thread makes outlives this call if it has to.
  const auto made = std::make_shared<c10::intrusive_ptr<c10d::ProcessGroupGloo>>();
  MAGENTA_ASSIGN_OR_RETURN(
      std::thread connecting,
      StartThread([done, made, store, own_address, rank = rank_, size = size_] {
        try {
          auto options = c10d::ProcessGroupGloo::Options::create(kGlooTimeout);
          options->threads = kGlooThreads;
          const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
          options->devices.push_back(
              interface != nullptr && *interface != 0
                  ? c10d::ProcessGroupGloo::createDeviceForInterface(
                        std::string(interface).substr(0, std::strcspn(interface, ",")))
                  : c10d::ProcessGroupGloo::createDeviceForHostname(own_address));
          *made = c10::make_intrusive<c10d::ProcessGroupGloo>(
              c10::make_intrusive<c10d::PrefixStore>("gloo", store), rank, size, options);
          done->Set("");
        } catch (const std::exception& e) {
          done->Set(FirstLine(e.what()));
        }
      }));
  connecting.detach();
  store_ = store;
  MAGENTA_RETURN_IF_ERROR(Await(done));
  group_ = *made;
  return absl::OkStatus();
}

absl::StatusOr<at::Tensor> GlooRanks::GatherRows(const at::Tensor& mine) {
  at::Tensor all = at::empty({size_, mine.numel()}, mine.options());
  std::vector<std::vector<at::Tensor>> rows = {all.unbind(0)};
  std::vector<at::Tensor> inputs = {mine};
  MAGENTA_RETURN_IF_ERROR(Finish([&] { return group_->allgather(rows, inputs); }));
  return all;
}

absl::StatusOr<std::vector<std::string>> GlooRanks::Gather(const std::string& mine) {
  const int64_t length = static_cast<int64_t>(mine.size());
  at::Tensor first = at::zeros({kFirstBytes}, at::kByte);
  std::memcpy(first.data_ptr(), &length, kLengthBytes);
  const auto head = std::min(length, kFirstBytes - kLengthBytes);
  std::memcpy(first.data_ptr<uint8_t>() + kLengthBytes, mine.data(), static_cast<size_t>(head));
  MAGENTA_ASSIGN_OR_RETURN(const at::Tensor heads, GatherRows(first));
  std::vector<std::string> texts;
  int64_t longest = 0;
  for (int r = 0; r < size_; ++r) {
    const uint8_t* row = heads.data_ptr<uint8_t>() + r * kFirstBytes;
    int64_t size = 0;
    std::memcpy(&size, row, kLengthBytes);
    longest = std::max(longest, size);
    const auto there = static_cast<size_t>(std::min(size, kFirstBytes - kLengthBytes));
    texts.emplace_back(reinterpret_cast<const char*>(row + kLengthBytes), there);
    texts.back().resize(static_cast<size_t>(size));
  }
  if (longest <= kFirstBytes - kLengthBytes) return texts;
  at::Tensor whole = at::zeros({longest}, at::kByte);
  std::memcpy(whole.data_ptr(), mine.data(), mine.size());
  MAGENTA_ASSIGN_OR_RETURN(const at::Tensor wholes, GatherRows(whole));
  for (int r = 0; r < size_; ++r) {
    std::memcpy(texts[r].data(), wholes.data_ptr<uint8_t>() + r * longest, texts[r].size());
  }
  return texts;
}

absl::StatusOr<std::vector<float>> GlooRanks::Sum(int parts, int64_t length,
                                                  std::span<const std::vector<float>> mine) {
  const SliceRange own = SliceOf(length, rank_, size_);
  std::vector<int64_t> sent, received;
  std::vector<float> outgoing;
  for (int r = 0; r < size_; ++r) {
    const SliceRange slice = SliceOf(length, r, size_);
    for (const std::vector<float>& part : mine) {
      MAGENTA_CHECK(static_cast<int64_t>(part.size()) == length);
      outgoing.insert(outgoing.end(), part.begin() + slice.first, part.begin() + slice.end);
    }
    sent.push_back(static_cast<int64_t>(mine.size()) * slice.size());
    received.push_back(PartsOfRank(parts, r, size_) * own.size());
  }
  at::Tensor from = at::from_blob(outgoing.data(), {static_cast<int64_t>(outgoing.size())}).clone();
  at::Tensor to = at::empty({parts * own.size()}, at::kFloat);
  MAGENTA_RETURN_IF_ERROR(Finish([&] { return group_->alltoall_base(to, from, received, sent); }));
  const std::vector<float> sum =
      AddInOrder({to.data_ptr<float>(), static_cast<size_t>(to.numel())}, parts, size_, own.size());
  at::Tensor padded = at::zeros({length / size_ + 1}, at::kFloat);
  std::copy(sum.begin(), sum.end(), padded.data_ptr<float>());
  MAGENTA_ASSIGN_OR_RETURN(const at::Tensor rows, GatherRows(padded));
  std::vector<float> whole;
  whole.reserve(static_cast<size_t>(length));
  for (int r = 0; r < size_; ++r) {
    const float* row = rows.data_ptr<float>() + r * padded.numel();
    whole.insert(whole.end(), row, row + SliceOf(length, r, size_).size());
  }
  return whole;
}

// --- Joining ---

class Joining {
 public:
  explicit Joining(const JoinOptions& options) : options_(options), place_(options.place) {}

  absl::StatusOr<std::unique_ptr<Ranks>> Run();

 private:
  bool Stopped() const { return options_.stop != nullptr && *options_.stop; }
  bool OutOfPatience() const { return SecondsSince(start_) > options_.patience_s; }
  std::string Where() const { return fmt::format("{}:{}", place_.host, place_.port); }
  void NoteOnce(const std::string& text);
  absl::Status WaitForLeader();
  absl::StatusOr<StorePtr> Open(bool serve);
  absl::Status WaitForAll(c10d::TCPStore& store);
  absl::Status CheckAddresses(c10d::TCPStore& store) const;
  absl::Status Introduce(c10d::TCPStore& store);
  static absl::Status Refuse(c10d::TCPStore& store, const std::string& why);
  absl::Status Refused(c10d::TCPStore& store) const;

  const JoinOptions& options_;
  const Place& place_;
  const Clock::time_point start_ = Clock::now();
  bool noted_ = false;
  std::string leader_, own_;  // addresses
};

void Joining::NoteOnce(const std::string& text) {
  if (noted_ || SecondsSince(start_) < kNoteAfterSeconds) return;
  noted_ = true;
  if (options_.on_note) options_.on_note(text);
}

absl::Status Joining::WaitForLeader() {
  while (true) {
    // A name may come into being with its machine.
    const auto found = ResolveHost(place_.host);
    if (found.ok()) leader_ = *found;
    if (found.ok() && Listens(leader_, place_.port)) return absl::OkStatus();
    if (Stopped()) return InterruptedError("stopped while waiting for rank 0");
    if (OutOfPatience()) {
      if (!found.ok()) return WithRemedy(found.status(), kNameLeader);
      return OutsideError(Where(),
                          fmt::format("rank 0 did not come in {:.0f} seconds", options_.patience_s),
                          "MASTER_ADDR and MASTER_PORT must be those of rank 0's machine, which "
                          "must be reached from here");
    }
    NoteOnce(
        fmt::format("rank {} of {} waits for rank 0 at {}", place_.rank, place_.size, Where()));
    std::this_thread::sleep_for(kLook);
  }
}

absl::StatusOr<StorePtr> Joining::Open(bool serve) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(place_.port);
  options.isServer = serve;
  options.waitWorkers = false;
  options.timeout = kStoreTimeout;
  try {
    return c10::make_intrusive<c10d::TCPStore>(leader_, options);
  } catch (const std::exception& e) {
    return OutsideError(Where(), FirstLine(e.what()),
                        serve ? kOtherPort : "Look whether rank 0 still runs");
  }
}

absl::Status Joining::Introduce(c10d::TCPStore& store) {
  const std::string size = std::to_string(place_.size);
  if (place_.rank == 0) store.set("size", Bytes(size));
  const std::vector<uint8_t> found = store.get("size");
  if (Bytes(size) != found) {
    return Refuse(
        store, fmt::format("rank {} is to be one of {}, but rank 0 at {} of {}", place_.rank, size,
                           Where(), std::string(found.begin(), found.end())));
  }
  store.set(fmt::format("address/{}", place_.rank), Bytes(own_));
  store.set(fmt::format("name/{}", place_.rank), Bytes(OwnName()));
  if (store.add(fmt::format("here/{}", place_.rank), 1) > 1) {
    return Refuse(store,
                  fmt::format("two processes are rank {} of the job at {}", place_.rank, Where()));
  }
  return absl::OkStatus();
}

// Those that wait learn of it, too.
absl::Status Joining::Refuse(c10d::TCPStore& store, const std::string& why) {
  store.set("refused", Bytes(why));
  store.add("refused/read", 1);
  return UsageError(why, kLauncherHelp);
}

// What another one refused. Rank 0, which keeps the store, leaves after all that are here know.
absl::Status Joining::Refused(c10d::TCPStore& store) const {
  const auto why = store.get("refused");
  store.add("refused/read", 1);
  const auto all_know = [&] {
    int64_t here = 0;
    for (int r = 0; r < place_.size; ++r) here += store.add(fmt::format("here/{}", r), 0);
    return store.add("refused/read", 0) >= here;
  };
  const Clock::time_point start = Clock::now();
  while (place_.rank == 0 && !all_know() && SecondsSince(start) < kLeaveSeconds) {
    std::this_thread::sleep_for(kLook / 10);
  }
  return UsageError(std::string(why.begin(), why.end()), kLauncherHelp);
}

absl::Status Joining::WaitForAll(c10d::TCPStore& store) {
  while (true) {
    std::string missing;
    for (int r = 0; r < place_.size; ++r) {
      if (store.add(fmt::format("here/{}", r), 0) == 0) missing += fmt::format(" {}", r);
    }
    if (store.check({"refused"})) return Refused(store);
    if (missing.empty()) return absl::OkStatus();
    if (Stopped()) return InterruptedError("stopped while waiting for the other ranks");
    if (OutOfPatience()) {
      return OutsideError(Where(),
                          fmt::format("of {} ranks these did not come in {:.0f} seconds:{}",
                                      place_.size, options_.patience_s, missing),
                          "Start them, or set fewer (WORLD_SIZE; with Slurm, start by srun)");
    }
    NoteOnce(fmt::format("rank {} of {} waits at {} for:{}", place_.rank, place_.size, Where(),
                         missing));
    std::this_thread::sleep_for(kLook);
  }
}

// A machine whose own name stands for loopback would tell others to look for it there.
absl::Status Joining::CheckAddresses(c10d::TCPStore& store) const {
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != 0) return absl::OkStatus();
  int loopback = 0, first = -1;
  for (int r = 0; r < place_.size; ++r) {
    const auto bytes = store.get(fmt::format("address/{}", r));
    if (!IsLoopback(std::string(bytes.begin(), bytes.end()))) continue;
    ++loopback;
    if (first < 0) first = r;
  }
  if (loopback == 0 || loopback == place_.size) return absl::OkStatus();
  return UsageError(fmt::format("rank {} takes {} for its own machine's loopback, which the others "
                                "cannot reach",
                                first, place_.host),
                    "Set MASTER_ADDR to an address of rank 0's machine, or GLOO_SOCKET_IFNAME to "
                    "its network interface");
}

absl::StatusOr<std::unique_ptr<Ranks>> Joining::Run() {
  if (place_.rank == 0) {
    const auto found = ResolveHost(place_.host);
    if (!found.ok()) return WithRemedy(found.status(), kNameLeader);
    leader_ = *found;
    if (Listens(leader_, place_.port)) {
      return OutsideError(Where(), "something else listens on this port", kOtherPort);
    }
  } else {
    MAGENTA_RETURN_IF_ERROR(WaitForLeader());
  }
  const auto own = OwnAddressTowards(leader_);
  if (!own.ok()) {
    return WithRemedy(own.status(), "Name this machine's interface by GLOO_SOCKET_IFNAME");
  }
  own_ = *own;
  MAGENTA_ASSIGN_OR_RETURN(const StorePtr store, Open(place_.rank == 0));
  try {
    MAGENTA_RETURN_IF_ERROR(Introduce(*store));
    MAGENTA_RETURN_IF_ERROR(WaitForAll(*store));
    MAGENTA_RETURN_IF_ERROR(CheckAddresses(*store));
  } catch (const std::exception& e) {
    return OutsideError(Where(), fmt::format("rank 0 is lost ({})", FirstLine(e.what())), kAgain);
  }
  MAGENTA_ASSIGN_OR_RETURN(const StorePtr second, Open(false));
  auto ranks = std::make_unique<GlooRanks>(
      place_.rank, place_.size,
      std::make_unique<Heartbeat>(second, place_.rank, place_.size, options_.lost_after_s));
  MAGENTA_RETURN_IF_ERROR(ranks->Connect(store, own_));
  return ranks;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ranks>> JoinRanks(const JoinOptions& options) {
  MAGENTA_CHECK(options.place.size > 1);
  // Neither Gloo nor the store asks for an error in place of the signal.
  std::signal(SIGPIPE, SIG_IGN);
  return Joining(options).Run();
}

}  // namespace magenta
