#include "magenta/base/status.h"

#include <fmt/core.h>

#include <utility>

#include "absl/strings/cord.h"
#include "magenta/base/error_message.h"

namespace magenta {
namespace {

// The parts of a message, where it has more than one.
constexpr char kFilePayload[] = "magenta/file";
constexpr char kMessagePayload[] = "magenta/message";
constexpr char kRemedyPayload[] = "magenta/remedy";
/// Of a MusicError; empty.
constexpr char kMusicPayload[] = "magenta/music";

std::string Sentence(std::string text) {
  if (!text.empty() && text.find_last_of(".?!") != text.size() - 1) text += '.';
  return text;
}

/// Whether `message` is a table: what to do stands below it.
bool IsTable(std::string_view message) { return message.find('\n') != message.npos; }

std::string WholeMessage(const std::string& file, std::string message, const std::string& remedy) {
  std::string whole = file.empty() ? "" : file + ": ";
  if (remedy.empty()) return whole + message;
  if (!IsTable(message)) return whole + Sentence(std::move(message)) + " " + remedy;
  while (message.ends_with('\n')) message.pop_back();
  return whole + message + "\n" + remedy;
}

absl::Status MakeError(absl::StatusCode code, std::string file, std::string message,
                       std::string remedy) {
  absl::Status status(code, WholeMessage(file, message, remedy));
  if (file.empty() && remedy.empty()) return status;
  status.SetPayload(kMessagePayload, absl::Cord(std::move(message)));
  if (!file.empty()) status.SetPayload(kFilePayload, absl::Cord(std::move(file)));
  if (!remedy.empty()) status.SetPayload(kRemedyPayload, absl::Cord(std::move(remedy)));
  return status;
}

std::string Payload(const absl::Status& status, const char* name) {
  const auto payload = status.GetPayload(name);
  return payload.has_value() ? std::string(*payload) : std::string();
}

/// `status` with other parts and all its other payloads.
absl::Status WithParts(const absl::Status& status, std::string file, std::string remedy) {
  absl::Status made =
      MakeError(status.code(), std::move(file), ErrorMessage(status), std::move(remedy));
  status.ForEachPayload([&](absl::string_view name, const absl::Cord& payload) {
    if (!made.GetPayload(name).has_value()) made.SetPayload(name, payload);
  });
  return made;
}

}  // namespace

absl::Status UsageError(std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kInvalidArgument, "", std::move(message), std::move(remedy));
}

absl::Status MusicError(std::string message, std::string remedy) {
  absl::Status status = UsageError(std::move(message), std::move(remedy));
  status.SetPayload(kMusicPayload, absl::Cord());
  return status;
}

absl::Status InputError(std::string file, std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kDataLoss, std::move(file), std::move(message),
                   std::move(remedy));
}

absl::Status MissingInputError(std::string file, std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kNotFound, std::move(file), std::move(message),
                   std::move(remedy));
}

absl::Status SequenceError(std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "", std::move(message),
                   std::move(remedy));
}

absl::Status NothingToOutputError(std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kOutOfRange, "", std::move(message), std::move(remedy));
}

absl::Status OutsideError(std::string file, std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kUnavailable, std::move(file), std::move(message),
                   std::move(remedy));
}

absl::Status LimitError(std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kResourceExhausted, "", std::move(message), std::move(remedy));
}

absl::Status InterruptedError(std::string message) {
  return MakeError(absl::StatusCode::kCancelled, "", std::move(message), "");
}

std::string ErrorMessage(const absl::Status& status) {
  const auto message = status.GetPayload(kMessagePayload);
  return message.has_value() ? std::string(*message) : std::string(status.message());
}

std::string ErrorFile(const absl::Status& status) { return Payload(status, kFilePayload); }

std::string ErrorRemedy(const absl::Status& status) { return Payload(status, kRemedyPayload); }

absl::Status WithFile(absl::Status status, std::string file) {
  if (status.ok() || !ErrorFile(status).empty()) return status;
  return WithParts(status, std::move(file), ErrorRemedy(status));
}

absl::Status OfMusicFile(const absl::Status& status, std::string file) {
  if (status.GetPayload(kMusicPayload).has_value()) {
    return InputError(std::move(file), ErrorMessage(status), ErrorRemedy(status));
  }
  const bool is_input = status.code() == absl::StatusCode::kDataLoss ||
                        status.code() == absl::StatusCode::kFailedPrecondition;
  return is_input ? WithFile(status, std::move(file)) : status;
}

absl::Status WithRemedy(absl::Status status, std::string remedy) {
  if (status.ok() || remedy.empty() || !ErrorRemedy(status).empty()) return status;
  return WithParts(status, ErrorFile(status), std::move(remedy));
}

int ExitStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk: return 0;
    case absl::StatusCode::kInvalidArgument: return 2;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition: return 3;
    case absl::StatusCode::kOutOfRange: return 4;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnimplemented: return 5;
    case absl::StatusCode::kCancelled: return 130;
    default: return 1;
  }
}

std::string ErrorLine(const absl::Status& status) {
  if (status.ok()) return "";
  const std::string whole =
      WholeMessage(ErrorFile(status), ErrorMessage(status), Sentence(ErrorRemedy(status)));
  if (!IsTable(whole)) return Sentence(whole);
  return whole.ends_with('\n') ? whole.substr(0, whole.size() - 1) : whole;
}

}  // namespace magenta
