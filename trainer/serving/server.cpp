#include "trainer/serving/server.h"

#ifdef TINYMOR_HTTPLIB
#include <sys/socket.h>

#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "page_html.h"
#include "tensor/json.h"
#include "trainer/depth_tints.h"
#include "trainer/serving/completion_json.h"
#include "trainer/serving/connection.h"

namespace tinymor {
namespace {

using namespace std::chrono_literals;
using httplib::DataSink, httplib::Request, httplib::Response;
using nlohmann::ordered_json;

constexpr size_t kLongestBody = 1 << 20;
/// How often a connection looks whether its client is still there.
constexpr auto kLook = 200ms;

/// What there is, and what may be done with it.
const std::map<std::string, std::string>& methods() {
  static const std::map<std::string, std::string> all = {{"/", "GET, HEAD, OPTIONS"},
                                                         {"/health", "GET, HEAD, OPTIONS"},
                                                         {"/metrics", "GET, HEAD, OPTIONS"},
                                                         {"/v1/models", "GET, HEAD, OPTIONS"},
                                                         {"/v1/completions", "POST, OPTIONS"}};
  return all;
}

void send_json(Response& response, int status, const ordered_json& json) {
  response.status = status;
  response.set_content(json_text(json) + "\n", "application/json");
}

void send_error(Response& response, int status, const std::string& message, const std::string& param = "") {
  send_json(response, status, error_json(message, status < 500 ? "invalid_request_error" : "server_error", param));
}

/// What is wrong with a request that no handler was called for.
std::string reason(int status) {
  switch (status) {
    case 404:
      return "there is nothing at this address (try /v1/completions)";
    case 405:
      return "this address does not take this method (see the header Allow)";
    case 413:
      return "the body is too large (send up to 1 MiB)";
    case 414:
      return "the address is too long";
    default:
      return status < 500 ? "this is not an HTTP request that can be read" : "something failed here";
  }
}

/// The page, in the colours that depths have everywhere.
std::string page() {
  std::string tints;
  for (int depth = 0; depth < depth_colors; ++depth) {
    const DepthTint& c = depth_tint(depth);
    tints += fmt::format(".d{}{{background:#{:02x}{:02x}{:02x};color:{}}}\n", depth, c.r, c.g, c.b,
                         c.dark_text ? "#000" : "#fff");
  }
  std::string text(page_html);
  const std::string here = "/* tints of depths */";
  return text.replace(text.find(here), here.size(), tints);
}

}  // namespace

class Server::Http : public httplib::Server {
 public:
  Http(Engine& engine, const Place& place);

  void run();
  void end();

  std::string url;

 private:
  bool process_and_close_socket(socket_t socket) override;
  bool process(Connection& connection);
  void add_routes();

  void complete(const Request& request, Response& response, const httplib::ContentReader& content);
  void send_whole(const std::shared_ptr<Completion>& completion, Response& response);
  void send_stream(const std::shared_ptr<Completion>& completion, const Request& request, Response& response);
  /// Writes all that comes of it. False when the client is gone.
  static bool write_events(Completion& completion, AnswerWriter& writer, const DataSink& sink);
  AnswerHead next_head();
  ordered_json model_json() const;

  Engine& engine_;
  const std::string model_;
  const std::chrono::system_clock::time_point begin_ = std::chrono::system_clock::now();
  std::atomic<int64_t> answers_ = 0;
  std::atomic<bool> closing_ = false;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::set<Connection*> connections_;
  std::map<int, int64_t> responses_;  // by status

