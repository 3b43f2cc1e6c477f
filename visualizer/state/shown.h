#pragma once
// What all panels show: the views of one snapshot's text and of the text being generated, and which token of which text
// is meant.

#include <climits>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "visualizer/draw/plot_math.h"
#include "visualizer/runs/source.h"
#include "visualizer/views/lens_view.h"
#include "visualizer/views/text_view.h"

namespace tinymor {

/// Which routing the panels show: the training rule (top-k over the whole text), the causal rule (each token by its own
/// score, as in generation), or where these two differ.
enum class RuleView { training, causal, difference };
const char* rule_name(RuleView rule);
/// " · causal rule" after what a caption says; empty where no router ranks the tokens of a text, so that there are no
/// two rules.
std::string and_rule(const Source& source, RuleView rule);

enum class Subject { watched, generated };
struct TokenRef {
  Subject subject = Subject::watched;
  int token = 0;
  bool operator==(const TokenRef&) const = default;
};

/// The part of a text that is visible in pictures with a column for every token. It belongs to that text.
struct TextZoom : Zoom {
  std::vector<int32_t> text;  ///< The ids of the whole text; empty: it belongs to the next text that is shown.

  /// Adapts to the text that is shown now. When it has grown or shrunk, the same tokens stay visible, or the newest
  /// ones if they were visible before. All of another text is visible.
  void follow(const std::vector<int32_t>& ids);
};

/// The calls of a server that are visible.
struct CallZoom : Zoom {
  int calls = 0;  ///< All of them; 0: not known yet.

  /// Adapts to how many there are now. Of many, the newest are visible at first.
  void follow(int now);
};

/// The texts of the snapshot that is shown, and the text being generated, ready to draw.
struct Shown {
  int index = -1;   ///< Of the snapshot of the text; -1: none yet.
  int images = -1;  ///< Of the snapshot of images; -1: none yet. Its parts are consistent.
  int64_t step = 0;
  TextView training, causal, generated;
  LensView lens;
  std::vector<std::string> likely;  ///< [T] the likeliest next tokens by the causal rule, as text; may be empty.

  /// Brings the views up to date, with the first `tokens` of the generated text; cheap when nothing changed.
  void update(const Source& source, int snapshot, int tokens = INT_MAX);
  const TextView& text(Subject subject, RuleView rule) const;
  bool any() const { return index >= 0 || images >= 0; }
  bool of_images() const { return index < 0 && images >= 0; }

 private:
  // Step, text and capped recursions of the snapshot that the views were made of: a run's last weights may see several
  // texts, and more of one than was recorded.
  using Key = std::tuple<int64_t, std::vector<int32_t>, size_t>;
  std::optional<Key> made_of_;
  uint64_t generation_version_ = 0;
  int generated_tokens_ = 0;
};

}  // namespace tinymor
