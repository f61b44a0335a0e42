#pragma once
// Manual pages: what --help says, in the language of man(7), from the same descriptions.

#include <string>
#include <vector>

namespace magenta::cli {

/// A file of a folder man1.
struct ManualPage {
  std::string name;  // "magenta-generate.1"
  std::string text;
};

/// magenta.1, a page a verb (magenta-VERB.1), and for each of Magenta's own names a page that
/// points to its verb's. `date` ("2026-11-29") stands at their feet; "" is none.
std::vector<ManualPage> ManualPages(const std::string& date);

/// The day that the environment's SOURCE_DATE_EPOCH names, in UTC ("2026-11-29"), so that pages
/// built twice are the same; without it today.
std::string ManualDate();

}  // namespace magenta::cli
