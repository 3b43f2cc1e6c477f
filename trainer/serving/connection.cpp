#ifdef TINYMOR_HTTPLIB
#include "trainer/serving/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tinymor {
namespace {

using namespace std::chrono_literals;

constexpr auto kIdle = 5s;      // between two requests
constexpr auto kArrival = 20s;  // of a whole request
constexpr auto kWrite = 10s;    // until a client takes the next bytes
/// Of all lines of a request: its head, and the lengths of chunks.
constexpr int64_t kMostLineBytes = 256 * 1024;

}  // namespace

bool Connection::wait_for(short events, Clock::time_point end, bool while_closing) const {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd ready{.fd = socket_, .events = events, .revents = 0};
    const int count = ::poll(&ready, 1, int(std::clamp<int64_t>(left.count(), 0, 50)));
    if (count > 0) return true;
    if ((count < 0 && errno != EINTR) || left <= 0ms || (closing_ && !while_closing)) return false;
  }
}

bool Connection::await_request() {
  if (begin_ == end_ && !wait_for(POLLIN, Clock::now() + kIdle, false)) return false;
  deadline_ = Clock::now() + kArrival;
  single_ = 0;
  return true;
}

bool Connection::is_open() const {
  char byte;
  const ssize_t count = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool Connection::is_readable() const {
  return begin_ < end_ || wait_for(POLLIN, deadline_, false);
}

bool Connection::is_writable() const {
  return wait_for(POLLOUT, Clock::now() + kWrite, true);
}

ssize_t Connection::read(char* to, size_t size) {
  if (size == 1 && ++single_ > kMostLineBytes) return -1;
  if (begin_ == end_) {
    if (Clock::now() >= deadline_ || !wait_for(POLLIN, deadline_, false)) return -1;
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) return count;
    begin_ = 0;
    end_ = size_t(count);
  }
  const size_t count = std::min(size, end_ - begin_);
  std::memcpy(to, buffer_.data() + begin_, count);
  begin_ += count;
  return ssize_t(count);
}

ssize_t Connection::write(const char* from, size_t size) {
  if (!is_writable()) return -1;
  return ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Nobody asks who is at the two ends.

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace tinymor
#endif