  /// The connection that this thread serves.
  static thread_local Connection* connection_;
};

thread_local Connection* Server::Http::connection_ = nullptr;

Server::Http::Http(Engine& engine, const Place& place) : engine_(engine), model_(place.model) {
  new_task_queue = [threads = size_t(place.threads)] { return new httplib::ThreadPool(threads); };
  // The library's own options let two servers share a port.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  set_tcp_nodelay(true);
  set_keep_alive_max_count(1000);
  set_payload_max_length(kLongestBody);
  add_routes();
  const int port = place.port == 0 ? bind_to_any_port(place.host) : place.port;
  check_input(port > 0 && (place.port == 0 || bind_to_port(place.host, port)),
              "serve: cannot listen at {}, port {}: another program does, or this machine has no such address (choose "
              "with --port and --host)",
              place.host, place.port);
  ::listen(svr_sock_, 256);
  const bool v6 = place.host.find(':') != std::string::npos;
  url = fmt::format("http://{}{}{}:{}", v6 ? "[" : "", place.host, v6 ? "]" : "", port);
}

void Server::Http::run() {
  listen_after_bind();
}

void Server::Http::end() {
  const auto begin = std::chrono::steady_clock::now();
  const auto wait_until = [&](std::chrono::milliseconds time) {
    for (; std::chrono::steady_clock::now() < begin + time; std::this_thread::sleep_for(20ms)) {
      const std::scoped_lock lock(mutex_);
      if (connections_.empty() && engine_.idle()) return;
    }
  };
  engine_.close();
  closing_ = true;
  // Ends run(). The library's own stop() would cut streams that are about to begin.
  ::shutdown(svr_sock_, SHUT_RDWR);
  wait_until(9000ms);
  engine_.stop();
  wait_until(9500ms);
  const std::scoped_lock lock(mutex_);
  for (const Connection* connection : connections_) ::shutdown(connection->socket(), SHUT_RDWR);
}

bool Server::Http::process_and_close_socket(socket_t socket) {
  {
    Connection connection(socket, closing_);
    const auto registered = [&](bool here) {
      const std::scoped_lock lock(mutex_);
      here ? void(connections_.insert(&connection)) : void(connections_.erase(&connection));
    };
    registered(true);
    connection_ = &connection;
    while (connection.await_request() && process(connection) && !connection.is_last()) {
    }
    connection_ = nullptr;
    registered(false);
  }
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return true;
}

/// One request. False when none can follow it.
bool Server::Http::process(Connection& connection) {
  // A body of unknown length is no body; a part of an answer is nothing that anyone asks for.
  const std::function<void(Request&)> prepare = [](Request& request) {
    if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding"))
      request.headers.emplace("Content-Length", "0");
    request.headers.erase("Range");
    request.ranges.clear();
  };
  bool closed = false;
  // The arguments differ between the library's versions.
  const auto answer = [&](auto& stream) {
    if constexpr (requires { process_request(stream, false, closed, prepare); })
      return process_request(stream, closing_, closed, prepare);
    else
      return process_request(stream, "", 0, "", 0, closing_, closed, prepare);
  };
  return answer(connection) && !closed;
}

void Server::Http::add_routes() {
  set_default_headers({{"X-Content-Type-Options", "nosniff"}});
  Get("/", [text = page()](const Request&, Response& response) {
    response.set_header(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    response.set_content(text, "text/html; charset=utf-8");
  });
  Get("/health", [](const Request&, Response& response) { send_json(response, 200, {{"status", "ok"}}); });
  Get("/metrics", [this](const Request&, Response& response) {
    std::map<int, int64_t> responses;
    {
      const std::scoped_lock lock(mutex_);
      responses = responses_;
    }
    response.set_content(metrics_text(engine_.metrics(), responses), "text/plain; version=0.0.4; charset=utf-8");
  });
  Get("/v1/models", [this](const Request&, Response& response) {
    send_json(response, 200, {{"object", "list"}, {"data", ordered_json::array({model_json()})}});
  });
  Get("/v1/models/(.+)", [this](const Request& request, Response& response) {
    if (request.matches[1] == model_) return send_json(response, 200, model_json());
    send_error(response, 404, fmt::format("model: there is only {} here", model_), "model");
  });
  Post("/v1/completions", [this](const Request& request, Response& response, const httplib::ContentReader& content) {
    complete(request, response, content);
  });
  Options(".*", [](const Request& request, Response& response) {
    const auto known = methods().find(request.path);
    if (known == methods().end()) return send_error(response, 404, reason(404));
    response.set_header("Allow", known->second);
    response.status = 204;
  });
  set_error_handler([](const Request& request, Response& response) {
    if (!response.body.empty()) return;
    const auto known = methods().find(request.path);
    if (response.status == 404 && known != methods().end()) {
      response.status = 405;
      response.set_header("Allow", known->second);
    }
    send_error(response, response.status, reason(response.status));
  });
  set_exception_handler([](const Request&, Response& response, std::exception_ptr thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      send_error(response, 500, error.what());
    } catch (...) {
      send_error(response, 500, reason(500));
    }
  });
  set_logger([this](const Request&, const Response& response) {
    const std::scoped_lock lock(mutex_);
    ++responses_[response.status];
  });
}

void Server::Http::complete(const Request& request, Response& response, const httplib::ContentReader& content) {
  const auto refuse = [&](int status, const std::string& message, const std::string& param = "") {
    send_error(response, status, message, param);
  };
  if (request.is_multipart_form_data()) {
    connection_->close_after();
    return refuse(415, "the body is a form (send JSON)");
  }
  std::string body;
  bool too_large = false;
  const bool read = content([&](const char* data, size_t size) {
    too_large = too_large || body.size() + size > kLongestBody;
    if (!too_large) body.append(data, size);
    return true;
  });
  if (!read || too_large) {
    connection_->close_after();
    const int status = too_large || response.status == 413 ? 413 : 400;
    return refuse(status, status == 413 ? reason(413) : "the body did not arrive as a whole");
  }
  try {
    const std::shared_ptr<Completion> completion = engine_.submit(parse_completion_request(body));
    completion->request.stream ? send_stream(completion, request, response) : send_whole(completion, response);
  } catch (const RequestError& error) {
    refuse(400, error.what(), error.param);
  } catch (const BusyError& error) {
    response.set_header("Retry-After", std::to_string(error.retry_after));
    send_json(response, 429, error_json(error.what(), "rate_limit_error"));
  } catch (const ClosedError& error) {
    refuse(503, error.what());
  }
}

void Server::Http::send_whole(const std::shared_ptr<Completion>& completion, Response& response) {
  std::vector<ChoiceNews> all(size_t(completion->request.texts()));
  for (bool done = false; !done;) {
    Completion::News news = completion->wait(kLook);
    for (size_t i = 0; i < all.size(); ++i) {
      std::ranges::move(news.choices[i].tokens, std::back_inserter(all[i].tokens));
      if (news.choices[i].finish != Finish::not_yet) all[i].finish = news.choices[i].finish;
    }
    if (!news.failure.empty()) return send_error(response, closing_ ? 503 : 500, news.failure);
    done = news.done;
    if (!done && !connection_->is_open()) {
      completion->cancel();
      connection_->close_after();
      response.status = 499;  // as other servers note it: nobody reads this
      return;
    }
  }
  send_json(response, 200, AnswerWriter(*completion, next_head()).whole(all));
}

void Server::Http::send_stream(const std::shared_ptr<Completion>& completion, const Request& request,
                               Response& response) {
  response.set_header("Cache-Control", "no-cache");
  // The last copy of what writes is gone when the answer is complete, or was given up.
  const std::shared_ptr<void> end(nullptr, [completion](void*) { completion->cancel(); });
  const auto writer = std::make_shared<AnswerWriter>(*completion, next_head());
  const auto write = [completion, end, writer](size_t, DataSink& sink) {
    if (!write_events(*completion, *writer, sink)) return false;
    sink.done();
    return true;
  };
  if (request.version == "HTTP/1.0")
    response.set_content_provider("text/event-stream", write);
  else
    response.set_chunked_content_provider("text/event-stream", write);
}

bool Server::Http::write_events(Completion& completion, AnswerWriter& writer, const DataSink& sink) {
  const auto write = [&](const std::string& event) { return sink.write(event.data(), event.size()); };
  const auto write_data = [&](const ordered_json& json) { return write("data: " + json_text(json) + "\n\n"); };
  int64_t told = 0;
  for (bool done = false; !done;) {
    const Completion::News news = completion.wait(kLook);
    for (const ordered_json& chunk : writer.chunks(news.choices))
      if (!write_data(chunk)) return false;
    if (!news.failure.empty()) return write_data(error_json(news.failure, "server_error"));
    done = news.done;
    // Clients read over comments; the page shows the place in the queue.
    const int64_t place = completion.place();
    if (std::exchange(told, place) != place && !write(fmt::format(": place {}\n\n", place))) return false;
    if (!done && !connection_->is_open()) return false;
  }
  if (completion.request.include_usage && !write_data(writer.usage())) return false;
  return write("data: [DONE]\n\n");
}

AnswerHead Server::Http::next_head() {
  using std::chrono::system_clock;
  return {.id = fmt::format("cmpl-{:x}-{}", begin_.time_since_epoch().count(), ++answers_),
          .model = model_,
          .created = system_clock::to_time_t(system_clock::now())};
}

ordered_json Server::Http::model_json() const {
  const LoadedModel& loaded = engine_.loaded();
  return {{"id", model_},
          {"object", "model"},
          {"created", std::chrono::system_clock::to_time_t(begin_)},
          {"owned_by", "tinymor"},
          {"max_seq_len", loaded.config().max_seq_len},
          {"recursions", loaded.model->layers().recursions}};
}

Server::Server(Engine& engine, const Place& place) : http_(std::make_unique<Http>(engine, place)) {}
Server::~Server() = default;

const std::string& Server::url() const {
  return http_->url;
}

void Server::run() {
  http_->run();
}

void Server::stop() {
  http_->end();
}

}  // namespace tinymor

#else

namespace tinymor {

class Server::Http {};

Server::Server(Engine&, const Place&) {
  throw InputError(
      "serve: this program was built without an HTTP library (install libcpp-httplib-dev, then run cmake and build "
      "again)");
}
Server::~Server() = default;

const std::string& Server::url() const {
  static const std::string none;
  return none;
}

void Server::run() {}
void Server::stop() {}

}  // namespace tinymor
#endif
