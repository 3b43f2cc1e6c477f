#pragma once
// All that a person can change about the window, and what all panels show because of it. Panels read the source, change
// this state, and leave wishes that the app carries to the source after the frame.

#include <optional>
#include <string>
#include <vector>

#include "visualizer/canvas.h"
#include "visualizer/lens_view.h"
#include "visualizer/playback.h"
#include "visualizer/source.h"
#include "visualizer/text_view.h"

namespace tinymor {

/// Which routing the panels show: the training rule (top-k over the whole text), the causal rule (each token by its own
/// score, as in generation), or where the two differ.
enum class RuleView { training, causal, difference };
const char* rule_name(RuleView rule);

enum class Subject { probe, generated };
struct TokenRef {
  Subject subject = Subject::probe;
  int token = 0;
  bool operator==(const TokenRef&) const = default;
};

/// What the curves are drawn over.
enum class CurveAxis { steps, tokens, flops, seconds };

enum class Wish { pause, resume, stop, generate, stop_generating };

/// A run that the window is to train.
struct TrainRequest {
  std::string data = "stories";
  int steps = 400;
};

/// The dialog that chooses what to look at.
struct OpenState {
  bool shown = false;
  std::string path, message;
  std::vector<std::string> found;  ///< Runs that lie near.
  TrainRequest request;
};

/// The texts of the snapshot that is shown, and the text being generated, ready to draw.
struct Shown {
  int index = -1;  ///< Of the snapshot; -1: there is none yet.
  int64_t step = 0;
  TextView training, causal, generated;
  LensView lens;

  /// Brings the views up to date; cheap when nothing changed.
  void update(const Source& source, int snapshot);
  const TextView& text(Subject subject, RuleView rule) const;

 private:
  uint64_t source_version_ = 0, generation_version_ = 0;
};

struct AppState {
  RuleView rule = RuleView::causal;
  Playback playback;
  Shown shown;

  std::optional<TokenRef> hovered;  ///< As of the last frame.
  std::optional<TokenRef> pinned;
  std::optional<TokenRef> hovering;  ///< Set by the panels during a frame.

  GenerateRequest request;
  Subject cache_subject = Subject::probe;
  int attention_layer = 0;  ///< Of the block, from 0; -1: the first layer of the model, beyond the block: the last.
  int attention_row = 0, attention_head = 0;  ///< The map that is drawn large.
  int sharing_scheme = 0;                     ///< Of the sharing diagram, as Sharing; 0: that of the run.
  std::string expression = "x = 2; w = 0.5; b = -0.4\ny = tanh(w*x + b)";  ///< Of the autograd explorer.
  int autograd_step = 0;      ///< Steps taken there, forward and then backward.
  bool shift_depth = false;   ///< Tint the token that was predicted instead of the one at which depth was spent.
  bool paper_colors = false;  ///< The grid as the paper prints it: dark where computed.
  CurveAxis curve_axis = CurveAxis::steps;
  bool log_loss = false;
  bool smooth_loss = true;

  float zoom = 1;      ///< 0.5 to 3.
  int zoom_steps = 0;  ///< Asked for by a button: +1 or -1.
  bool help = false;
  OpenState open;
  bool open_asked = false;  ///< By the button, or the key O.
  float docked = 0;         ///< Height of the bands above the bottom bar, as of the last frame.
  std::string page;         ///< Of the workspace; empty: the first.
  std::string maximised;    ///< Name of the panel that fills the window; empty: none.
  bool bare = false;        ///< Only panels: no bars around them (for pictures).
  std::string panel_under_mouse;
  std::string exporting;       ///< Panel that is to be saved with the next frame.
  std::string message;         ///< What was just done, for a few seconds in the status line.
  double message_seconds = 0;  ///< How long it still stands.
  std::vector<Wish> wishes;

  /// The token all panels point at.
  std::optional<TokenRef> selected() const { return hovered ? hovered : pinned; }
  /// The window less what is docked in it: what fits depends on it.
  ImVec2 room() const {
    const ImVec2 window = ImGui::GetIO().DisplaySize;
    return {window.x, window.y - docked};
  }
  bool points_at(Subject subject, int token) const { return selected() == TokenRef{subject, token}; }
  void toggle_pin(TokenRef token) {
    if (pinned == token)
      pinned.reset();
    else
      pinned = token;
  }
};

}  // namespace tinymor
