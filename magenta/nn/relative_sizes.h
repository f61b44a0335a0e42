#pragma once
// What the codecs and the networks of the architecture "relative_gru" (nn/relative_gru.h) agree on:
// how a step's sparse vector is cut into blocks, one after another. The one header of nn that codec
// sees.
//
// | block | size | an entry (i, value) means |
// | --- | --- | --- |
// | state rows | G | x += value * E[i]; where there is any, the memory advances by x first |
// | head rows | B | a += value * F[i] |
// | bias rows | K | logits[c] += value * D[i][c] |
// | shifts | S C | i = s C + r: logits[c] += value * T[49 s + clamp(c - r, -24, 24) + 24], c >= 2 |
// | marks | M C 11 | i = (m C + c) 11 + b: logits[c] += value * T[49 S + 11 m + b] |
// | values | V C | i = v C + c: logits[c] += value * T[49 S + 11 M + v] |
// | range | C | i = first, value = end: classes outside [first, end) are banned |
// | bans | C | class i is banned |

namespace magenta {

/// The first classes are no places on a line, and shifts pass them over.
inline constexpr int kFixedClasses = 2;
/// A shift tells differences of -24 to 24 apart; what is further counts as that.
inline constexpr int kShiftReach = 24;
inline constexpr int kShiftWidth = 2 * kShiftReach + 1;
/// A mark has one of so many levels.
inline constexpr int kMarkLevels = 11;

/// Sizes of the blocks. G, B, K, C and relations() are 1 or more, the others 0 or more.
struct RelativeSizes {
  /// G, B and K.
  int state_rows = 0, head_rows = 0, bias_rows = 0;
  /// S, M and V.
  int shifts = 0, marks = 0, values = 0;
  /// C.
  int classes = 0;

  /// Length of T, what the network says of relations at a step: 49 S + 11 M + V.
  int relations() const { return kShiftWidth * shifts + kMarkLevels * marks + values; }

  // Where blocks begin; the state rows do at 0.
  int head_begin() const { return state_rows; }
  int bias_begin() const { return head_begin() + head_rows; }
  int shift_begin() const { return bias_begin() + bias_rows; }
  int mark_begin() const { return shift_begin() + shifts * classes; }
  int value_begin() const { return mark_begin() + marks * classes * kMarkLevels; }
  int range_begin() const { return value_begin() + values * classes; }
  int ban_begin() const { return range_begin() + classes; }
  /// Width of the whole vector.
  int input_size() const { return ban_begin() + classes; }

  // Places in the vector. Arguments are those of the table above, in range (unchecked).
  int StateAt(int i) const { return i; }
  int HeadAt(int i) const { return head_begin() + i; }
  int BiasAt(int i) const { return bias_begin() + i; }
  /// How far classes lie from class `r`.
  int ShiftAt(int s, int r) const { return shift_begin() + s * classes + r; }
  /// Class `c` has level `b`.
  int MarkAt(int m, int c, int b) const {
    return mark_begin() + (m * classes + c) * kMarkLevels + b;
  }
  int ValueAt(int v, int c) const { return value_begin() + v * classes + c; }
  /// The entry's value is the end of the classes that are allowed.
  int RangeAt(int first) const { return range_begin() + first; }
  int BanAt(int c) const { return ban_begin() + c; }

  bool operator==(const RelativeSizes&) const = default;
};

}  // namespace magenta
