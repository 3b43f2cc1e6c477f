#include "tensor/safetensors.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/json.h"

using namespace tinymor;

namespace {

SafetensorsFile example() {
  SafetensorsFile file;
  file.tensors["b.weight"] = Tensor({2, 3}, {1, 2, 3, -4, 5.5, 6});
  file.tensors["a.scale"] = Tensor(7);
  file.tensors["c.empty"] = Tensor(Shape{0, 4});
  file.metadata = {{"format", "tinymor-1"}, {"config", "{\"vocab_size\": 65}"}};
  return file;
}

/// A file with this header and `data_bytes` bytes of numbers.
std::string with_header(std::string header, size_t data_bytes = 0) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(data_bytes, '\0');
}

/// Whether reading refuses `bytes` with one line that names the file. Anything but InputError escapes and fails the
/// test.
bool refused(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "x.safetensors");
    return false;
  } catch (const InputError& e) {
    const std::string line = e.what();
    return line.find("x.safetensors: ") == 0 && line.find('\n') == std::string::npos;
  }
}

}  // namespace

TEST_CASE("tensors and metadata come back from a safetensors file as they were") {
  const TemporaryFolder folder;
  const SafetensorsFile file = example();
  write_file_atomically(folder.path() / "model.safetensors", write_safetensors(file));
  const SafetensorsFile read = read_safetensors(folder.path() / "model.safetensors");
  REQUIRE(read.metadata == file.metadata);
  REQUIRE(read.tensors.size() == 3);
  for (const auto& [name, tensor] : file.tensors) {
    REQUIRE(read.tensors.at(name).shape() == tensor.shape());
    REQUIRE(read.tensors.at(name).to_vector() == tensor.to_vector());
  }
}

TEST_CASE("a safetensors file has exactly the bytes that the format fixes") {
  SafetensorsFile file;
  file.tensors["w"] = Tensor({2}, {1, -2});
  const std::string header = R"({"w":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}})";
  std::string expected = with_header(header + std::string((8 - header.size() % 8) % 8, ' '));
  const float numbers[] = {1, -2};
  expected.append(reinterpret_cast<const char*>(numbers), 8);
  REQUIRE(write_safetensors(file) == expected);
}

TEST_CASE("a view is written to a safetensors file in its own order, not that of memory") {
  SafetensorsFile file;
  file.tensors["w"] = Tensor({2, 2}, {1, 2, 3, 4}).transpose(0, 1);
  const Tensor read = parse_safetensors(write_safetensors(file), "x").tensors.at("w");
  REQUIRE(read.to_vector() == std::vector<Real>{1, 3, 2, 4});
}

TEST_CASE("a name or text that a safetensors header cannot hold is refused when writing") {
  SafetensorsFile file;
  file.metadata["text"] = "\xff";
  REQUIRE_THROWS_AS(write_safetensors(file), Error);
  file = {};
  file.tensors["__metadata__"] = Tensor(1);
  REQUIRE_THROWS_AS(write_safetensors(file), Error);
}

TEST_CASE("numbers of two bytes are read as the floats that they are, also the smallest, infinities and NaN") {
  const auto read = [](const std::string& dtype, const std::vector<uint16_t>& bits) {
    const std::string header = R"({"w":{"dtype":")" + dtype + R"(","shape":[)" + std::to_string(bits.size()) +
                               R"(],"data_offsets":[0,)" + std::to_string(2 * bits.size()) + "]}}";
    const std::string bytes =
        with_header(header) + std::string(reinterpret_cast<const char*>(bits.data()), 2 * bits.size());
    return parse_safetensors(bytes, "x").tensors.at("w").to_vector();
  };
  const Real infinity = std::numeric_limits<Real>::infinity();
  REQUIRE(read("F16", {0x0000, 0x3C00, 0xC000, 0x7BFF, 0x0001, 0x03FF, 0x0400, 0x3555, 0x7C00, 0xFC00}) ==
          std::vector<Real>{0, 1, -2, 65504, Real(std::ldexp(1, -24)), Real(std::ldexp(1023, -24)),
                            Real(std::ldexp(1, -14)), Real(0.333251953125), infinity, -infinity});
  REQUIRE(read("BF16", {0x0000, 0x3F80, 0xC000, 0x3EAB, 0x0001, 0x7F80}) ==
          std::vector<Real>{0, 1, -2, Real(0.333984375), Real(std::ldexp(1, -133)), infinity});
  REQUIRE(std::signbit(read("F16", {0x8000})[0]));
  REQUIRE(std::isnan(read("F16", {0x7E00})[0]));
  REQUIRE(std::isnan(read("BF16", {0x7FC0})[0]));
}

