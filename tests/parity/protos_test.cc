// The messages of NoteSequence and of the generator protocol against the reference's: every field's
// number, type and name, every enum's values, every oneof. Ours have more fields, from 1001 on.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "magenta/generator.pb.h"
#include "magenta/music.pb.h"
#include "tests/parity/golden_rows.h"
#include "tests/parity/rows_checked.h"

namespace magenta {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

constexpr int kFirstOfOurs = 1001;

std::string TypeText(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) return field.message_type()->full_name();
  if (field.enum_type() != nullptr) return field.enum_type()->full_name();
  return field.type_name();
}

/// "8 repeated magenta.NoteSequence.Note notes".
std::string FieldText(const FieldDescriptor& field) {
  const char* many = field.is_map() ? "map: " : field.is_repeated() ? "repeated " : "";
  return fmt::format("{} {}{} {}", field.number(), many, TypeText(field), field.name());
}

/// "enum magenta.X.Mode: MAJOR=0, MINOR=1".
std::string EnumText(const EnumDescriptor& kind) {
  std::string text = fmt::format("enum {}:", kind.full_name());
  for (int i = 0; i < kind.value_count(); ++i) {
    const auto& value = *kind.value(i);
    text += fmt::format("{} {}={}", i == 0 ? "" : ",", value.name(), value.number());
  }
  return text;
}

/// "oneof kind: int_value, float_value".
std::string OneofText(const OneofDescriptor& oneof) {
  std::string text = fmt::format("oneof {}:", oneof.name());
  for (int i = 0; i < oneof.field_count(); ++i) {
    text += fmt::format("{} {}", i == 0 ? "" : ",", oneof.field(i)->name());
  }
  return text;
}

/// What protos.txt says of a message: a line each for oneofs, fields and enums; nested ones apart.
std::vector<std::string> Lines(const Descriptor& message) {
  std::vector<std::string> lines;
  for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
    const OneofDescriptor& oneof = *message.oneof_decl(i);
    if (oneof.field(0)->number() < kFirstOfOurs) lines.push_back(OneofText(oneof));
  }
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->number() < kFirstOfOurs) lines.push_back(FieldText(*message.field(i)));
  }
  for (int i = 0; i < message.enum_type_count(); ++i) {
    lines.push_back(EnumText(*message.enum_type(i)));
  }
  return lines;
}

struct RecordedMessage {
  std::string name;
  std::vector<std::string> lines;
};

std::vector<RecordedMessage> ReadRecorded(const std::string& path, size_t* rows) {
  std::vector<RecordedMessage> messages;
  std::ifstream file(path);
  constexpr std::string_view kMessage = "message ";
  for (std::string line; std::getline(file, line); ++*rows) {
    line.erase(0, line.find_first_not_of(' '));
    if (line.starts_with("file ")) continue;
    if (line.starts_with(kMessage)) {
      messages.push_back({line.substr(kMessage.size()), {}});
    } else {
      messages.back().lines.push_back(line);
    }
  }
  return messages;
}

TEST(ProtosParityTest, EveryFieldAndEnum) {
  // The generated code of both files is linked, and so known to the pool.
  ASSERT_EQ(NoteSequence::descriptor()->full_name(), "magenta.NoteSequence");
  ASSERT_EQ(GeneratorBundle::descriptor()->full_name(), "magenta.GeneratorBundle");
  size_t rows = 0;
  const auto recorded = ReadRecorded(GoldensFolder() + "/protos.txt", &rows);
  EXPECT_EQ(rows, 139u);
  for (const RecordedMessage& message : recorded) {
    const Descriptor* ours = DescriptorPool::generated_pool()->FindMessageTypeByName(message.name);
    ASSERT_NE(ours, nullptr) << message.name;
    EXPECT_THAT(Lines(*ours), testing::UnorderedElementsAreArray(message.lines)) << message.name;
  }
  RowsChecked(rows, "protos.txt");
}

}  // namespace
}  // namespace magenta
