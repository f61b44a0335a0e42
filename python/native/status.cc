#include "native/status.h"

#include <nanobind/stl/string.h>

#include <optional>

#include "magenta/base/error_message.h"
#include "magenta/base/utf8.h"
#include "magenta/music/edits/bar_chords.h"
#include "magenta/music/quantize.h"

namespace magenta::python {
namespace {

/// note-seq's name for an error of ours; "" where it has none.
std::string NameOf(QuantizeFailure failure) {
  switch (failure) {
    case QuantizeFailure::kMultipleTimeSignatures: return "MultipleTimeSignatureError";
    case QuantizeFailure::kBadTimeSignature: return "BadTimeSignatureError";
    case QuantizeFailure::kMultipleTempos: return "MultipleTempoError";
    case QuantizeFailure::kNegativeTime: return "NegativeTimeError";
    case QuantizeFailure::kBadTempo:
    case QuantizeFailure::kTooLong: return "SequenceError";
  }
  return "";
}

std::string NameOf(BarChordFailure failure) {
  switch (failure) {
    case BarChordFailure::kHasChords: return "SequenceAlreadyHasChordsError";
    case BarChordFailure::kNotQuantized: return "QuantizationStatusError";
    case BarChordFailure::kUncommonMeter: return "UncommonTimeSignatureError";
    case BarChordFailure::kNonIntegerSteps: return "NonIntegerStepsPerChordError";
    case BarChordFailure::kEmpty: return "EmptySequenceError";
    case BarChordFailure::kTooLong: return "SequenceTooLongError";
  }
  return "";
}

}  // namespace

nanobind::object ExceptionOf(const StatusException& error) {
  const std::string code = absl::StatusCodeToString(error.status.code());
  return nanobind::module_::import_("magenta_native.errors")
      .attr("from_status")(code, error.kind, ToUtf8(ErrorLine(error.status)),
                           ToUtf8(ErrorFile(error.status)), ToUtf8(ErrorMessage(error.status)),
                           ToUtf8(ErrorRemedy(error.status)));
}

void Check(absl::Status status, const std::string& file, const std::string& kind) {
  if (status.ok()) return;
  if (!file.empty()) status = WithFile(std::move(status), file);
  std::string name = kind;
  if (const auto failure = QuantizeFailureOf(status)) name = NameOf(*failure);
  if (const auto failure = BarChordFailureOf(status)) name = NameOf(*failure);
  throw StatusException{std::move(status), std::move(name)};
}

}  // namespace magenta::python
