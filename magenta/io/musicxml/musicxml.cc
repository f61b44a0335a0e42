// The outline gives the parts' measures a few at a time; each part reads its own (musicxml_part.h)
// and keeps what it finds at (measure, offset). When all are read, musicxml_layout.cc puts the
// measures under one another.

#include "magenta/io/musicxml/musicxml.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <pugixml.hpp>
#include <set>
#include <utility>

#include "magenta/base/status.h"
#include "magenta/base/utf8.h"
#include "magenta/io/musicxml/musicxml_archive.h"
#include "magenta/io/musicxml/musicxml_findings.h"
#include "magenta/io/musicxml/musicxml_part.h"
#include "magenta/io/musicxml/xml_outline.h"
#include "magenta/io/musicxml/xml_text.h"
#include "magenta/music/piece_limits.h"

namespace magenta {
namespace {

constexpr int kXmlTicksPerQuarter = 220;

/// As it stands, when there is nothing but blanks in it.
std::string PartName(pugi::xml_node score_part) {
  const std::string_view name = score_part.child_value("part-name");
  const std::string_view trimmed = TrimmedXml(name);
  return ToUtf8(trimmed.empty() ? name : trimmed);
}

class MusicXmlReader {
 public:
  MusicXmlReader(std::string_view text, const PieceLimits& limits)
      : text_(text), outline_(text, limits) {
    found_.limits = limits;
  }

  absl::StatusOr<MusicXmlReading> Read() {
    MAGENTA_RETURN_IF_ERROR(outline_.Open());
    while (true) {
      MAGENTA_ASSIGN_OR_RETURN(const XmlPiece piece, outline_.Next());
      if (piece.kind == XmlPiece::kEnd) break;
      MAGENTA_RETURN_IF_ERROR(ReadPiece(piece));
    }
    if (found_.measures.empty()) return InputError("", "the score has no measures");
    NoteSequence& sequence = found_.builder.sequence();
    sequence.set_ticks_per_quarter(kXmlTicksPerQuarter);
    auto& source = *sequence.mutable_source_info();
    source.set_source_type(NoteSequence::SourceInfo::SCORE_BASED);
    source.set_encoding_type(NoteSequence::SourceInfo::MUSIC_XML);
    source.set_parser(NoteSequence::SourceInfo::MAGENTA_MUSIC_XML);
    LayOutScore(found_);
    return MusicXmlReading{std::move(sequence), found_.builder.reports(), Title()};
  }

 private:
  absl::Status ReadPiece(const XmlPiece& piece) {
    pugi::xml_document document;
    const pugi::xml_parse_result parsed =
        document.load_buffer(piece.text.data(), piece.text.size(),
                             pugi::parse_default | pugi::parse_ws_pcdata_single |
                                 pugi::parse_fragment | pugi::parse_embed_pcdata,
                             pugi::encoding_utf8);
    const auto begin = piece.text.empty() ? 0 : piece.text.data() - text_.data();
    if (piece.kind == XmlPiece::kTitle) return ReadTitle(document);
    if (!parsed && parsed.status != pugi::status_no_document_element) {
      return InputError("", fmt::format("not well-formed XML at byte {}: {}", begin + parsed.offset,
                                        parsed.description()));
    }
    piece_begin_ = begin;
    if (piece.kind == XmlPiece::kPartList) return ReadPartList(document.first_child());
    pugi::xml_document outer;
    const std::string tag =
        std::string(piece.outer) + (outline_.is_timewise() ? "</measure>" : "</part>");
    outer.load_buffer(tag.data(), tag.size(), pugi::parse_default, pugi::encoding_utf8);
    return outline_.is_timewise() ? ReadTimewise(document, piece)
                                  : ReadPartwise(document, outer.first_child());
  }

  /// What is not well-formed there is no title.
  absl::Status ReadTitle(const pugi::xml_document& document) {
    const auto take = [](std::string_view text, std::string& title) {
      if (title.empty()) title = ToUtf8(TrimmedXml(text));
    };
    take(document.child("work").child_value("work-title"), work_title_);
    take(document.child_value("movement-title"), movement_title_);
    return absl::OkStatus();
  }

  /// As a tune book's titles: "Winterreise; Der Lindenbaum".
  std::string Title() const {
    if (work_title_.empty() || work_title_ == movement_title_) return movement_title_;
    return movement_title_.empty() ? work_title_ : work_title_ + "; " + movement_title_;
  }

