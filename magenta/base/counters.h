#pragma once
// Counts under a few names, cheap enough for one of them a sequence.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace magenta {

/// How many of what. The names live as long as the program; those counted by 0 stand there, too.
/// Equal are two to which the same names came in the same order.
class Counters {
 public:
  using Count = std::pair<std::string_view, int64_t>;

  Counters() = default;
  Counters(std::initializer_list<Count> counts) : counts_(counts) {}

  // In the order in which the names came.
  auto begin() const { return counts_.begin(); }
  auto end() const { return counts_.end(); }

  void Add(std::same_as<std::string> auto&& name, int64_t n = 1) = delete;  // it would not live
  void Add(std::string_view name, int64_t n = 1) {
    for (Count& count : counts_) {
      if (count.first == name) {
        count.second += n;
        return;
      }
    }
    if (counts_.empty()) counts_.reserve(8);
    counts_.emplace_back(name, n);
  }
  void Add(const Counters& other) {
    for (const auto& [name, n] : other) Add(name, n);
  }

  /// 0 where nothing was added under `name`.
  int64_t Of(std::string_view name) const {
    for (const Count& count : counts_) {
      if (count.first == name) return count.second;
    }
    return 0;
  }

  bool operator==(const Counters&) const = default;

 private:
  std::vector<Count> counts_;
};

}  // namespace magenta
