// A connection is a coroutine on a strand of its own: it reads a request, hands it to the HttpApi,
// and writes what its Exchange brings; with a certificate all of it goes through TLS. Heads are
// read and checked by http_head.h before Beast parses them. Everything that a client sends is
// bounded before it is read: the head, the body (its own limit, and one for all bodies in
// progress), and the time for both.

#include "magenta/serve/http_server.h"

#include <fmt/core.h>
#include <poll.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "magenta/base/address.h"
#include "magenta/base/status.h"
#include "magenta/base/threads.h"
#include "magenta/serve/http_head.h"

namespace magenta {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr auto kHeadTime = std::chrono::seconds(10);   // for a head, or between two requests
constexpr auto kBodyTime = std::chrono::seconds(30);   // for a body
constexpr auto kWriteTime = std::chrono::seconds(20);  // for a client to take what is written
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr auto kLookEvery = std::chrono::milliseconds(250);  // whether a client has gone
constexpr uint32_t kMaxHead = 16 << 10;
constexpr size_t kReadAtOnce = 4 << 10;
/// Bodies in progress, all together; at least one has room.
constexpr int64_t kMaxBodies = int64_t{64} << 20;

struct StreamBegin {};
struct StreamEnd {};
struct StreamEvent {
  std::string text;
};
using Answer = std::variant<HttpResponse, StreamBegin, StreamEvent, StreamEnd>;

auto Awaiting(ErrorCode& error) { return net::redirect_error(net::use_awaitable, error); }

/// What the API says, on its way to the connection's coroutine.
class Exchange final : public HttpReply, public std::enable_shared_from_this<Exchange> {
 public:
  explicit Exchange(const net::any_io_executor& executor) : timer_(executor) {
    timer_.expires_at(Clock::time_point::max());
  }

  void Send(HttpResponse response) override { Put(std::move(response)); }
  void BeginStream() override { Put(StreamBegin{}); }
  void Event(const std::string& name, const std::string& data) override {
    Put(StreamEvent{fmt::format("event: {}\ndata: {}\n\n", name, data)});
  }
  void EndStream() override { Put(StreamEnd{}); }
  bool IsBehind() override {
    const std::lock_guard lock(mutex_);
    return !answers_.empty();
  }

  /// The next answer; nullopt once Leave() was called. On the strand.
  net::awaitable<std::optional<Answer>> Next() {
    while (true) {
      {
        const std::lock_guard lock(mutex_);
        if (gone_) co_return std::nullopt;
        if (!answers_.empty()) {
          Answer answer = std::move(answers_.front());
          answers_.pop_front();
          co_return answer;
        }
      }
      ErrorCode ignored;
      co_await timer_.async_wait(Awaiting(ignored));
      timer_.expires_at(Clock::time_point::max());
    }
  }

  /// The client has gone: what comes is dropped.
  void Leave() {
    {
      const std::lock_guard lock(mutex_);
      gone_ = true;
      answers_.clear();
    }
    timer_.cancel();
  }

 private:
  void Put(Answer answer) {
    {
      const std::lock_guard lock(mutex_);
      if (gone_) return;
      answers_.push_back(std::move(answer));
    }
    net::post(timer_.get_executor(), [self = shared_from_this()] { self->timer_.cancel(); });
  }

  net::steady_timer timer_;  // wakes the coroutine when cancelled
  std::mutex mutex_;
  std::deque<Answer> answers_;
  bool gone_ = false;
};

/// Room for a body, taken as it comes.
class BodyRoom {
 public:
  BodyRoom(std::atomic<int64_t>& used, int64_t all) : used_(used), all_(all) {}
  ~BodyRoom() { used_ -= taken_; }
  BodyRoom(const BodyRoom&) = delete;
  BodyRoom& operator=(const BodyRoom&) = delete;

  /// Of `bytes` in all.
  bool Take(int64_t bytes) {
    const int64_t more = bytes - std::exchange(taken_, bytes);
    return (used_ += more) <= all_;
  }

