#include "magenta/io/musicxml/xml_text.h"

#include <charconv>
#include <cmath>

#include "magenta/base/utf8.h"

namespace magenta {
namespace {

constexpr std::string_view kXmlBlanks = " \t\r\n";
constexpr size_t kMostDeclarationBytes = 256;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// What the XML declaration says of the encoding, in small letters.
std::string DeclaredEncoding(std::string_view bytes) {
  if (!bytes.starts_with("<?xml")) return "";
  std::string_view head = bytes.substr(0, kMostDeclarationBytes);
  head = head.substr(0, head.find("?>"));
  const size_t at = head.find("encoding");
  if (at == std::string_view::npos) return "";
  head.remove_prefix(at);
  const size_t quote = head.find_first_of("\"'");
  if (quote == std::string_view::npos) return "";
  head.remove_prefix(quote + 1);
  std::string name(head.substr(0, head.find_first_of("\"'")));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

}  // namespace

std::string_view TrimmedXml(std::string_view text) {
  const size_t begin = text.find_first_not_of(kXmlBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kXmlBlanks) - begin + 1);
}

std::string_view XmlTextOf(pugi::xml_node parent, const char* name) {
  return TrimmedXml(parent.child_value(name));
}

std::string_view XmlAttributeOf(pugi::xml_node node, const char* name) {
  return TrimmedXml(node.attribute(name).value());
}

std::optional<double> XmlNumberIn(std::string_view text) {
  text = TrimmedXml(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || std::abs(value) > 1e9) return std::nullopt;
  return value;
}

std::optional<double> FirstXmlNumberIn(std::string_view text) {
  const size_t equals = text.find('=');
  size_t at = equals == std::string_view::npos ? 0 : equals + 1;
  while (at < text.size() && !IsDigit(text[at])) ++at;
  if (at > 0 && at < text.size() && text[at - 1] == '.' && (at < 2 || text[at - 2] == ' ')) --at;
  std::string number(text.substr(at, 32));
  const size_t comma = number.find_first_not_of("0123456789");
  if (comma != std::string::npos && number[comma] == ',' && comma + 1 < number.size() &&
      IsDigit(number[comma + 1])) {
    number[comma] = '.';
  }
  return XmlNumberIn(number);
}

int XmlIntIn(std::string_view text, int fallback) {
  const auto number = XmlNumberIn(text);
  return number ? static_cast<int>(*number) : fallback;
}

std::string_view XmlAsUtf8(std::string_view bytes, std::string& memory) {
  using std::string_view_literals::operator""sv;
  const bool little = bytes.starts_with("<\0"sv), big = bytes.starts_with("\0<"sv);
  if (little || big || bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    memory = ToUtf8((little ? "\xFF\xFE" : big ? "\xFE\xFF" : "") + std::string(bytes));
    return memory;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const std::string encoding = DeclaredEncoding(bytes);
  const bool one_byte = encoding.starts_with("iso-8859") || encoding.starts_with("latin") ||
                        encoding.starts_with("windows-125") || encoding.starts_with("cp125");
  if (!one_byte || IsUtf8(bytes)) return bytes;
  memory = ToUtf8(bytes);
  return memory;
}

}  // namespace magenta
