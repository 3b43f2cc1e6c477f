#include "tensor/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/json.h"

namespace tinymor {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are copied as they are in memory");

constexpr uint64_t kLengthBytes = 8;         // of the header length in front of the header
constexpr uint64_t kMaxHeader = 8ull << 20;  // some 60 000 tensors
constexpr const char* kMetadata = "__metadata__";

/// A type of numbers in a file: its name, its size in bytes, and what makes a float of them.
struct NumberType {
  const char* name;
  uint64_t bytes;
  void (*widen)(const char* from, size_t count, Real* to);
};

/// A number of type `Stored` after the other, each turned into a float by `widen`.
template <class Stored, float widen(Stored)>
void widen_all(const char* from, size_t count, Real* to) {
  for (size_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, from + i * sizeof stored, sizeof stored);
    to[i] = Real(widen(stored));
  }
}

float of_f32(float number) {
  return number;
}

/// The upper half of a float.
float of_bf16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

/// A sign, 5 bits of exponent, 10 of fraction. In the place where a float has them, the exponent, also that of numbers
/// below its range, is too small by the difference of the biases, 127 - 15.
float of_f16(uint16_t bits) {
  const uint32_t sign = uint32_t(bits & 0x8000) << 16, rest = uint32_t(bits & 0x7FFF) << 13;
  const bool finite = (bits & 0x7C00) != 0x7C00;
  const float magnitude = finite ? std::bit_cast<float>(rest) * 0x1p112f : std::bit_cast<float>(rest | 0x7F800000);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
}

constexpr NumberType kNumberTypes[] = {{"F32", 4, widen_all<float, of_f32>},
                                       {"F16", 2, widen_all<uint16_t, of_f16>},
                                       {"BF16", 2, widen_all<uint16_t, of_bf16>}};

/// One tensor of the header: its shape, and what its numbers are and where, in bytes after the header.
struct Entry {
  std::string name;
  Shape shape;
  const NumberType* type;
  uint64_t begin, end;
};

/// Reads and checks one file's header entries; every complaint names the file and the tensor.
class EntryReader {
 public:
  EntryReader(std::string file, uint64_t data_size) : file_(std::move(file)), data_size_(data_size) {}

  Entry read(const std::string& name, const nlohmann::json& json) const {
    require(json.is_object() && json.size() == 3 && json.contains("dtype") && json.contains("shape") &&
                json.contains("data_offsets"),
            name, "its header entry is not dtype, shape and data_offsets");
    const auto type = std::find_if(std::begin(kNumberTypes), std::end(kNumberTypes),
                                   [&](const NumberType& known) { return json["dtype"] == known.name; });
    check_input(type != std::end(kNumberTypes),
                "{}: tensor \"{}\": its numbers are {}, and only F32, F16 and BF16 are read (convert the file)", file_,
                name, json["dtype"].dump(-1, ' ', /*ensure_ascii=*/true));
    Entry entry{name, read_shape(name, json["shape"]), type, 0, 0};
    const nlohmann::json& offsets = json["data_offsets"];
    require(
        offsets.is_array() && offsets.size() == 2 && offsets[0].is_number_unsigned() && offsets[1].is_number_unsigned(),
        name, "its data_offsets are not two whole numbers >= 0");
    entry.begin = offsets[0].get<uint64_t>();
    entry.end = offsets[1].get<uint64_t>();
    require(entry.begin <= entry.end && entry.end <= data_size_, name, "its data_offsets leave the file");
    require(entry.end - entry.begin == type->bytes * static_cast<uint64_t>(entry.shape.count()), name,
            "its shape does not fit its data_offsets");
    return entry;
  }

  /// Every byte must belong to exactly one tensor. Sorts the entries by their place.
  void require_no_gaps_or_overlaps(std::vector<Entry>& entries) const {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    uint64_t end = 0;
    for (const Entry& entry : entries) {
      require(entry.begin == end, entry.name, "its numbers overlap others or leave a gap before them");
      end = entry.end;
    }
    check_input(end == data_size_, "{}: {} bytes after the last tensor (damaged: save it again)", file_,
                data_size_ - end);
  }

 private:
  void require(bool ok, const std::string& tensor, const char* why) const {
    check_input(ok, "{}: tensor \"{}\": {} (damaged, or not a safetensors file: save it again)", file_, tensor, why);
  }