  absl::Status ReadPartwise(const pugi::xml_document& measures, pugi::xml_node part) {
    MAGENTA_ASSIGN_OR_RETURN(MusicXmlPart* const reader, PartOf(part));
    for (pugi::xml_node measure : measures.children("measure")) {
      MAGENTA_RETURN_IF_ERROR(reader->ReadMeasure(measure, reader->measures()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadTimewise(const pugi::xml_document& parts, const XmlPiece& piece) {
    if (piece.is_first) ++timewise_measure_;
    for (pugi::xml_node part : parts.children("part")) {
      MAGENTA_ASSIGN_OR_RETURN(MusicXmlPart* const reader, PartOf(part));
      MAGENTA_RETURN_IF_ERROR(reader->ReadMeasure(part, timewise_measure_));
    }
    return absl::OkStatus();
  }

  absl::Status ReadPartList(pugi::xml_node list) {
    std::vector<XmlPartHead> heads;
    for (pugi::xml_node part : list.children("score-part")) {
      XmlPartHead& head = heads.emplace_back();
      head.name = PartName(part);
      int drums = 0;
      for (pugi::xml_node each : part.children("midi-instrument")) {
        const std::string id(XmlAttributeOf(each, "id"));
        XmlInstrument& instrument = head.instruments[id];
        instrument.Read(each);
        if (head.instruments.size() == 1) head.first_instrument = id;
        if (!head.channel && instrument.channel > 0) head.channel = instrument.channel;
        drums += instrument.unpitched ? 1 : 0;
        if (instrument.unpitched) head.only_drum = instrument.unpitched;
      }
      if (drums > 1) head.only_drum.reset();
      // Numbers are the channels as they are written, as in the reference; no two parts share one.
      const bool is_free = head.channel && numbers_.insert(*head.channel).second;
      head.number = is_free ? *head.channel : -1;
    }
    size_t index = 0;
    for (pugi::xml_node part : list.children("score-part")) {
      MAGENTA_RETURN_IF_ERROR(
          AddPart(std::string(XmlAttributeOf(part, "id")), std::move(heads[index++])));
    }
    return absl::OkStatus();
  }

  absl::Status AddPart(std::string id, XmlPartHead head) {
    if (part_of_.count(id) > 0) return absl::OkStatus();
    const size_t index = parts_.size();
    MAGENTA_RETURN_IF_ERROR(CheckTracks(index + 1, found_.limits));
    if (head.number < 0) {
      head.number = static_cast<int>(index);
      while (!numbers_.insert(head.number).second) head.number = ++last_number_;
    }
    found_.builder.AddPart(static_cast<int>(index), head.name);
    found_.notes.emplace_back();
    parts_.push_back(std::make_unique<MusicXmlPart>(index, std::move(head), found_, report_));
    part_of_.emplace(std::move(id), index);
    return absl::OkStatus();
  }

  absl::StatusOr<MusicXmlPart*> PartOf(pugi::xml_node part) {
    const std::string id(XmlAttributeOf(part, "id"));
    if (part_of_.count(id) == 0) {
      XmlPartHead head;
      head.number = -1;
      MAGENTA_RETURN_IF_ERROR(AddPart(id, std::move(head)));
    }
    return parts_[part_of_.at(id)].get();
  }

  /// Lines are counted from the last report on; reports come in the order of the text.
  void Report(pugi::xml_node where, const std::string& text) {
    if (found_.builder.ReportAgain(text)) return;
    const auto at =
        static_cast<size_t>(std::max<ptrdiff_t>(piece_begin_ + where.offset_debug(), 0));
    if (at < counted_ || at > text_.size()) return found_.builder.Report(line_, text);
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<ptrdiff_t>(counted_),
                                         text_.begin() + static_cast<ptrdiff_t>(at), '\n'));
    counted_ = at;
    found_.builder.Report(line_, text);
  }

  std::string_view text_;
  XmlOutline outline_;
  std::string work_title_, movement_title_;
  XmlFindings found_;
  const XmlReport report_ = [this](pugi::xml_node where, const std::string& text) {
    Report(where, text);
  };
  std::vector<std::unique_ptr<MusicXmlPart>> parts_;
  std::map<std::string, size_t> part_of_;  // by id
  std::set<int> numbers_;                  // of instruments that are taken
  int last_number_ = 0;
  int timewise_measure_ = -1;
  ptrdiff_t piece_begin_ = 0;
  size_t counted_ = 0;
  int line_ = 1;
};

}  // namespace

void XmlInstrument::Read(pugi::xml_node midi_instrument) {
  constexpr int kMostChannels = 65535;
  if (midi_instrument.child("midi-channel")) {
    channel =
        std::clamp(XmlIntIn(midi_instrument.child_value("midi-channel"), 0), 0, kMostChannels);
  }
  if (midi_instrument.child("midi-program")) {
    program = std::clamp(XmlIntIn(midi_instrument.child_value("midi-program"), 1) - 1, 0, 127);
  }
  const int pitch = XmlIntIn(midi_instrument.child_value("midi-unpitched"), 0) - 1;
  if (pitch >= 0 && pitch < 128) unpitched = pitch;
}

absl::StatusOr<MusicXmlReading> ReadMusicXml(std::string_view bytes, const PieceLimits& limits) {
  MAGENTA_RETURN_IF_ERROR(CheckFileBytes(bytes.size(), limits));
  std::string inflated, converted;
  if (IsZipArchive(bytes)) {
    MAGENTA_ASSIGN_OR_RETURN(inflated, ReadMxlScore(bytes, limits));
    bytes = inflated;
  }
  return MusicXmlReader(XmlAsUtf8(bytes, converted), limits).Read();
}

}  // namespace magenta
