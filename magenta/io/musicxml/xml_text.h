#pragma once
// Text and numbers of an XML document, as their writers mean them: blanks around them are nothing.

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace magenta {

/// `text` without the white space around it.
std::string_view TrimmedXml(std::string_view text);

/// The text of `parent`'s first child `name`, trimmed; empty without one.
std::string_view XmlTextOf(pugi::xml_node parent, const char* name);

/// An attribute's value, trimmed; empty without one.
std::string_view XmlAttributeOf(pugi::xml_node node, const char* name);

/// The number that `text` begins with: finite and of at most 1e9, in either direction.
std::optional<double> XmlNumberIn(std::string_view text);

/// The first number in a text such as "c. 60" or "= 112,5", behind an equals sign if there is one;
/// a minus is none of it.
std::optional<double> FirstXmlNumberIn(std::string_view text);

/// XmlNumberIn as an integer, towards zero.
int XmlIntIn(std::string_view text, int fallback);

/// A document as UTF-8: UTF-16 with or without its mark, what says that it is Latin-1 or
/// Windows-1252 (and is no UTF-8, as a document with a wrong declaration may be). All else stays as
/// it is; `memory` holds what is new.
std::string_view XmlAsUtf8(std::string_view bytes, std::string& memory);

}  // namespace magenta