  Shape read_shape(const std::string& name, const nlohmann::json& json) const {
    require(json.is_array() && json.size() <= size_t(kMaxRank), name, "its shape is not a list of at most 8 numbers");
    std::vector<int64_t> dims;
    uint64_t count = 1;  // of the shape without its zeros, as Shape::count wants it
    for (const nlohmann::json& dim : json) {
      require(dim.is_number_unsigned(), name, "its shape has an extent that is not a whole number >= 0");
      const uint64_t extent = dim.get<uint64_t>();
      const bool overflow = __builtin_mul_overflow(count, std::max<uint64_t>(extent, 1), &count);
      require(!overflow && count <= uint64_t(kMaxCount), name, "its shape is larger than any memory");
      dims.push_back(static_cast<int64_t>(extent));
    }
    return Shape(std::move(dims));
  }

  std::string file_;
  uint64_t data_size_;
};

/// `data` has been checked to hold the numbers of `entry`.
Tensor read_numbers(const Entry& entry, std::string_view data) {
  Tensor tensor(entry.shape);
  if (tensor.count() > 0) entry.type->widen(data.data() + entry.begin, size_t(tensor.count()), tensor.mutable_data());
  return tensor;
}

std::map<std::string, std::string> read_metadata(const nlohmann::json& json, const std::string& file) {
  std::map<std::string, std::string> metadata;
  check_input(json.is_object(), "{}: {} is not an object (damaged: save it again)", file, kMetadata);
  for (const auto& [key, value] : json.items()) {
    check_input(value.is_string(), "{}: {}[\"{}\"] is not a text (damaged: save it again)", file, kMetadata, key);
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

size_t bytes_of(const Tensor& tensor) {
  return size_t(tensor.count()) * sizeof(float);
}

/// All that comes before the numbers.
std::string header_of(const SafetensorsFile& file) {
  nlohmann::json header = nlohmann::json::object();
  if (!file.metadata.empty()) header[kMetadata] = file.metadata;
  size_t begin = 0;
  for (const auto& [name, tensor] : file.tensors) {
    check(name != kMetadata, "[write_safetensors] {} cannot be the name of a tensor", kMetadata);
    const size_t end = begin + bytes_of(tensor);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape().dims()}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::type_error&) {
    throw Error("[write_safetensors] a name or a metadata text is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), kLengthBytes) + text;
}

/// The numbers, a tensor at a time.
void hand_over(const SafetensorsFile& file, FunctionRef<void(std::string_view)> take) {
  for (const auto& [name, tensor] : file.tensors) {
    const std::vector<Real> values = tensor.to_vector();
    const std::vector<float> floats(values.begin(), values.end());
    take({reinterpret_cast<const char*>(floats.data()), bytes_of(tensor)});
  }
}

}  // namespace

std::string write_safetensors(const SafetensorsFile& file) {
  std::string bytes = header_of(file);
  size_t size = bytes.size();
  for (const auto& [name, tensor] : file.tensors) size += bytes_of(tensor);
  bytes.reserve(size);
  hand_over(file, [&](std::string_view numbers) { bytes.append(numbers); });
  return bytes;
}

void save_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
  AtomicFile saved(path);
  saved.append(header_of(file));
  hand_over(file, [&](std::string_view numbers) { saved.append(numbers); });
  saved.commit();
}

SafetensorsFile parse_safetensors(std::string_view bytes, const std::string& name) {
  check_input(bytes.size() >= kLengthBytes, "{}: only {} bytes long (damaged: save it again)", name, bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  check_input(length <= kMaxHeader && length <= bytes.size() - kLengthBytes,
              "{}: its header would be {} bytes long (damaged, or not a safetensors file)", name, length);
  const nlohmann::json header = parse_json(bytes.substr(kLengthBytes, length), name, 3);
  check_input(header.is_object(), "{}: its header is not an object (damaged, or not a safetensors file)", name);

  SafetensorsFile file;
  const std::string_view data = bytes.substr(kLengthBytes + length);
  const EntryReader reader(name, data.size());
  std::vector<Entry> entries;
  for (const auto& [key, value] : header.items()) {
    if (key == kMetadata) {
      file.metadata = read_metadata(value, name);
    } else {
      entries.push_back(reader.read(key, value));
    }
  }
  reader.require_no_gaps_or_overlaps(entries);
  for (const Entry& entry : entries) file.tensors[entry.name] = read_numbers(entry, data);
  return file;
}

SafetensorsFile read_safetensors(const std::filesystem::path& file, uint64_t max_bytes) {
  return parse_safetensors(read_file(file, max_bytes), file.string());
}

}  // namespace tinymor
