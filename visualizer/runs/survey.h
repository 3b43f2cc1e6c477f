#pragma once
// A survey: what the newest weights make of many texts that the model was not trained on, text by text. What it says of
// depth is in views/depth_survey.h.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"
#include "mor/trace.h"
#include "trainer/config.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// The cut-offs of the causal rule, as scores, at which a survey asks for depth and loss.
inline constexpr double swept_cut_offs[] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95};

/// What a text costs at one of the cut-offs, and how well it is predicted.
struct SweptText {
  std::vector<int64_t> depths;  ///< [N+1] how many of the tokens with a loss took 0, 1, ... recursions.
  double loss = 0;              ///< The sum of their losses, nats.
};

struct SurveyedText {
  Trace routed;                  ///< By the causal rule; with the losses of early exits, without what is likely.
  std::vector<float> deepest;    ///< [T-1] the loss when every token takes all recursions; empty where not computed.
  std::vector<SweptText> swept;  ///< One for each of swept_cut_offs; empty without expert choice.
};

struct Survey {
  std::string what;  ///< Which text was surveyed: "held-out text of stories".
  std::string note;  ///< Why it is not the held-out text; empty: it is.
  std::vector<std::shared_ptr<const SurveyedText>> texts;
  size_t planned = 0;  ///< How many texts there will be.
  std::string error;   ///< Why it ended early.
};

/// What a source knows of the text that it can survey.
struct SurveyRequest {
  std::shared_ptr<const Tokenizer> tokenizer;  ///< Null: for the reason below.
  std::string why_no_tokenizer;
  Config config;
  bool recorded = false;                      ///< Whether `config` is that of the run.
  std::vector<uint32_t> counts;               ///< As RunInfo::counts.
  std::vector<std::vector<int32_t>> watched;  ///< To be surveyed where the held-out text cannot be had.
};

struct SurveyTexts {
  std::string what, note;  ///< As in Survey.
  std::vector<std::vector<int32_t>> texts;
};
/// About 8192 tokens of the held-out text in texts as long as the model can see, spread evenly; or the watched texts.
/// Reads and encodes the whole corpus, which may take seconds. Throws InputError where there is no text at all.
SurveyTexts texts_of(const SurveyRequest& request);

/// The watched texts of the snapshots, each as its newest snapshot has it: what a recording alone can tell.
Survey survey_of_snapshots(const std::vector<Snapshot>& snapshots);
/// The different texts that they watched, the newest last.
std::vector<std::vector<int32_t>> watched_texts(const std::vector<Snapshot>& snapshots);

}  // namespace tinymor
