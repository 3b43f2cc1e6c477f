#include "trainer/serving/choice_text.h"

#include <algorithm>
#include <iterator>

namespace tinymor {
namespace {

/// How many bytes at the end of `text` begin `stop` without completing it.
size_t begun(const std::string& text, const std::string& stop) {
  for (size_t count = std::min(text.size(), stop.size() - 1); count > 0; --count)
    if (text.compare(text.size() - count, count, stop, 0, count) == 0) return count;
  return 0;
}

}  // namespace

ChoiceText::ChoiceText(TextStream stream, std::vector<std::string> stops)
    : stream_(std::move(stream)), stops_(std::move(stops)) {}

void ChoiceText::add(int32_t id, AnswerToken token, bool last) {
  token.text = stream_.add(id);
  if (last) token.text += stream_.rest();
  text_ += token.text;
  held_.push_back(std::move(token));

  // The first to be complete counts, wherever tokens end; of several, the longest.
  std::pair<size_t, size_t> first(std::string::npos, 0);  // its end and its begin
  size_t doubtful = 0;
  for (const std::string& stop : stops_) {
    const size_t at = text_.find(stop);
    if (at != std::string::npos) first = std::min(first, {at + stop.size(), at});
    doubtful = std::max(doubtful, begun(text_, stop));
  }
  stopped_ = first.first != std::string::npos;
  if (stopped_) {
    size_t left = first.second;
    for (AnswerToken& held : held_) {
      held.text.resize(std::min(held.text.size(), left));
      left -= held.text.size();
    }
  }
  if (stopped_ || last) return hand_on(held_.size());
  size_t certain = text_.size() - doubtful, count = 0;
  for (; count < held_.size() && held_[count].text.size() <= certain; ++count) certain -= held_[count].text.size();
  hand_on(count);
}

void ChoiceText::hand_on(size_t count) {
  for (size_t i = 0; i < count; ++i) text_.erase(0, held_[i].text.size());
  std::move(held_.begin(), held_.begin() + int64_t(count), std::back_inserter(certain_));
  held_.erase(held_.begin(), held_.begin() + int64_t(count));
}

}  // namespace tinymor
