#pragma once
// `magenta serve` and `magenta studio`, described here and run by magenta-serve.

#include <string>
#include <vector>

#include "magenta/cli/verbs/heavy_verbs.h"

namespace magenta::cli {

/// Which models a server holds.
struct ServedModelFlags {
  void Describe(Flags& flags);

  std::vector<std::string> bundle_files;
  std::vector<std::string> configs;
};

/// --studio_dir, of both.
void DescribeStudioDir(Flags& flags, std::string& studio_dir);

struct ServeFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  ServedModelFlags served;
  std::string host = "localhost";
  int port = 8080;
  int grpc_port = 50051;
  std::string auth_token;
  std::string tls_cert, tls_key;
  int64_t max_body_bytes = 4 << 20;
  int64_t max_notes = 20000;
  int64_t max_steps = 16384;
  int64_t max_rows = 128;
  int64_t max_held_bytes = 128 << 20;
  double max_seconds = 60;
  int max_sessions = 64;
  int max_queue = 256;
  int max_connections = 4096;
  double drain_seconds = 10;
  std::string soundfont;
  std::string studio_dir;
};

/// `magenta studio`.
struct StudioFlags : HandedOverVerb {
  void Describe(Flags& flags) override;

  ServedModelFlags served;
  int port = -1;  // left out
  bool no_browser = false;
  std::string soundfont;
  std::string studio_dir;
};

/// Where `magenta studio` listens unless told otherwise.
inline constexpr int kStudioPort = 8642;

/// The environment variable that says a token, so that no list of processes shows it.
inline constexpr char kTokenVariable[] = "MAGENTA_AUTH_TOKEN";

}  // namespace magenta::cli
