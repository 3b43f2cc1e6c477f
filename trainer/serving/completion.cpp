#include "trainer/serving/completion.h"

#include <iterator>

namespace tinymor {

Completion::News Completion::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  happened_.wait_for(lock, time, [this] { return fresh_ || over(); });
  News news{
      .choices = std::exchange(news_, std::vector<ChoiceNews>(news_.size())), .done = over(), .failure = failure_};
  fresh_ = false;
  return news;
}

bool Completion::add(size_t choice, ChoiceNews news) {
  const std::scoped_lock lock(mutex_);
  ChoiceNews& all = news_[choice];
  std::move(news.tokens.begin(), news.tokens.end(), std::back_inserter(all.tokens));
  all.finish = news.finish;
  finished_ += news.finish != Finish::not_yet;
  fresh_ = true;
  happened_.notify_one();
  return over();
}

bool Completion::fail(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  if (over()) return false;
  failure_ = why;
  happened_.notify_one();
  return true;
}

}  // namespace tinymor
