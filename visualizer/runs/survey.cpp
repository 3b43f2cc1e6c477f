#include "visualizer/runs/survey.h"

#include <algorithm>
#include <filesystem>

#include "datasets/corpus.h"
#include "tensor/error.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {
namespace {

constexpr size_t surveyed_tokens = 8192, most_watched = 64;

/// Texts of `length` tokens from `ids`, none overlapping another, spread evenly.
std::vector<std::vector<int32_t>> spread(const Tokens& ids, size_t length) {
  const size_t all = size_t(ids.size()) / length, count = std::min(all, std::max<size_t>(1, surveyed_tokens / length));
  std::vector<std::vector<int32_t>> texts;
  for (size_t i = 0; i < count; ++i) {
    const auto first = int64_t(i * all / count * length);
    texts.push_back(ids.slice(first, first + int64_t(length)).to_vector());
  }
  return texts;
}

/// How often each token occurs.
std::vector<uint32_t> counts_in(const DataSplit& split, size_t vocabulary) {
  std::vector<uint32_t> counts(vocabulary);
  for (const Tokens& part : {split.train, split.held_out})
    for (int64_t i = 0; i < part.size(); ++i)
      if (size_t(part[i]) < vocabulary) ++counts[size_t(part[i])];
  return counts;
}

std::string file_name(const std::string& source) {
  const std::filesystem::path path(source);
  return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

SurveyTexts held_out_texts(const SurveyRequest& request) {
  check_input(request.tokenizer != nullptr, "{}", request.why_no_tokenizer);
  check_input(request.recorded, "no recording says what the model was trained on");
  check_data_is_there(request.config);
  const std::string& source = request.config.data.source;
  const DataSplit split = where_memory_lasts(
      source, [&] { return split_text(request.config, *request.tokenizer, corpus_of(request.config)); });
  check_input(request.counts.empty() || counts_in(split, request.counts.size()) == request.counts,
              "{}: has changed since the run was trained on it", source);
  check_input(!split.held_out.empty(), "the run held no text out");
  return {"held-out text of " + file_name(source), "",
          spread(split.held_out, size_t(request.config.model.max_seq_len))};
}

/// The newest snapshot of each different text, the newest last.
std::vector<const Snapshot*> newest_of_each(const std::vector<Snapshot>& snapshots) {
  std::vector<const Snapshot*> out;
  for (auto s = snapshots.rbegin(); s != snapshots.rend() && out.size() < most_watched; ++s) {
    const auto same = [&](const Snapshot* other) { return other->threshold.tokens == s->threshold.tokens; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(&*s);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

std::vector<std::vector<int32_t>> watched_texts(const std::vector<Snapshot>& snapshots) {
  std::vector<std::vector<int32_t>> texts;
  for (const Snapshot* snapshot : newest_of_each(snapshots))
    if (snapshot->threshold.tokens.size() >= 2) texts.push_back(snapshot->threshold.tokens);
  return texts;
}

SurveyTexts texts_of(const SurveyRequest& request) {
  try {
    return held_out_texts(request);
  } catch (const Error& why) {
    check_input(!request.watched.empty(), "{}", why.what());
    return {"the watched text", why.what(), request.watched};
  }
}

Survey survey_of_snapshots(const std::vector<Snapshot>& snapshots) {
  Survey survey{"the watched text", "as it was recorded", {}, 0, ""};
  for (const Snapshot* snapshot : newest_of_each(snapshots)) {
    SurveyedText text;
    text.routed = snapshot->threshold;
    text.routed.attention.clear();
    survey.texts.push_back(std::make_shared<const SurveyedText>(std::move(text)));
  }
  survey.planned = survey.texts.size();
  return survey;
}

}  // namespace tinymor
