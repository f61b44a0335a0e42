#include "magenta/io/music/sequence_text.h"

#include "magenta/base/utf8.h"

namespace magenta {
namespace {

// mutable_... would make fields that are not there, and copy none that are in order.
#define MAGENTA_MAKE_UTF8(message, field) \
  if (!IsUtf8((message).field())) MakeUtf8(*(message).mutable_##field())

void MakeMetadataUtf8(SequenceMetadata& metadata) {
  MAGENTA_MAKE_UTF8(metadata, title);
  MAGENTA_MAKE_UTF8(metadata, artist);
  for (std::string& genre : *metadata.mutable_genre()) MakeUtf8(genre);
  for (std::string& composer : *metadata.mutable_composers()) MakeUtf8(composer);
}

}  // namespace

void MakeUtf8(std::string& text) {
  if (!IsUtf8(text)) text = ToUtf8(text);
}

void MakeTextUtf8(NoteSequence& sequence) {
  MAGENTA_MAKE_UTF8(sequence, id);
  MAGENTA_MAKE_UTF8(sequence, filename);
  MAGENTA_MAKE_UTF8(sequence, collection_name);
  for (auto& part : *sequence.mutable_part_infos()) MAGENTA_MAKE_UTF8(part, name);
  for (auto& info : *sequence.mutable_instrument_infos()) MAGENTA_MAKE_UTF8(info, name);
  for (auto& text : *sequence.mutable_text_annotations()) MAGENTA_MAKE_UTF8(text, text);
  if (sequence.has_sequence_metadata()) MakeMetadataUtf8(*sequence.mutable_sequence_metadata());
}

#undef MAGENTA_MAKE_UTF8

}  // namespace magenta