 private:
  std::atomic<int64_t>& used_;
  const int64_t all_;
  int64_t taken_ = 0;
};

/// What all connections share.
struct Shared {
  Shared(GeneratorService& s, HttpRoutes* more) : service(s), api(s, more) {}
  GeneratorService& service;
  HttpApi api;
  std::atomic<int64_t> body_bytes{0};
  std::atomic<int> busy{0};  // requests in progress
  std::atomic<bool> draining{false};
};

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<PlainStream>;

/// Of either stream.
template <typename Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, std::shared_ptr<Shared> shared)
      : stream_(std::move(stream)),
        look_timer_(stream_.get_executor()),
        shared_(std::move(shared)) {
    shared_->service.metrics().connections += 1;
  }
  ~Connection() { shared_->service.metrics().connections -= 1; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  net::awaitable<void> Run() {
    ErrorCode error;
    if constexpr (kIsTls) {
      tcp_stream().expires_after(kHeadTime);
      co_await stream_.async_handshake(net::ssl::stream_base::server, Awaiting(error));
      if (error) co_return;
    }
    while (co_await OneRequest()) {
    }
    if constexpr (kIsTls) {
      tcp_stream().expires_after(kLingerTime);
      co_await stream_.async_shutdown(Awaiting(error));
    }
    tcp_stream().socket().shutdown(tcp::socket::shutdown_both, error);
  }

 private:
  using Parser = http::request_parser<http::string_body>;
  static constexpr bool kIsTls = std::is_same_v<Stream, TlsStream>;

  PlainStream& tcp_stream() { return beast::get_lowest_layer(stream_); }

  /// Whether the connection stays open.
  net::awaitable<bool> OneRequest() {
    tcp_stream().expires_after(kHeadTime);
    const std::optional<HeadScan> head = co_await ReadHead();
    if (!head.has_value()) co_return false;
    if (head->fault.has_value()) co_return co_await RefuseHead(*head->fault);
    Parser parser;
    parser.header_limit(kMaxHead);
    parser.body_limit(boost::none);  // known when the target is
    ErrorCode error;
    buffer_.consume(parser.put(net::buffer(buffer_.data().data(), head->size), error));
    if (error) co_return co_await Refuse(error);
    Busy busy(*shared_);
    // Fields that come behind a body count for nothing.
    keep_alive_ = parser.get().keep_alive();
    is_head_ = parser.get().method() == http::verb::head;
    HttpRequest request = HeadOf(parser.get());
    const absl::Status allowed = shared_->api.CheckHead(request);
    if (!allowed.ok()) co_return co_await SendLast(ErrorResponse(allowed));
    body_limit_ = shared_->api.MaxBodyBytes(request.target);
    parser.body_limit(static_cast<uint64_t>(body_limit_));
    if (parser.content_length().value_or(0) > static_cast<uint64_t>(body_limit_)) {
      co_return co_await Refuse(http::error::body_limit);
    }
    BodyRoom room(shared_->body_bytes, std::max(kMaxBodies, body_limit_));
    if (!parser.is_done()) {
      if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, 11);
        co_await http::async_write(stream_, go_on, Awaiting(error));
        if (error) co_return false;
      }
      tcp_stream().expires_after(kBodyTime);
      parser.eager(true);
      while (!parser.is_done()) {
        co_await http::async_read_some(stream_, buffer_, parser, Awaiting(error));
        if (error) co_return co_await Refuse(error);
        if (!room.Take(static_cast<int64_t>(parser.get().body().size()))) {
          co_return co_await SendLast(ErrorResponse(BusyError("too much is being sent")));
        }
      }
    }
    request.body = std::move(parser.get().body());
    keep_alive_ = keep_alive_ && !shared_->draining;
    co_return co_await Answered(std::move(request));
  }

  /// Reads until a head is in the buffer, whole and checked, or is at fault; nullopt: its client
  /// has gone.
  net::awaitable<std::optional<HeadScan>> ReadHead() {
    while (true) {
      std::string_view bytes(static_cast<const char*>(buffer_.data().data()), buffer_.size());
      // Some clients send an empty line behind a body (RFC 9112, 2.2).
      if (bytes.starts_with("\r\n")) {
        buffer_.consume(2);
        bytes.remove_prefix(2);
      }
      HeadScan scan = ScanHead(bytes, kMaxHead);
      if (scan.size > 0) scan.fault = CheckHttpHead(bytes.substr(0, scan.size));
      if (scan.size > 0 || scan.fault.has_value()) co_return scan;
      ErrorCode error;
      const size_t read =
          co_await stream_.async_read_some(buffer_.prepare(kReadAtOnce), Awaiting(error));
      if (error) co_return std::nullopt;
      buffer_.commit(read);
    }
  }

  net::awaitable<bool> RefuseHead(const HeadFault& fault) {
    const absl::Status status = fault.http_status == 431   ? LimitError(fault.message)
                                : fault.http_status == 501 ? absl::UnimplementedError(fault.message)
                                                           : UsageError(fault.message);
    co_return co_await SendLast(ErrorResponse(status, fault.http_status));
  }

  /// Hands `request` on and writes what comes back.
  net::awaitable<bool> Answered(HttpRequest request) {
    auto exchange = std::make_shared<Exchange>(stream_.get_executor());
    auto ticket = std::make_shared<Ticket>();
    tcp_stream().expires_never();
    shared_->api.Handle(std::move(request), exchange, ticket);
    WatchForGoing(exchange, ticket);
    bool open = true, ended = false;
    while (open && !ended) {
      std::optional<Answer> answer = co_await exchange->Next();
      open = answer.has_value();
      if (!open) break;
      tcp_stream().expires_after(kWriteTime);
      ErrorCode error;
      if (auto* response = std::get_if<HttpResponse>(&*answer)) {
        error = co_await Write(*response);
        ended = true;
      } else if (std::holds_alternative<StreamBegin>(*answer)) {
        error = co_await WriteStreamHead();
        ended = is_head_;
      } else if (auto* event = std::get_if<StreamEvent>(&*answer)) {
        co_await net::async_write(stream_, http::make_chunk(net::buffer(event->text)),
                                  Awaiting(error));
      } else {
        co_await net::async_write(stream_, http::make_chunk_last(), Awaiting(error));
        ended = true;
      }
      tcp_stream().expires_never();
      open = !error;
    }
    exchange->Leave();
    ticket->Cancel();
    ErrorCode ignored;
    tcp_stream().socket().cancel(ignored);  // the watch
    look_timer_.cancel();
    co_return open&& keep_alive_;
  }

  /// A client that closes while it waits needs no answer.
  void WatchForGoing(const std::shared_ptr<Exchange>& exchange,
                     const std::shared_ptr<Ticket>& ticket) {
    tcp_stream().socket().async_wait(tcp::socket::wait_read, [self = this->shared_from_this(),
                                                              exchange,
                                                              ticket](const ErrorCode& error) {
      if (error) return;
      char byte = 0;
      ErrorCode peeked;
      self->tcp_stream().socket().non_blocking(true, peeked);
      self->tcp_stream().socket().receive(net::buffer(&byte, 1), tcp::socket::message_peek, peeked);
      if (!peeked || peeked == net::error::would_block) {
        // Bytes are the next request's: whether their sender goes is not seen then. Over TLS they
        // may be what a client says when it goes.
        if constexpr (kIsTls) self->LookForGoing(exchange, ticket);
        return;
      }
      ticket->Cancel();
      exchange->Leave();
    });
  }

  /// Looks again and again whether the client has closed.
  void LookForGoing(const std::shared_ptr<Exchange>& exchange,
                    const std::shared_ptr<Ticket>& ticket) {
    look_timer_.expires_after(kLookEvery);
    look_timer_.async_wait(
        [self = this->shared_from_this(), exchange, ticket](const ErrorCode& error) {
          if (error || ticket->cancelled()) return;  // it has its answer
          pollfd client{self->tcp_stream().socket().native_handle(), POLLRDHUP, 0};
          if (::poll(&client, 1, 0) == 0) return self->LookForGoing(exchange, ticket);
          ticket->Cancel();
          exchange->Leave();
        });
  }

  net::awaitable<ErrorCode> Write(const HttpResponse& answer) {
    const std::string& body = answer.shared_body == nullptr ? answer.body : *answer.shared_body;
    http::response<http::span_body<const char>> response(static_cast<http::status>(answer.status),
                                                         11);
    response.set(http::field::server, "magenta");
    response.set(http::field::content_type, answer.content_type);
    response.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.headers) response.insert(name, value);
    response.keep_alive(keep_alive_);
    response.body() = {body.data(), body.size()};
    response.prepare_payload();
    // Music is taken in a moment; what is large at half a megabyte a second.
    tcp_stream().expires_after(kWriteTime + std::chrono::seconds(body.size() >> 19));
    ErrorCode error;
    http::response_serializer<http::span_body<const char>> serializer(response);
    if (is_head_) {
      co_await http::async_write_header(stream_, serializer, Awaiting(error));
    } else {
      co_await http::async_write(stream_, serializer, Awaiting(error));
    }
    co_return error;
  }

  net::awaitable<ErrorCode> WriteStreamHead() {
    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::server, "magenta");
    head.set(http::field::content_type, "text/event-stream");
    head.set(http::field::cache_control, "no-store");
    head.set("X-Content-Type-Options", "nosniff");
    head.keep_alive(keep_alive_);
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    ErrorCode error;
    co_await http::async_write_header(stream_, serializer, Awaiting(error));
    co_return error;
  }

  /// An answer to what could not be read, where one helps.
  net::awaitable<bool> Refuse(ErrorCode error) {
    HttpResponse response;
    if (error == http::error::body_limit) {
      response = ErrorResponse(LimitError(
          "the body is too large", fmt::format("At most {} bytes are allowed", body_limit_)));
    } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      response = ErrorResponse(UsageError("this is no HTTP request"), 400);
    } else {
      co_return false;
    }
    co_return co_await SendLast(std::move(response));
  }

  /// Sends an answer to a client that may still be sending, and lets it see it.
  net::awaitable<bool> SendLast(HttpResponse response) {
    keep_alive_ = false;
    tcp_stream().expires_after(kLingerTime);
    const ErrorCode written = co_await Write(response);
    if (written) co_return false;
    ErrorCode error;
    // Who reads TLS takes the end of what is sent for that of the connection.
    if constexpr (!kIsTls) tcp_stream().socket().shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 4096> dropped;
    while (!error) co_await stream_.async_read_some(net::buffer(dropped), Awaiting(error));
    co_return false;
  }

  static HttpRequest HeadOf(const http::request<http::string_body>& message) {
    const auto text = [&](http::field field) {
      const auto value = message[field];
      return std::string(value.data(), value.size());
    };
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = PathOfTarget(std::string(message.target()));
    request.content_type = text(http::field::content_type);
    request.accept = text(http::field::accept);
    request.accept_encoding = text(http::field::accept_encoding);
    request.if_none_match = text(http::field::if_none_match);
    request.authorization = text(http::field::authorization);
    request.host = text(http::field::host);
    request.origin = text(http::field::origin);
    const auto site = message["Sec-Fetch-Site"];
    request.fetch_site = std::string(site.data(), site.size());
    return request;
  }

  struct Busy {
    explicit Busy(Shared& s) : shared(s) { ++shared.busy; }
    ~Busy() { --shared.busy; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    Shared& shared;
  };

  Stream stream_;
  net::steady_timer look_timer_;
  beast::flat_buffer buffer_{kMaxHead + (64 << 10)};
  std::shared_ptr<Shared> shared_;
  int64_t body_limit_ = 0;  // of the request in progress
  bool keep_alive_ = false;
  bool is_head_ = false;
};

