#include "magenta/serve/multipart.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "magenta/base/status.h"

namespace magenta {
namespace {

using ::testing::HasSubstr;

/// "NAME[*] TYPE: BYTES" a field; * is a file.
std::string Dump(std::string_view type, std::string_view body) {
  const auto parts = ReadMultipart(type, body);
  if (!parts.ok()) return ErrorLine(parts.status());
  std::string dump;
  for (const FormPart& part : *parts) {
    dump += fmt::format("{}{} {}: {}|", part.name, part.is_file ? "*" : "", part.content_type,
                        part.bytes);
  }
  return dump;
}

TEST(MultipartTest, Forms) {
  constexpr char kType[] = "multipart/form-data; boundary=B";
  const struct {
    const char *type, *body, *dump;
  } rows[] = {
      {kType, "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n", "a : 1|"},
      {kType,
       "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"t.mid\"\r\n"
       "Content-Type: audio/midi\r\n\r\nMT\r\n--\r\nhd\r\n--B\r\n"
       "content-disposition:form-data;name=steps\r\n\r\n\r\n--B--",
       "f* audio/midi: MT\r\n--\r\nhd|steps : |"},
      {kType,
       "--B\r\nContent-Disposition: form-data; filename=\"a;name=b\"; name=\"x\\\"y\"\r\n\r\n1"
       "\r\n--B--",
       "x\"y* : 1|"},
      {kType, "--B--\r\n", ""},
      {"Multipart/Form-Data ; charset=x; boundary=\"a b\"",
       "--a b \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--a b--", "a : 1|"},
  };
  for (const auto& row : rows) {
    EXPECT_TRUE(IsMultipart(row.type));
    EXPECT_EQ(Dump(row.type, row.body), row.dump);
  }
}

TEST(MultipartTest, FormsThatAreBroken) {
  const struct {
    const char *type, *body, *message;
  } rows[] = {
      {"multipart/form-data", "--B--", "names no boundary"},
      {"multipart/form-data; boundary=", "--B--", "names no boundary"},
      {"multipart/form-data; boundary=B", "", "byte 0 of the form: it does not begin"},
      {"multipart/form-data; boundary=B", "--C--", "does not begin"},
      {"multipart/form-data; boundary=B", "--B", "byte 3 of the form: a field has no empty line"},
      {"multipart/form-data; boundary=B", "--B\r\n\r\n1\r\n--B--", "a field has no name"},
      {"multipart/form-data; boundary=B", "--B\r\nX\r\n\r\n1\r\n--B--", "no NAME: VALUE"},
      {"multipart/form-data; boundary=B",
       "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--C--", "a field has no end"},
      {"multipart/form-data; boundary=B",
       "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B", "no empty line"},
      {"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: name=\r\n\r\n1\r\n--B--",
       "no name"},
  };
  for (const auto& row : rows) EXPECT_THAT(Dump(row.type, row.body), HasSubstr(row.message));
  const std::string field = "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
  std::string many;
  for (size_t i = 0; i < kMaxFormParts + 1; ++i) many += field;
  EXPECT_THAT(Dump("multipart/form-data; boundary=B", many + "--B--"), HasSubstr("more than 64"));
  EXPECT_FALSE(IsMultipart("multipart/mixed; boundary=B"));
  EXPECT_FALSE(IsMultipart(""));
}

}  // namespace
}  // namespace magenta
