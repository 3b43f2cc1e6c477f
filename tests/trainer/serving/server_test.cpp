// The server as its clients meet it: over a socket, well-behaved or not.

#ifdef TINYMOR_HTTPLIB
#include "trainer/serving/server.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "support/catch.h"
#include "support/random_cases.h"
#include "support/served.h"

using namespace tinymor;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A server on a port of its own, until the end of the scope.
struct Running {
  LoadedModel loaded = served_model();
  Engine engine;
  Server server;
  std::thread answers;
  bool stopped = false;

  explicit Running(const Engine::Limits& limits = {.slots = 4, .max_queue = 100})
      : engine(loaded, limits), server(engine, {.port = 0, .model = "first"}), answers([this] { server.run(); }) {}
  ~Running() { stop(); }
  void stop() {
    if (std::exchange(stopped, true)) return;
    server.stop();
    answers.join();
  }
  int port() const { return std::stoi(server.url().substr(server.url().rfind(':') + 1)); }
  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port());
    client.set_read_timeout(20);
    return client;
  }
  json post(const json& body, int status = 200) const {
    const auto result = client().Post("/v1/completions", body.dump(), "application/json");
    REQUIRE(result);
    CHECK(result->status == status);
    return json::parse(result->body);
  }
  /// The value of a line of /metrics.
  double metric(const std::string& name) const {
    const std::string text = client().Get("/metrics")->body;
    const size_t at = text.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + name.size() + 2));
  }
  void wait_until_idle() const {
    for (int i = 0; i < 500 && !engine.idle(); ++i) std::this_thread::sleep_for(10ms);
    CHECK(engine.idle());
  }
};

/// A bare connection.
struct Socket {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);

  explicit Socket(int port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(uint16_t(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(socket); }
  bool send(const std::string& text) const {
    return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == ssize_t(text.size());
  }
  /// All until the server closes.
  std::string read() const {
    std::string all;
    char some[4096];
    for (ssize_t n; (n = ::recv(socket, some, sizeof some, 0)) > 0;) all.append(some, size_t(n));
    return all;
  }
};

std::string posted(const std::string& body, const std::string& more = "") {
  return "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
         "\r\n" + body;
}

/// The objects of a stream, which must end as the protocol says.
std::vector<json> events(const std::string& stream) {
  std::vector<json> all;
  std::istringstream lines(stream);
  bool done = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("data: ")) continue;
    CHECK_FALSE(done);
    done = line == "data: [DONE]";
    if (!done) all.push_back(json::parse(line.substr(6)));
  }
  CHECK(done);
  return all;
}

}  // namespace

TEST_CASE("an answer has what OpenAI's protocol has, and the depth of each token") {
  const Running running;
  const json answer =
      running.post({{"prompt", {"Once", "é"}}, {"max_tokens", 12}, {"n", 2}, {"seed", 5}, {"logprobs", 1}});
  CHECK(answer["object"] == "text_completion");
  CHECK(answer["model"] == "first");
  CHECK(answer["id"].is_string());
  CHECK(answer["created"].is_number());
  CHECK(answer["usage"] == json{{"prompt_tokens", 6}, {"completion_tokens", 48}, {"total_tokens", 54}});
  REQUIRE(answer["choices"].size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    const json& choice = answer["choices"][i];
    const Alone whole = alone(running.loaded, i < 2 ? "Once" : "é", 12, {.seed = 5 + i % 2});
    CHECK(choice["text"] == whole.text);
    CHECK(choice["index"] == i);
    CHECK(choice["finish_reason"] == "length");
    CHECK(choice["depths"] == whole.depths);
    CHECK(choice["logprobs"]["tokens"] == whole.pieces);
    CHECK(choice["logprobs"]["token_logprobs"].size() == 12);
    CHECK(choice["logprobs"]["text_offset"][0] == 0);
  }
  const json echoed = running.post({{"prompt", "Once"}, {"max_tokens", 0}, {"echo", true}});
  CHECK(echoed["choices"][0]["text"] == "Once");
  CHECK(echoed["usage"]["completion_tokens"] == 0);
}

TEST_CASE("a stream gives the same texts in pieces, for HTTP/1.1 and HTTP/1.0") {
  const Running running;
  const json body = {{"prompt", "Once"}, {"max_tokens", 30}, {"n", 2},
                     {"stream", true},   {"logprobs", 0},    {"stream_options", {{"include_usage", true}}}};
  const auto check = [&](const std::string& stream) {
    std::string texts[2];
    std::vector<int32_t> depths[2];
    size_t ends = 0;
    const std::vector<json> all = events(stream);
    for (const json& event : all) {
      for (const json& choice : event["choices"]) {
        const size_t i = choice["index"];
        CHECK(choice["logprobs"]["text_offset"].size() == choice["depths"].size());
        texts[i] += choice["text"];
        for (const json& depth : choice["depths"]) depths[i].push_back(depth);
        ends += !choice["finish_reason"].is_null();
      }
    }
    CHECK(ends == 2);
    CHECK(all.back()["usage"]["completion_tokens"] == 60);
    for (uint64_t i : {0, 1}) {
      const Alone whole = alone(running.loaded, "Once", 30, {.seed = 1 + i});
      CHECK(texts[i] == whole.text);
      CHECK(depths[i] == whole.depths);
    }
  };
  const auto result = running.client().Post("/v1/completions", body.dump(), "application/json");
  REQUIRE(result);
  CHECK(result->get_header_value("Content-Type") == "text/event-stream");
  check(result->body);

  const Socket old(running.port());
  std::string request = posted(body.dump());
  old.send(request.replace(request.find("1.1"), 3, "1.0"));
  const std::string answer = old.read();
  CHECK(answer.find("chunked") == std::string::npos);
  check(answer.substr(answer.find("\r\n\r\n")));
}