TEST_CASE("every truncation of a safetensors file is refused") {
  const std::string bytes = write_safetensors(example());
  for (size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    REQUIRE(refused(bytes.substr(0, length)));
  }
  REQUIRE(refused(bytes + "x"));
}

TEST_CASE("damaged bytes in a safetensors file are refused or read, never worse") {
  const std::string bytes = write_safetensors(example());
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = bytes;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips) damaged[random() % damaged.size()] ^= 1 << random() % 8;
    refused(damaged);
  }
}

TEST_CASE("hostile safetensors headers are refused") {
  const std::string ok = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  REQUIRE_FALSE(refused(with_header(ok, 8)));
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return with_header(R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}",
                       8);
  };
  REQUIRE_FALSE(refused(entry("F32", "[2]", "[0,8]")));
  for (const char* dtype : {"F16", "BF16", "I64", "", "f32"}) REQUIRE(refused(entry(dtype, "[2]", "[0,8]")));
  for (const char* shape :
       {"[3]", "[-2]", "[2.0]", "[\"2\"]", "2", "null", "[[2]]", "[4611686018427387906]", "[1,1,1,1,1,1,1,1,2]",
        "[4294967296,4294967296,2]", "[0,4611686018427387904,8]", "[18446744073709551618]"}) {
    CAPTURE(shape);
    REQUIRE(refused(entry("F32", shape, "[0,8]")));
  }
  for (const char* offsets :
       {"[0,9]", "[8,0]", "[-8,0]", "[4,12]", "[0]", "[0,8,8]", "{}", "[0.0,8.0]", "[18446744073709551615,7]"}) {
    CAPTURE(offsets);
    REQUIRE(refused(entry("F32", "[2]", offsets)));
  }
  // Not the header that was promised.
  for (const char* header : {"", "{", "[]", "null", "{}x", R"({"w":1})", R"({"w":{}})", R"({"__metadata__":[]})",
                             R"({"__metadata__":{"a":1}})", R"({"__metadata__":{"a":"b","a":"c"}})"}) {
    CAPTURE(header);
    REQUIRE(refused(with_header(header)));
  }
  REQUIRE(refused(with_header(std::string(100000, '['))));
  REQUIRE(refused(std::string(8, '\xff') + ok));
}

TEST_CASE("tensors of a safetensors file neither overlap nor leave bytes unused nor share a name") {
  const auto two = [](const std::string& names, const std::string& a, const std::string& b, size_t bytes) {
    const std::string head = R"(":{"dtype":"F32","shape":[2],"data_offsets":)";
    return with_header("{\"" + names.substr(0, 1) + head + a + "},\"" + names.substr(1) + head + b + "}}", bytes);
  };
  REQUIRE_FALSE(refused(two("ab", "[8,16]", "[0,8]", 16)));
  REQUIRE(refused(two("aa", "[8,16]", "[0,8]", 16)));
  REQUIRE(refused(two("ab", "[0,8]", "[0,8]", 8)));
  REQUIRE(refused(two("ab", "[0,8]", "[4,12]", 12)));
  REQUIRE(refused(two("ab", "[0,8]", "[12,20]", 20)));
  REQUIRE(refused(two("ab", "[0,8]", "[8,16]", 20)));
}

TEST_CASE("JSON from outside is refused when damaged, too deep or ambiguous") {
  REQUIRE(parse_json(R"({"a": [1, {"b": "c"}]})", "x", 3).size() == 1);
  REQUIRE_THROWS_WITH(parse_json(R"({"a": [1, {"b": "c"}]})", "x", 2), ContainsSubstring("x: nested deeper than 2"));
  REQUIRE_THROWS_WITH(parse_json(R"({"a": 1, "b": {"a": 1}, "a": 2})", "x"), ContainsSubstring("\"a\" is there twice"));
  for (const char* text : {"", "{", "nul", "\"\xff\"", "1 2", "1e999", "[-1e999]"})
    REQUIRE_THROWS_AS(parse_json(text, "x"), InputError);
}
