// What the messages are made of, for a Python protobuf runtime to make its own classes from.

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "magenta/generator.pb.h"
#include "magenta/music.pb.h"
#include "native/messages.h"
#include "native/module.h"

namespace nb = nanobind;

namespace magenta::python {

void BindDescriptors(nb::module_& module) {
  module.def(
      "file_descriptors",
      [] {
        std::vector<std::string> files;
        for (const auto* file :
             {NoteSequence::descriptor()->file(), GenerateSequenceRequest::descriptor()->file()}) {
          google::protobuf::FileDescriptorProto proto;
          file->CopyTo(&proto);
          files.push_back(proto.SerializeAsString());
        }
        return ToBytesList(files);
      },
      "Serialized FileDescriptorProtos of magenta's messages, each after those that it imports.");
}

}  // namespace magenta::python
