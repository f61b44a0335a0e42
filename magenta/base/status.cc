#include "magenta/base/status.h"

#include <fmt/core.h>

#include <utility>

#include "absl/strings/cord.h"

namespace magenta {
namespace {

constexpr char kFilePayload[] = "magenta/file";
constexpr char kRemedyPayload[] = "magenta/remedy";

// NOLINTNEXTLINE(performance-unnecessary-value-param): the constructors below hand theirs over.
absl::Status MakeError(absl::StatusCode code, std::string file, std::string message,
                       std::string remedy) {
  absl::Status status(code, message);
  if (!file.empty()) status.SetPayload(kFilePayload, absl::Cord(std::move(file)));
  if (!remedy.empty()) status.SetPayload(kRemedyPayload, absl::Cord(std::move(remedy)));
  return status;
}

std::string Payload(const absl::Status& status, const char* name) {
  const auto payload = status.GetPayload(name);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status UsageError(std::string message, std::string remedy) {
  return MakeError(absl::StatusCode::kInvalidArgument, "", std::move(message), std::move(remedy));
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

std::string ErrorFile(const absl::Status& status) { return Payload(status, kFilePayload); }

std::string ErrorRemedy(const absl::Status& status) { return Payload(status, kRemedyPayload); }

absl::Status WithFile(absl::Status status, std::string file) {
  if (!status.ok() && ErrorFile(status).empty()) {
    status.SetPayload(kFilePayload, absl::Cord(std::move(file)));
  }
  return status;
}

absl::Status WithRemedy(absl::Status status, std::string remedy) {
  if (!status.ok() && !remedy.empty() && ErrorRemedy(status).empty()) {
    status.SetPayload(kRemedyPayload, absl::Cord(std::move(remedy)));
  }
  return status;
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
  const auto sentence = [](std::string text) {
    if (!text.empty() && text.find_last_of(".?!") != text.size() - 1) text += '.';
    return text;
  };
  const std::string file = ErrorFile(status);
  const std::string remedy = sentence(ErrorRemedy(status));
  std::string line = file.empty() ? "" : file + ": ";
  std::string message(status.message());
  if (message.find('\n') != std::string::npos) {  // a table: what to do stands below it
    while (message.ends_with('\n')) message.pop_back();
    return remedy.empty() ? line + message : line + message + "\n" + remedy;
  }
  line += sentence(std::move(message));
  return remedy.empty() ? line : line + " " + remedy;
}

}  // namespace magenta
