#include "magenta/base/check.h"

#include <fmt/core.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace magenta::internal {
namespace {

std::atomic<void (*)(const char* message)> check_handler = nullptr;

}  // namespace

void SetCheckHandler(void (*handler)(const char* message)) { check_handler = handler; }

void CheckFailed(const char* condition, const char* file, int line) {
  const std::string message = fmt::format(
      "internal error at {}:{}: {} is false. Please report this", file, line, condition);
  if (const auto handler = check_handler.load(); handler != nullptr) handler(message.c_str());
  std::fprintf(stderr, "magenta: %s.\n", message.c_str());
  std::abort();
}

}  // namespace magenta::internal
