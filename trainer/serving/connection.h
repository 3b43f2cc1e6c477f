#pragma once
// A client's socket as cpp-httplib reads and writes it, with limits that the library does not have: on the time that a
// request may take to arrive, and on the length of its lines.

#include <httplib.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>

namespace tinymor {

class Connection : public httplib::Stream {
 public:
  /// `closing`: once true, nothing is waited for any more. It must outlive the connection.
  Connection(int socket, const std::atomic<bool>& closing) : socket_(socket), closing_(closing) {}

  /// Waits for a request as long as a connection may be idle. False when there is none.
  bool await_request();
  /// Whether the client is still there: it has not closed its end.
  bool is_open() const;
  /// No request after this one, as when its body was not read.
  void close_after() { last_ = true; }
  bool is_last() const { return last_; }

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Waits until the socket is ready for `events`, at most until `end`.
  bool wait_for(short events, Clock::time_point end, bool while_closing) const;

  int socket_;
  const std::atomic<bool>& closing_;
  Clock::time_point deadline_;  // of the request that arrives
  int64_t single_ = 0;          // bytes of it that were read one by one, which the library does with lines
  bool last_ = false;
  std::array<char, 4096> buffer_;
  size_t begin_ = 0, end_ = 0;  // of what is in it
};

}  // namespace tinymor