TEST_CASE("clients that come, stream, stop and go at random all get their own texts") {
  const Running running;
  struct Asked {
    std::string prompt, stop;
    uint64_t seed;
    bool stream;
    httplib::Result result;
  };
  std::vector<std::thread> clients;
  std::mutex mutex;
  std::vector<Asked> all;
  for (uint64_t number = 0; number < 8; ++number)
    clients.emplace_back([&, number] {
      Random random(number, 9);
      httplib::Client client = running.client();
      client.set_keep_alive(true);
      for (int i = 0; i < 6; ++i) {
        const std::string prompt = "client " + std::to_string(number), stop(1, char(pick(random, 33, 126)));
        const uint64_t seed = uint64_t(random.below(100));
        const bool stream = one_in(random, 2);
        const json body = {{"prompt", prompt}, {"max_tokens", 40}, {"seed", seed}, {"stop", stop}, {"stream", stream}};
        httplib::Result result = client.Post("/v1/completions", body.dump(), "application/json");
        if (one_in(random, 3)) {
          const Socket gone(running.port());
          gone.send(posted(json{{"prompt", "a"}, {"max_tokens", 90}, {"stream", stream}}.dump()));
          std::this_thread::sleep_for(std::chrono::milliseconds(random.below(20)));
        }
        const std::scoped_lock lock(mutex);
        all.push_back({prompt, stop, seed, stream, std::move(result)});
      }
    });
  for (std::thread& client : clients) client.join();
  for (const Asked& asked : all) {
    REQUIRE(asked.result);
    REQUIRE(asked.result->status == 200);
    std::string text;
    if (asked.stream) {
      for (const json& event : events(asked.result->body)) text += event["choices"][0]["text"];
    } else {
      text = json::parse(asked.result->body)["choices"][0]["text"];
    }
    REQUIRE(text == before_stop(alone(running.loaded, asked.prompt, 40, {.seed = asked.seed}).text, {asked.stop}));
  }
  running.wait_until_idle();
}

TEST_CASE("a client that goes away frees its slot, whether it streams or not") {
  const Running running({.slots = 1, .max_queue = 4});
  for (const bool stream : {true, false}) {
    // The slot would be taken for long: five answers, one after another.
    const std::string body = json{{"prompt", "a"}, {"max_tokens", 90}, {"n", 5}, {"stream", stream}}.dump();
    {
      const Socket client(running.port());
      client.send(posted(body));
      while (running.engine.idle()) std::this_thread::sleep_for(1ms);
    }
    running.wait_until_idle();
  }
  CHECK(running.metric("tinymor_requests_total{end=\"cancelled\"}") == 2);
  CHECK(running.metric("tinymor_slots_used") == 0);
}

TEST_CASE("wrong requests are told what is wrong, in the protocol's form") {
  const Running running({.slots = 1, .max_queue = 0});
  const json refused = running.post({{"prompt", "a"}, {"n", "two"}}, 400);
  CHECK(refused["error"]["param"] == "n");
  CHECK(refused["error"]["type"] == "invalid_request_error");
  CHECK(refused["error"]["message"].is_string());
  CHECK(running.post({{"prompt", "a"}, {"max_tokens", 96}}, 400)["error"]["param"] == "max_tokens");
  CHECK(running.post({{"prompt", std::string(96, 'a')}}, 400)["error"]["param"] == "prompt");
  CHECK(running.post(json::array({1}), 400)["error"]["param"].is_null());

  const auto status = [&](const std::string& request) {
    const Socket client(running.port());
    client.send(request);
    ::shutdown(client.socket, SHUT_WR);
    const std::string answer = client.read();
    return answer.substr(0, std::string("HTTP/1.1 xxx").size());
  };
  CHECK(status("GET /v1/completions HTTP/1.1\r\n\r\n") == "HTTP/1.1 405");
  CHECK(status("POST /health HTTP/1.1\r\n\r\n") == "HTTP/1.1 405");
  CHECK(status("POST /v1/completions HTTP/1.1\r\n\r\n") == "HTTP/1.1 400");
  CHECK(status("GET /nothing HTTP/1.1\r\n\r\n") == "HTTP/1.1 404");
  CHECK(status("OPTIONS /v1/completions HTTP/1.1\r\n\r\n") == "HTTP/1.1 204");
  CHECK(status("HEAD / HTTP/1.1\r\nRange: bytes=0-,0-,0-\r\n\r\n") == "HTTP/1.1 200");
  CHECK(status("GET /" + std::string(10000, 'a') + " HTTP/1.1\r\n\r\n") == "HTTP/1.1 414");
  CHECK(status("nonsense\r\n\r\n") == "HTTP/1.1 400");
  CHECK(status(posted("{}", "Content-Type: multipart/form-data; boundary=x\r\n")) == "HTTP/1.1 415");

  const std::string large(100 << 20, ' ');
  CHECK(running.client().Post("/v1/completions", large, "application/json")->status == 413);
  const std::string chunk = "200000\r\n" + large.substr(0, 0x200000) + "\r\n";
  CHECK(status("POST /v1/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n") ==
        "HTTP/1.1 413");
  CHECK(running.post({{"prompt", "a"}})["choices"].size() == 1);
}

