#include "datasets/story_teller.h"

#include "tensor/error.h"

namespace tinymor::stories {
namespace {

// Only ASCII, whatever the locale.
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

/// "a owl" -> "an owl". All of the stories' words sound as they are written: none is like "hour" or "uniform".
std::string with_articles(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    const bool word_begins = i == 0 || !is_letter(text[i - 1]);
    const bool is_article = word_begins && to_lower(text[i]) == 'a' && i + 2 < text.size() && text[i + 1] == ' ';
    if (is_article && std::string("aeiou").find(text[i + 2]) != std::string::npos) result += 'n';
  }
  return result;
}

}  // namespace

void Teller::set_count(const std::string& slot, int64_t n, const Noun& noun) {
  set(slot, std::to_string(n) + " " + (n == 1 ? noun.singular : noun.plural));
}

void Teller::set_person(const std::string& slot, const Person& person) {
  set(slot, person.name);
  set(slot + ".he", person.girl ? "she" : "he");
  set(slot + ".him", person.girl ? "her" : "him");
  set(slot + ".his", person.girl ? "her" : "his");
  set(slot + ".child", person.girl ? "girl" : "boy");
}

std::string Teller::get(const std::string& slot) const {
  const auto exact = slots_.find(slot);
  if (exact != slots_.end()) return exact->second;
  std::string lower = slot;
  char& first = lower[slot.rfind('.') + 1];
  first = to_lower(first);
  const auto found = slots_.find(lower);
  check(found != slots_.end(), "[stories] nothing was set for {{{}}}", slot);
  std::string text = found->second;
  text[0] = to_upper(text[0]);
  return text;
}

std::string Teller::choose(const std::string& sentence) {
  std::string result;
  size_t at = 0;
  for (size_t open; (open = sentence.find('[', at)) != std::string::npos;) {
    const size_t close = sentence.find(']', open);
    std::vector<std::string> alternatives(1);
    for (size_t i = open + 1; i < close; ++i) {
      if (sentence[i] == '|') {
        alternatives.emplace_back();
      } else {
        alternatives.back() += sentence[i];
      }
    }
    result += sentence.substr(at, open - at);
    result += alternatives[static_cast<size_t>(number(0, static_cast<int64_t>(alternatives.size()) - 1))];
    at = close + 1;
  }
  return result + sentence.substr(at);
}

std::string Teller::fill(const std::string& sentence) const {
  std::string result;
  size_t at = 0;
  for (size_t open; (open = sentence.find('{', at)) != std::string::npos;) {
    const size_t close = sentence.find('}', open);
    result += sentence.substr(at, open - at) + get(sentence.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  return result + sentence.substr(at);
}

void Teller::tell(std::initializer_list<const char*> variants) {
  const auto chosen = variants.begin() + number(0, static_cast<int64_t>(variants.size()) - 1);
  story_ += with_articles(fill(choose(*chosen))) + "\n";
}

std::string Teller::memories() const {
  check(!memories_.empty(), "[stories] nothing was remembered");
  if (memories_.size() == 1) return memories_.front();
  return memories_.front() + " and " + memories_.back();
}

}  // namespace tinymor::stories
