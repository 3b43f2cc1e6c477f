#include "datasets/gzip.h"

#include <zlib.h>

#include <array>
#include <memory>

#include "tensor/error.h"

namespace tinymor {

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1F\x8B");
}

std::string gunzip(std::string_view bytes, const std::string& name, uint64_t max_bytes) {
  constexpr int gzip_only = 16 + MAX_WBITS;  // zlib's way to ask for that
  z_stream stream{};
  check(inflateInit2(&stream, gzip_only) == Z_OK, "[gunzip] zlib cannot start");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&stream, inflateEnd);
  // zlib does not change what it reads, although its type is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  check_input(stream.avail_in == bytes.size(), "{}: too large (unpack it first)", name);

  std::string all;
  std::array<char, 1 << 16> buffer;
  for (bool done = false; !done;) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    const int status = inflate(&stream, Z_NO_FLUSH);
    check_input(status == Z_OK || status == Z_STREAM_END, "{}: damaged: gzip cannot unpack it (copy it again)", name);
    all.append(buffer.data(), buffer.size() - stream.avail_out);
    check_input(all.size() <= max_bytes, "{}: unpacks to more than {} bytes (give a smaller file)", name, max_bytes);
    // A gzip file may consist of several, one after another.
    done = status == Z_STREAM_END && stream.avail_in == 0;
    if (status == Z_STREAM_END && !done) inflateReset(&stream);
  }
  return all;
}

}  // namespace tinymor