/// What TLS needs, of PEM files. Errors (exit 3) name the file.
absl::StatusOr<std::unique_ptr<net::ssl::context>> TlsContext(const ServeOptions& options) {
  auto context = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
  ErrorCode error;
  context->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                           net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                           net::ssl::context::no_tlsv1_1,
                       error);
  // A key that is locked by a password is refused, not asked for on the terminal.
  context->set_password_callback(
      [](size_t /*most*/, net::ssl::context::password_purpose /*why*/) { return std::string(); },
      error);
  context->use_certificate_chain_file(options.tls_cert, error);
  if (error) {
    return InputError(options.tls_cert, "is no certificate in PEM: " + error.message(),
                      "docs/server.md has the command that makes a pair");
  }
  context->use_private_key_file(options.tls_key, net::ssl::context::pem, error);
  if (error) {
    return InputError(options.tls_key,
                      "is no private key in PEM that goes with --tls_cert: " + error.message(),
                      "docs/server.md has the command that makes a pair");
  }
  return context;
}

class RunningHttpServer final : public HttpServer {
 public:
  RunningHttpServer(GeneratorService& service, HttpRoutes* more)
      : shared_(std::make_shared<Shared>(service, more)) {}

  ~RunningHttpServer() override {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  absl::Status Start(const ServeOptions& options) {
    if (!options.tls_cert.empty()) {
      MAGENTA_ASSIGN_OR_RETURN(tls_, TlsContext(options));
    }
    const std::vector<std::string> addresses = ListenAddresses(options.host);
    absl::Status listening = ListenAtOrAny(addresses, options.http_port);
    for (const int port : options.other_http_ports) {
      if (!listening.ok()) listening = ListenAtOrAny(addresses, port);
    }
    MAGENTA_RETURN_IF_ERROR(listening);
    for (const auto& acceptor : acceptors_) {
      net::co_spawn(acceptor->get_executor(), Accept(*acceptor, options.max_connections),
                    net::detached);
    }
    for (int i = 0; i < 2; ++i) {
      MAGENTA_ASSIGN_OR_RETURN(threads_.emplace_back(), StartThread([this] { io_.run(); }));
    }
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void Drain(Clock::time_point deadline) override {
    shared_->draining = true;
    for (const auto& acceptor : acceptors_) {
      net::post(acceptor->get_executor(), [&acceptor] {
        ErrorCode ignored;
        acceptor->close(ignored);
      });
    }
    while (shared_->busy > 0 && Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  /// ListenAt where 0 is any port.
  absl::Status ListenAtOrAny(const std::vector<std::string>& addresses, int port) {
    // One that is free at each address must be looked for, and may be taken meanwhile.
    const bool any = port == 0 && addresses.size() > 1;
    absl::Status listening = ListenAt(addresses, any ? FreePort(addresses) : port);
    for (int i = 1; any && !listening.ok() && i < kPortTries; ++i) {
      listening = ListenAt(addresses, FreePort(addresses));
    }
    return listening;
  }

  /// Makes acceptors_ listen at `port` of each of `addresses`.
  absl::Status ListenAt(const std::vector<std::string>& addresses, int port) {
    acceptors_.clear();
    for (const std::string& host : addresses) {
      ErrorCode error;
      const auto address = net::ip::make_address(host, error);
      if (error) {
        return UsageError(fmt::format("--host={} is no address", host),
                          "Give localhost, or the address of a network card, or 0.0.0.0");
      }
      const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
      tcp::acceptor& acceptor =
          *acceptors_.emplace_back(std::make_unique<tcp::acceptor>(net::make_strand(io_)));
      acceptor.open(endpoint.protocol(), error);
      if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
      if (!error) acceptor.bind(endpoint, error);
      if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
      if (!error) port_ = acceptor.local_endpoint(error).port();
      if (error) {
        return OutsideError("",
                            fmt::format("cannot listen at {} for HTTP: {}",
                                        HostAndPortText(host, port), error.message()),
                            "Another program may have the port: give another --port, or 0");
      }
    }
    return absl::OkStatus();
  }

  net::awaitable<void> Accept(tcp::acceptor& acceptor, int max_connections) {
    while (acceptor.is_open()) {
      ErrorCode error;
      tcp::socket socket(net::make_strand(io_));
      co_await acceptor.async_accept(socket, Awaiting(error));
      if (error == net::error::operation_aborted) co_return;
      if (error) {  // no file left, say: others must close first
        net::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
        co_await pause.async_wait(Awaiting(error));
        continue;
      }
      if (shared_->service.metrics().connections >= max_connections) continue;  // closes it
      PlainStream stream(std::move(socket));
      if (tls_ == nullptr) {
        Begin(std::move(stream));
      } else {
        Begin(TlsStream(std::move(stream), *tls_));
      }
    }
  }

  template <typename Stream>
  void Begin(Stream stream) {
    const auto executor = stream.get_executor();
    auto connection = std::make_shared<Connection<Stream>>(std::move(stream), shared_);
    net::co_spawn(
        executor, [connection]() { return connection->Run(); },
        [connection](const std::exception_ptr&) {});
  }

  std::unique_ptr<net::ssl::context> tls_;  // null: plain HTTP
  net::io_context io_{2};
  std::shared_ptr<Shared> shared_;
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors_;  // one an address
  std::vector<std::thread> threads_;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpServer(GeneratorService& service,
                                                            HttpRoutes* more) {
  auto server = std::make_unique<RunningHttpServer>(service, more);
  MAGENTA_RETURN_IF_ERROR(server->Start(service.options()));
  return server;
}

}  // namespace magenta
