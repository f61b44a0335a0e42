#include "magenta/pipeline/piece_in_work.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace magenta {
namespace {

struct Account {
  std::mutex mutex;
  std::condition_variable less;
  uint64_t bytes = 0;
};

Account& TheAccount() {
  static Account account;
  return account;
}

}  // namespace

PieceInWork::PieceInWork(uint64_t bytes) : bytes_(std::min(bytes, kMostBytesInWork)) {
  Account& account = TheAccount();
  std::unique_lock lock(account.mutex);
  account.less.wait(lock, [&] { return account.bytes + bytes_ <= kMostBytesInWork; });
  account.bytes += bytes_;
}

PieceInWork::PieceInWork(PieceInWork&& other) noexcept : bytes_(std::exchange(other.bytes_, 0)) {}

PieceInWork& PieceInWork::operator=(PieceInWork&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

PieceInWork::~PieceInWork() {
  if (bytes_ == 0) return;
  Account& account = TheAccount();
  {
    const std::lock_guard lock(account.mutex);
    account.bytes -= bytes_;
  }
  account.less.notify_all();
}

}  // namespace magenta
