#include "datasets/token_cache.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "datasets/fingerprint.h"
#include "datasets/utf8.h"
#include "tensor/error.h"
#include "tensor/files.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "tinymorT";
constexpr uint32_t version = 1;  // goes up when a tokenizer gives other ids than before
constexpr size_t head_bytes = 24, tail_bytes = 24, chunk_bytes = 1 << 20;
constexpr const char* ending = ".tokens";

int width_of(int64_t vocab_size) {
  if (vocab_size <= 1 << 8) return 1;
  return vocab_size <= 1 << 16 ? 2 : 4;
}

template <class Number>
std::string_view bytes_of(const Number& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

template <class Number>
Number number_at(std::string_view bytes, size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// What the tokens depend on, in a number.
uint64_t key_of(const Corpus& corpus, const Tokenizer& tokenizer, bool separate) {
  return fingerprint(fmt::format("{} {} {} {} {} {}", version, corpus.fingerprint(), corpus.bytes(),
                                 tokenizer.identity(), tokenizer.vocab_size(), separate));
}

using Write = std::function<void(std::string_view)>;

/// Writes a file of the cache from its beginning to its end.
class ImageWriter {
 public:
  ImageWriter(uint64_t key, int64_t vocab_size, Write write)
      : width_(width_of(vocab_size)), counts_(size_t(vocab_size)), write_(std::move(write)) {
    put(magic);
    put(bytes_of(version));
    put(bytes_of(uint32_t(width_)));
    put(bytes_of(key));
  }

  void begin_document() { starts_.push_back(size_); }

  void add(std::span<const int32_t> ids) {
    for (const int32_t id : ids) {
      ++counts_.at(size_t(id));
      buffer_.append(reinterpret_cast<const char*>(&id), size_t(width_));
      if (buffer_.size() >= chunk_bytes) flush();
    }
    size_ += ids.size();
  }

  void end() {
    buffer_.append((8 - size_ * uint64_t(width_) % 8) % 8, '\0');
    for (const uint64_t start : starts_) {
      put(bytes_of(start));
      if (buffer_.size() >= chunk_bytes) flush();
    }
    put(bytes_of(size_));
    put(bytes_of(uint64_t(starts_.size())));
    flush();
    write_(bytes_of(print_));
  }

  std::vector<uint64_t> counts() { return std::move(counts_); }

 private:
  void put(std::string_view bytes) { buffer_ += bytes; }
  void flush() {
    print_ = fingerprint(buffer_, print_);
    write_(buffer_);
    buffer_.clear();
  }

  int width_;
  std::vector<uint64_t> counts_, starts_;
  Write write_;
  std::string buffer_;
  uint64_t size_ = 0, print_ = fingerprint("");
};

/// Cuts the text into tokens, as much of it at once as can be cut by itself.
void encode_into(ImageWriter& image, const Corpus& corpus, const Tokenizer& tokenizer, bool separate,
                 const HearProgress& progress) {
  constexpr size_t at_once = 4 << 20;
  std::string text;  // that waits
  int64_t done = 0, told = 0;
  size_t asked = at_once;
  const auto encode = [&](size_t length) {
    image.add(tokenizer.encode(length == text.size() ? text : text.substr(0, length)));
    text.erase(0, length);
    asked = text.size() + at_once;
  };
  corpus.read([&](std::string_view part, bool begins) {
    if (separate && begins) {
      if (!text.empty()) encode(text.size());
      image.begin_document();
    }
    text += part;
    done += int64_t(part.size());
    if (text.size() >= asked) {
      asked = 2 * text.size();
      if (const size_t length = tokenizer.separable(text)) encode(length);
    }
    if (!progress || done - told < int64_t(at_once)) return;
    told = done;
    progress(done, corpus.bytes());
  });
  if (!text.empty()) encode(text.size());
  image.end();
  if (progress) progress(corpus.bytes(), corpus.bytes());
}

TokenizedText of_image(TokenImage image, std::shared_ptr<const void> owner) {
  return {{image.ids, image.size, image.width, image.starts, std::move(owner)}, std::move(image.counts), {}};
}

TokenizedText tokenize_in_memory(const Corpus& corpus, const Tokenizer& tokenizer, bool separate,
                                 const HearProgress& progress) {
  const auto bytes = std::make_shared<std::string>();
  // What is not used of it takes no memory.
  bytes->reserve(size_t(corpus.bytes()) * size_t(width_of(tokenizer.vocab_size())) + (1 << 12));
  ImageWriter image(0, tokenizer.vocab_size(), [&](std::string_view some) { *bytes += some; });
  encode_into(image, corpus, tokenizer, separate, progress);
  const size_t ids = bytes->size() - tail_bytes;
  const auto size = number_at<uint64_t>(*bytes, ids), documents = number_at<uint64_t>(*bytes, ids + 8);
  const char* starts = bytes->data() + ids - 8 * documents;
  return of_image({.ids = bytes->data() + head_bytes,
                   .size = int64_t(size),
                   .width = width_of(tokenizer.vocab_size()),
                   .starts = {reinterpret_cast<const uint64_t*>(starts), size_t(documents)},
                   .counts = image.counts()},
                  bytes);
}

/// The tokens in a file of the cache. Throws InputError when they are not there.
TokenizedText load(const fs::path& file, uint64_t key, int64_t vocab_size) {
  const auto mapped = std::make_shared<MappedFile>(file);
  TokenImage image = read_token_image(mapped->bytes(), as_utf8(file.string()), key, vocab_size,
                                      [&](std::string_view part) { mapped->release(part); });
  std::error_code ignored;
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);  // it is in use
  return of_image(std::move(image), mapped);
}

/// Removes what has not been asked for in a long time, and what was left by processes that were killed.
void remove_old(const fs::path& folder) {
  std::error_code ignored;
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(30 * 24);
  for (auto entry = fs::directory_iterator(folder, ignored); entry != fs::directory_iterator();
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (!name.ends_with(ending) && !name.ends_with(std::string(ending) + ".tmp")) continue;
    const auto used = entry->last_write_time(ignored);
    if (!ignored && used < long_ago) fs::remove(entry->path(), ignored);
  }
}

/// Why the cache cannot be written.
struct CannotKeep : Error {
  using Error::Error;
};

template <class Work>
auto keeping(Work&& work) {
  try {
    return work();
  } catch (const Error& why) {
    throw CannotKeep(why.what());
  }
}

/// Makes a file of the cache, unless another process has made it by now.
TokenizedText build(const fs::path& path, uint64_t key, const Corpus& corpus, const Tokenizer& tokenizer, bool separate,
                    const HearProgress& progress) {
  const std::unique_ptr<AtomicFile> file = keeping([&] {
    make_folder(path.parent_path());
    remove_old(path.parent_path());
    return std::make_unique<AtomicFile>(path);
  });
  try {
    return load(path, key, tokenizer.vocab_size());
  } catch (const Error&) {
    // It is missing or damaged, which was said.
  }
  ImageWriter image(key, tokenizer.vocab_size(),
                    [&](std::string_view bytes) { keeping([&] { file->append(bytes); }); });
  encode_into(image, corpus, tokenizer, separate, progress);
  return keeping([&] {
    file->commit();
    return load(path, key, tokenizer.vocab_size());
  });
}

}  // namespace