TEST_CASE("a full queue answers 429 and when to ask again") {
  const Running running({.slots = 1, .max_queue = 1});
  const Socket first(running.port()), second(running.port());
  const std::string body = json{{"prompt", "a"}, {"max_tokens", 90}, {"n", 2}, {"stream", true}}.dump();
  first.send(posted(body, "Connection: close\r\n"));
  char byte;
  REQUIRE(::recv(first.socket, &byte, 1, 0) == 1);
  const auto refused = running.client().Post("/v1/completions", body, "application/json");
  if (refused->status == 429) {  // unless the first was done by then
    CHECK(std::stoi(refused->get_header_value("Retry-After")) >= 1);
    CHECK(json::parse(refused->body)["error"]["type"] == "rate_limit_error");
  }
  CHECK(events(first.read()).size() > 2);
}

TEST_CASE("requests that never end, and lines that never end, hold nobody up") {
  const Running running;
  std::vector<std::unique_ptr<Socket>> half;
  for (int i = 0; i < 20; ++i) {
    half.push_back(std::make_unique<Socket>(running.port()));
    half.back()->send(i % 2 == 0 ? "POST /v1/comp" : "POST /v1/completions HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
  }
  CHECK(running.client().Get("/health")->body == "{\"status\":\"ok\"}\n");
  for (const std::string& head : std::vector<std::string>{
           "", "GET / HTTP/1.1\r\nA: ", "POST /v1/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const Socket endless(running.port());
    endless.send(head);
    const std::string some(64 * 1024, '1');
    int sent = 0;
    while (sent < 1000 && endless.send(some)) ++sent;
    CHECK(sent < 1000);
  }
  CHECK(running.post({{"prompt", "a"}})["choices"].size() == 1);
}

TEST_CASE("a server that is stopped finishes what is under way and closes what is half sent") {
  Running running;
  const Socket half(running.port()), idle(running.port()), client(running.port());
  half.send("POST /v1/comp");
  client.send(posted(json{{"prompt", "Once"}, {"max_tokens", 80}, {"stream", true}}.dump()));
  char byte;
  REQUIRE(::recv(client.socket, &byte, 1, 0) == 1);
  const auto begin = std::chrono::steady_clock::now();
  running.stop();
  CHECK(std::chrono::steady_clock::now() - begin < 9s);
  std::string text;
  const std::string answer = client.read();
  CHECK(answer.find("data: [DONE]") != std::string::npos);
  CHECK(answer.find("\"finish_reason\":\"length\"") != std::string::npos);
}

TEST_CASE("a port that is taken is refused in a line") {
  const Running running;
  Engine engine(served_model(), {});
  CHECK_THROWS_AS(Server(engine, {.port = running.port()}), InputError);
  CHECK_THROWS_AS(Server(engine, {.host = "203.0.113.1", .port = running.port()}), InputError);
}

TEST_CASE("the page asks no other machine for anything, and what is counted can be read") {
  const Running running;
  running.post({{"prompt", "a"}, {"max_tokens", 5}});
  const auto page = running.client().Get("/");
  REQUIRE(page);
  CHECK(page->get_header_value("Content-Type").starts_with("text/html"));
  CHECK(page->get_header_value("Content-Security-Policy").find("connect-src 'self'") != std::string::npos);
  for (const char* elsewhere : {"http://", "https://", "src=", "@import", "url("})
    CHECK(page->body.find(elsewhere) == std::string::npos);
  CHECK(page->body.find(".d3{background:#") != std::string::npos);
  CHECK(running.metric("tinymor_completion_tokens_total") == 5);
  CHECK(running.metric("tinymor_prompt_tokens_total") == 1);
  CHECK(running.metric("tinymor_slots") == 4);
  CHECK(running.metric("tinymor_block_tokens_per_call") >= 1);
  CHECK(running.metric("tinymor_requests_total{end=\"answered\"}") == 1);
  const json models = json::parse(running.client().Get("/v1/models")->body);
  CHECK(models["data"][0]["id"] == "first");
  CHECK(running.client().Get("/v1/models/first")->status == 200);
  CHECK(running.client().Get("/v1/models/second")->status == 404);
}
#endif
