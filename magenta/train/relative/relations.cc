#include "magenta/train/relative/relations.h"

#include <algorithm>

#include "magenta/nn/relative_gru.h"
#include "magenta/train/relative/sparse_rows.h"

namespace magenta {
namespace {

// The classes that are so far from class `from` that a shift's first and last weight stand for
// them end and begin here.
struct ShiftBounds {
  int near_begin, near_end;
};

ShiftBounds BoundsOf(int classes, int from) {
  return {std::clamp(from - kShiftReach, kFixedClasses, classes),
          std::clamp(from + kShiftReach + 1, kFixedClasses, classes)};
}

// Calls each(class, place in T) for all that the shifts, marks and values of a row add to.
template <class Shift, class One>
void WalkRelations(const RelativeSizes& sizes, EntryWalk& walk, const Shift& shift,
                   const One& one) {
  const int classes = sizes.classes;
  walk.Take(sizes.shift_begin(), sizes.mark_begin(),
            [&](int i, float value) { shift(i % classes, kShiftWidth * (i / classes), value); });
  const int marks = kShiftWidth * sizes.shifts, values = marks + kMarkLevels * sizes.marks;
  walk.Take(sizes.mark_begin(), sizes.value_begin(), [&](int i, float value) {
    const int place = i / kMarkLevels;
    one(place % classes, marks + kMarkLevels * (place / classes) + i % kMarkLevels, value);
  });
  walk.Take(sizes.value_begin(), sizes.range_begin(),
            [&](int i, float value) { one(i % classes, values + i / classes, value); });
}

// Sets the places of the classes that are banned.
void SetBanned(const RelativeSizes& sizes, EntryWalk& walk, float to, float* of_classes) {
  walk.Take(sizes.range_begin(), sizes.ban_begin(), [&](int first, float end) {
    std::fill_n(of_classes, first, to);
    const int last = std::clamp(static_cast<int>(end), first, sizes.classes);
    std::fill(of_classes + last, of_classes + sizes.classes, to);
  });
  walk.Take(sizes.ban_begin(), sizes.input_size(), [&](int c, float) { of_classes[c] = to; });
}

}  // namespace

void AddRelations(const RelationRow& row, const float* kinds, const float* relations,
                  float* logits) {
  const RelativeSizes& sizes = *row.sizes;
  const int classes = sizes.classes;
  EntryWalk walk(*row.inputs, row.row);
  walk.Skip(sizes.bias_begin());
  walk.Take(sizes.bias_begin(), sizes.shift_begin(), [&](int k, float value) {
    AddScaled(classes, value, kinds + int64_t{k} * classes, logits);
  });
  const auto shift = [&](int from, int place, float value) {
    const float* weights = relations + place;
    const auto [begin, end] = BoundsOf(classes, from);
    const float below = value * weights[0], above = value * weights[kShiftWidth - 1];
    for (int c = kFixedClasses; c < begin; ++c) logits[c] += below;
    AddScaled(end - begin, value, weights + (begin - from + kShiftReach), logits + begin);
    for (int c = end; c < classes; ++c) logits[c] += above;
  };
  WalkRelations(sizes, walk, shift,
                [&](int c, int place, float value) { logits[c] += value * relations[place]; });
  SetBanned(sizes, walk, kBannedLogit, logits);
}

void AddRelationGradients(const RelationRow& row, float* d_logits, float* d_kinds,
                          float* d_relations) {
  const RelativeSizes& sizes = *row.sizes;
  const int classes = sizes.classes;
  EntryWalk bans(*row.inputs, row.row);
  bans.Skip(sizes.range_begin());
  SetBanned(sizes, bans, 0, d_logits);
  EntryWalk walk(*row.inputs, row.row);
  walk.Skip(sizes.bias_begin());
  walk.Take(sizes.bias_begin(), sizes.shift_begin(), [&](int k, float value) {
    AddScaled(classes, value, d_logits, d_kinds + int64_t{k} * classes);
  });
  const auto shift = [&](int from, int place, float value) {
    float* d_weights = d_relations + place;
    const auto [begin, end] = BoundsOf(classes, from);
    float below = 0, above = 0;
    for (int c = kFixedClasses; c < begin; ++c) below += d_logits[c];
    AddScaled(end - begin, value, d_logits + begin, d_weights + (begin - from + kShiftReach));
    for (int c = end; c < classes; ++c) above += d_logits[c];
    d_weights[0] += value * below;
    d_weights[kShiftWidth - 1] += value * above;
  };
  WalkRelations(sizes, walk, shift,
                [&](int c, int place, float value) { d_relations[place] += value * d_logits[c]; });
}

}  // namespace magenta
