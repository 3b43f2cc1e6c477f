#pragma once
// The engine (engine.h) on the network: OpenAI's completions protocol over HTTP, and a page for a browser. Nothing that
// a client does or leaves out makes it hang, grow or stop: requests are limited in size and time.

#include <memory>
#include <string>

#include "trainer/serving/engine.h"

namespace tinymor {

class Server {
 public:
  /// Where to listen, and what the model is called. Port 0: any that is free.
  struct Place {
    std::string host = "127.0.0.1";
    int port = 8000;
    std::string model = {};
    int threads = 128;  ///< connections that are served at a time
  };
  /// Takes the port; run() answers. The engine must outlive the server. Throws InputError when the port is taken, and
  /// when this program was built without an HTTP library.
  Server(Engine& engine, const Place& place);
  ~Server();

  /// "http://127.0.0.1:8000"
  const std::string& url() const;
  /// Answers until stop() is called from another thread.
  void run();
  /// Takes no more requests, gives those under way up to ten seconds, and ends run().
  void stop();

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace tinymor
