#pragma once
// What a server is told: where to listen, and how much is too much.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "magenta/music.pb.h"

namespace magenta {

/// What is made of music elsewhere: sound and pictures.
enum class RenderFormat { kWav, kSvg, kPng };

/// Makes a file of music, and returns its bytes; to be called from several threads at a time.
/// It looks at `stop` at least every tenth of a second, and ends with an error where that is true.
using RenderFunction = std::function<absl::StatusOr<std::string>(
    const NoteSequence& music, RenderFormat format, const std::function<bool()>& stop)>;

struct ServeOptions {
  /// An address, or localhost, which is both of this machine's.
  std::string host = "localhost";
  /// 0: a free one.
  int http_port = 8080;
  /// Tried in this order where that is taken.
  std::vector<int> other_http_ports = {};
  int grpc_port = 50051;
  /// What clients must say; "" asks for nothing, and is for loopback hosts alone.
  std::string auth_token;

  /// PEM files, for HTTP over TLS; both or none.
  std::string tls_cert, tls_key;

  /// Threads that step networks. Results do not depend on it.
  int threads = 1;
  /// Bytes of one request.
  int64_t max_body_bytes = 4 << 20;
  /// Notes of one input sequence.
  int64_t max_notes = 20000;
  /// Steps of one result, its input counted.
  int64_t max_steps = 16384;
  /// Sequences that one request has stepped at a time: beam_size times branch_factor.
  int64_t max_rows = 128;
  /// Bytes of memory that requests, and answers which nobody took yet, hold all together.
  int64_t max_held_bytes = 128 << 20;
  /// Seconds from a request's arrival to its end.
  double max_seconds = 60;
  /// Requests that are worked on at a time, and those that wait.
  int max_sessions = 64;
  int max_queue = 256;
  /// HTTP connections.
  int max_connections = 4096;
  /// Seconds that running requests have to end after SIGTERM.
  double drain_seconds = 10;
  /// What makes answers sound or pictures; null: nothing does.
  RenderFunction render;
};

/// The addresses that a server of `host` listens at: for localhost 127.0.0.1 and, where this
/// machine has it, ::1, since clients ask either; else the host's own.
std::vector<std::string> ListenAddresses(const std::string& host);

/// A port at which nobody listens at any of `addresses` now; 0: none was found.
int FreePort(const std::vector<std::string>& addresses);

/// How often a server that may take any port tries another one, when one that was free is taken.
inline constexpr int kPortTries = 16;

/// Whether `given` is `token`, in a time that does not tell where they differ.
bool SameToken(const std::string& token, const std::string& given);

/// The token of an "authorization: Bearer T" header, "" when it is none.
std::string BearerToken(const std::string& authorization);

/// `text` as a header may carry it: printable ASCII, others replaced by '?'.
std::string HeaderText(const std::string& text);

}  // namespace magenta
