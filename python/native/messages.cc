#include "native/messages.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "native/status.h"

namespace nb = nanobind;

namespace magenta::python {

std::string_view View(const nb::bytes& object) { return {object.c_str(), object.size()}; }

NoteSequence ParseSequence(std::string_view bytes) {
  NoteSequence sequence;
  if (bytes.size() > INT32_MAX ||
      !sequence.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    Check(InputError("", "these bytes are no NoteSequence",
                     "Give what SerializeToString() of a NoteSequence wrote"));
  }
  return sequence;
}

std::string SerializeSequence(const NoteSequence& sequence) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  sequence.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

nb::bytes ToBytes(const std::string& text) { return nb::bytes(text.data(), text.size()); }

nb::list ToBytesList(const std::vector<std::string>& texts) {
  nb::list list;
  for (const std::string& text : texts) list.append(ToBytes(text));
  return list;
}

std::vector<std::string_view> Views(const nb::list& objects) {
  std::vector<std::string_view> views;
  for (const nb::handle object : objects) views.push_back(View(nb::borrow<nb::bytes>(object)));
  return views;
}

}  // namespace magenta::python
