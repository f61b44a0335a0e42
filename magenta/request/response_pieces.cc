#include "magenta/request/response_pieces.h"

#include <algorithm>

namespace magenta {

bool ResponsePieces::IsTimeToLook(int64_t steps) {
  if (steps - looked_at_ < std::max<int64_t>(1, steps / 64)) return false;
  looked_at_ = steps;
  return true;
}

std::optional<NoteSequence> ResponsePieces::Next(const NoteSequence& so_far, bool whole) {
  int last = so_far.notes_size();
  if (!whole) {
    last = told_notes_;
    while (last < so_far.notes_size() && so_far.notes(last).end_time() < so_far.total_time()) {
      ++last;
    }
    if (last == told_notes_) return std::nullopt;
  }
  NoteSequence piece;
  if (!told_head_) {
    piece = so_far;
    piece.clear_notes();
    piece.clear_text_annotations();
  }
  for (; told_notes_ < last; ++told_notes_) *piece.add_notes() = so_far.notes(told_notes_);
  for (; told_texts_ < so_far.text_annotations_size(); ++told_texts_) {
    *piece.add_text_annotations() = so_far.text_annotations(told_texts_);
  }
  piece.set_total_time(so_far.total_time());
  told_head_ = true;
  return piece;
}

}  // namespace magenta
