#pragma once
// Several processes that train one network: what one of them asks of all.
//
// Each process is a rank, 0 .. size - 1. All ranks call the same functions in the same order; each
// call ends when every rank has come to it, so each is a barrier, too. Sums are made in the order
// of the parts and never of the ranks, so any number of ranks gives the same bits.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace magenta {

/// A job as one of its processes sees it. Used by one thread at a time. After an error it is of no
/// further use: the job has ended.
class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool leads() const { return rank() == 0; }

  /// Which of `parts` parts of a work are this rank's: every size()-th from rank() on.
  std::vector<int> PartsOfMine(int parts) const;

  /// What every rank said, in the order of the ranks; texts may differ in length. Errors (exit 5):
  /// a rank is lost; the message names it.
  virtual absl::StatusOr<std::vector<std::string>> Gather(const std::string& mine) = 0;

  /// The sum of `parts` vectors of `length` numbers, added in their order from the first; `mine`
  /// are those of PartsOfMine(parts). Sends and receives about 2 * length numbers a rank where
  /// there are as many parts as ranks. Errors as Gather's.
  virtual absl::StatusOr<std::vector<float>> Sum(int parts, int64_t length,
                                                 std::span<const std::vector<float>> mine) = 0;

  /// Ends the job for all because of a failure that is this rank's alone; the others' next call
  /// fails with these words.
  virtual void GiveUp(const std::string& why) = 0;
};

/// How many of `parts` parts are those of `rank`, as PartsOfMine() shares them out.
int PartsOfRank(int parts, int rank, int ranks);

/// Slice `index` of `length` numbers cut in `slices` nearly equal ones.
struct SliceRange {
  int64_t first, end;
  int64_t size() const { return end - first; }
};
SliceRange SliceOf(int64_t length, int index, int slices);

/// The sum, in order of the parts, of what ranks sent of one slice: `received` holds rank after
/// rank the slices of that rank's parts in order.
std::vector<float> AddInOrder(std::span<const float> received, int parts, int ranks, int64_t slice);

}  // namespace magenta