fs::path token_cache_folder() {
  const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
  if (cache && fs::path(cache).is_absolute()) return fs::path(cache) / "tinymor";
  return home && fs::path(home).is_absolute() ? fs::path(home) / ".cache" / "tinymor" : fs::path();
}

TokenImage read_token_image(std::string_view bytes, const std::string& name, uint64_t key, int64_t vocab_size,
                            const std::function<void(std::string_view)>& done) {
  const auto require = [&](bool ok, const char* what) { check_input(ok, "{}: {} (it is made again)", name, what); };
  require(bytes.size() >= head_bytes + tail_bytes && bytes.size() % 8 == 0, "is cut short");
  require(bytes.starts_with(magic) && number_at<uint32_t>(bytes, 8) == version, "is of another version or kind");
  const size_t tail = bytes.size() - tail_bytes, width = number_at<uint32_t>(bytes, 12);
  require(width == size_t(width_of(vocab_size)) && number_at<uint64_t>(bytes, 16) == key, "is of another text");
  const auto size = number_at<uint64_t>(bytes, tail), documents = number_at<uint64_t>(bytes, tail + 8);
  const uint64_t room = tail - head_bytes;
  require(size <= room / width && documents <= room / 8 && (size * width + 7) / 8 * 8 + 8 * documents == room,
          "is damaged");

  TokenImage image{
      .ids = bytes.data() + head_bytes, .size = int64_t(size), .width = int(width), .starts = {}, .counts = {}};
  image.counts.resize(size_t(vocab_size));
  uint64_t print = fingerprint(bytes.substr(0, head_bytes));
  const std::string_view body = bytes.substr(head_bytes, tail + 16 - head_bytes);
  for (size_t at = 0; at < body.size(); at += chunk_bytes) {
    const std::string_view part = body.substr(at, chunk_bytes);
    print = fingerprint(part, print);
    const uint64_t end = std::min<uint64_t>(at + part.size(), size * width);
    for (uint64_t id_at = at; id_at < end; id_at += width) {
      uint32_t id = 0;
      std::memcpy(&id, body.data() + id_at, width);
      require(id < uint64_t(vocab_size), "is damaged");
      ++image.counts[id];
    }
    if (done) done(part);
  }
  require(print == number_at<uint64_t>(bytes, tail + 16), "is damaged");
  const char* starts = bytes.data() + tail - 8 * documents;
  image.starts = {reinterpret_cast<const uint64_t*>(starts), size_t(documents)};
  require(std::is_sorted(image.starts.begin(), image.starts.end()) && (documents == 0 || image.starts.back() <= size),
          "is damaged");
  return image;
}

