#pragma once
// For tests: MusicXML as small strings.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "magenta/io/musicxml/musicxml.h"

namespace magenta {

/// A note of `duration` divisions (0: none is written); `before` stands before <pitch>, `after`
/// behind <duration>.
inline std::string Note(const std::string& step, int octave, int duration,
                        const std::string& before = "", const std::string& after = "") {
  std::string note = "<note>" + before + "<pitch><step>" + step + "</step><octave>" +
                     std::to_string(octave) + "</octave></pitch>";
  if (duration > 0) note += "<duration>" + std::to_string(duration) + "</duration>";
  return note + after + "</note>";
}

/// A score of one part with 2 divisions a quarter; `measures` are the insides of its measures,
/// `head` that of its <score-part>.
inline std::string Score(const std::vector<std::string>& measures, const std::string& head = "") {
  std::string xml = "<score-partwise><part-list><score-part id='P1'><part-name>Flute</part-name>" +
                    head + "</score-part></part-list><part id='P1'>";
  std::string divisions = "<attributes><divisions>2</divisions></attributes>";
  for (const std::string& measure : measures) {
    xml += "<measure>" + divisions + measure + "</measure>";
    divisions = "";
  }
  return xml + "</part></score-partwise>";
}

inline std::string Attributes(const std::string& inside) {
  return "<attributes>" + inside + "</attributes>";
}

inline std::string Meter(const std::string& beats, const std::string& type) {
  return Attributes("<time><beats>" + beats + "</beats><beat-type>" + type + "</beat-type></time>");
}

inline MusicXmlReading ReadXml(const std::string& xml) {
  auto reading = ReadMusicXml(xml);
  EXPECT_TRUE(reading.ok()) << reading.status() << xml;
  return reading.ok() ? *reading : MusicXmlReading{};
}

}  // namespace magenta
