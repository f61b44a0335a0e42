#pragma once
// Messages cross the border as bytes: Python's classes and ours are made of the same descriptors,
// but share no memory, so that any protobuf runtime will do on the other side.

#include <google/protobuf/stubs/logging.h>
#include <nanobind/nanobind.h>

#include <string>
#include <string_view>
#include <vector>

#include "magenta/music.pb.h"

namespace magenta::python {

/// The bytes of `object`, as long as it lives.
std::string_view View(const nanobind::bytes& object);

/// A NoteSequence out of the bytes of one. Needs no GIL. Throws where they are none.
NoteSequence ParseSequence(std::string_view bytes);

/// The other way, the same bytes each time.
std::string SerializeSequence(const NoteSequence& sequence);

/// As Python's bytes. Needs the GIL.
nanobind::bytes ToBytes(const std::string& text);
nanobind::list ToBytesList(const std::vector<std::string>& texts);

/// The bytes of each object of a list, as long as it lives.
std::vector<std::string_view> Views(const nanobind::list& objects);

/// Calls `work` without the GIL and gives its result. All parsing is done in here: protobuf, which
/// would print what it can't parse, is silent meanwhile.
template <typename Work>
auto WithoutGil(const Work& work) {
  const nanobind::gil_scoped_release released;
  const google::protobuf::LogSilencer quiet;
  return work();
}

/// What `work` makes of a sequence, without the GIL.
template <typename Work>
nanobind::bytes EditSequence(const nanobind::bytes& sequence, const Work& work) {
  return ToBytes(
      WithoutGil([&] { return SerializeSequence(work(ParseSequence(View(sequence)))); }));
}

/// The same where it makes several.
template <typename Work>
nanobind::list SplitSequence(const nanobind::bytes& sequence, const Work& work) {
  return ToBytesList(WithoutGil([&] {
    std::vector<std::string> parts;
    for (const NoteSequence& part : work(ParseSequence(View(sequence))))
      parts.push_back(SerializeSequence(part));
    return parts;
  }));
}

}  // namespace magenta::python