TokenizedText tokenize(const Corpus& corpus, const Tokenizer& tokenizer, bool separate, const TokenCache& cache) {
  if (corpus.bytes() < cache.least_bytes) return tokenize_in_memory(corpus, tokenizer, separate, {});
  std::vector<std::string> notes;
  const auto with_notes = [&](TokenizedText text) {
    text.notes.insert(text.notes.begin(), notes.begin(), notes.end());
    return text;
  };
  if (cache.folder.empty()) {
    notes.push_back("tokens: are kept in memory (to make them once and keep them on disk, set XDG_CACHE_HOME or HOME)");
    return with_notes(tokenize_in_memory(corpus, tokenizer, separate, cache.progress));
  }
  const uint64_t key = key_of(corpus, tokenizer, separate);
  const fs::path file = cache.folder / fmt::format("{:016x}{}", key, ending);
  const std::string name = as_utf8(file.string());
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    try {
      TokenizedText text = load(file, key, tokenizer.vocab_size());
      text.notes.push_back(fmt::format("tokens: taken from {}", name));
      return text;
    } catch (const Error& why) {
      notes.push_back(fmt::format("tokens: {}", why.what()));
    }
  }
  try {
    TokenizedText text = build(file, key, corpus, tokenizer, separate, cache.progress);
    text.notes.push_back(fmt::format("tokens: kept in {} for runs to come", name));
    return with_notes(std::move(text));
  } catch (const CannotKeep& why) {
    notes.push_back(fmt::format("tokens: are kept in memory, because {}", why.what()));
    return with_notes(tokenize_in_memory(corpus, tokenizer, separate, cache.progress));
  }
}

}  // namespace tinymor
