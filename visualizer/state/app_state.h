#pragma once
// All that a person can change about the window, and what all panels show because of it. Panels read the source, change
// this state, and leave wishes that the app carries to the source after the frame. Its parts live for different times:
// settings as long as the window, RunState as long as a run is shown, FrameState from one frame to the next.

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/draw/glossary.h"
#include "visualizer/draw/memo.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/runs/sketch.h"
#include "visualizer/state/comparison.h"
#include "visualizer/state/lesson.h"
#include "visualizer/state/notes.h"
#include "visualizer/state/story_play.h"
#include "visualizer/state/train_request.h"
#include "visualizer/state/wish.h"
#include "visualizer/views/depth_groups.h"

namespace tinymor {

/// What a token's tint in the strip means: its depth, its loss, how its depth changed since the previous snapshot, or
/// the expert that it chose.
enum class Tint { depth, loss, change, expert };

/// How the columns of the grid are sorted: by position, or with the largest depth or loss first.
enum class ColumnSort { position, depth, loss };

/// What the panel of tokens shows.
enum class TokensView { watched, vocabulary, own };

/// What the panel of depths shows where there is no room for all of it.
enum class DepthPart { groups, misjudged, cut_offs, training };

/// How the survey of depths is drawn.
struct DepthSettings {
  DepthPart part = DepthPart::groups;
  GroupBy by = GroupBy::kind;
  DepthOrder order = usual_order(GroupBy::kind);
  bool flops = false;    ///< The cut-offs over FLOPs instead of layers.
  bool of_next = false;  ///< Groups are those of the token that was predicted.
};

/// A person's way through a survey.
struct SurveyState {
  bool asked = false;                          ///< One was asked for, or ended.
  std::string group;                           ///< The group whose examples are listed; empty: the first one.
  std::optional<std::pair<int, int>> example;  ///< Text and position that are shown in full.
  PlotView training;                           ///< Of depth over the run.
};

/// What the time line counts: steps or seconds of the run, or the tokens of the generated text.
enum class Clock { steps, seconds, text };

struct LossCurve {
  std::vector<double> times, log_loss;
};

/// The part of the time line that is visible, and the notes on it.
struct Timeline {
  Clock clock = Clock::steps;
  Zoom zoom;
  double place = 0;              ///< Its position in the last frame, by its clock: what moves stays in view.
  std::optional<int> loop_from;  ///< The beginning of the range that is being marked.
  std::vector<Note> notes;
  Memo<std::pair<uint64_t, Clock>, LossCurve> loss;  ///< Behind it, for a version of the source and a clock.
  bool writing = false;                              ///< The dialog for a note at the step that is shown.
  std::string draft, problem = {};                   ///< The note, and why it could not be saved.
};

/// A line of a scene that is to be done later.
struct TimedLine {
  double seconds;
  std::string line;
};

/// The dialog that chooses what to look at: closed, or for a run to show, a run to put beside it, a text to watch, or
/// which of the runs are drawn.
enum class Dialog { none, open, beside, text, runs };

/// A bundled run that one press opens.
struct BundledRun {
  std::string name, path;
};

struct OpenState {
  Dialog dialog = Dialog::none;
  std::string path, message;
  bool focus = false;                    ///< The keyboard goes to the path next.
  bool of_training = false;              ///< The message is about a run to train.
  std::vector<std::string> found;        ///< Runs near the program.
  std::vector<std::string> recent = {};  ///< What was opened last, the newest first.
  TrainRequest request;
  std::vector<BundledRun> presets = {};
};

/// A number of the inspector, whose source glows in the other panels while it is pointed at.
struct Glow {
  enum Kind { depth, score, bar, change, guess } kind = depth;
  int token = 0;      ///< Of the watched text.
  int recursion = 0;  ///< From 1; 0: all of them.
  bool operator==(const Glow&) const = default;
};

/// A patch of an image of the snapshot that is shown.
struct PatchRef {
  int image = 0, patch = 0;
};

struct Settings {
  RuleView rule = RuleView::causal;
  bool rest_on_plateau = false;          ///< A live run pauses when its held-out loss no longer falls, ...
  bool rest_on_battery = false;          ///< ... and when the machine runs on battery.
  GenerateRequest request{{.pace = 6}};  ///< Slow enough to be read along.
  Experiment what_if;                    ///< What the lens changes in the routing; without the text.
  bool everybody = false;                ///< The lens forces the depth of all tokens, not of the pinned one.
  std::string compared_panel = "strip";  ///< The panel that is drawn twice in the compare panel.

  Subject cache_subject = Subject::watched;
  int cache_strategy = 0;   ///< Of the cache that is drawn, as KvStrategy + 1; 0: the run's own.
  int attention_layer = 0;  ///< Of the block, from 0; -1: the model's first layer; after the block: its last layer.
  int attention_row = 0, attention_head = 0;  ///< The map that is drawn large.
  bool attention_arcs = false;                ///< Over the text, instead of maps.
  int sharing_scheme = 0;                     ///< Of the sharing diagram, as Sharing; 0: the run's own.
  int sharing_passes = 0;                     ///< Passes through its shared block, minus 1; 0: the run's own.
  std::string expression = "x = 2; w = 0.5; b = -0.4\ny = tanh(w*x + b)";  ///< Of the autograd explorer.
  int autograd_step = 0;       ///< Steps taken there, forward and then backward.
  std::string autograd_value;  ///< The value whose gradient is explained; empty: the one that is used most often.
  int serving_groups = 0;      ///< Of a server's slots, which move in lock step; 0: as many as slots.
  int patches_image = -1;      ///< The image that is drawn large; -1: none.
  TokensView tokens_view = TokensView::watched;
  std::string token_search;  ///< Only tokens that contain it are listed.
  std::string own_text = "Once upon a time";
  Sketch own_image;
  bool eraser = false;  ///< On the pad the pen removes ink.
  Tint tint = Tint::depth;
  int expert_layer = 0;  ///< Whose experts the strip shows.
  ColumnSort sort = ColumnSort::position;
  bool shift_depth = false;   ///< Tint the token that was predicted instead of the one at which depth was spent.
  bool paper_colors = false;  ///< The grid as the paper prints it: dark where computed.
  CurveAxis curve_axis = CurveAxis::steps;
  bool log_loss = false;
  bool log_scores = true;  ///< Brightness of the score strips by the logarithm of the count.
  bool one_scale = false;  ///< One scale for all steps of a strip instead of one for each.
  bool smooth_loss = true;

  DepthSettings depth;

  float zoom = 1;  ///< 0.5 to 3.
  Theme theme = Theme::dark;
  bool help = false;
  OpenState open;
  std::deque<TimedLine> script;  ///< Of the scene that is played.
  double script_seconds = 0;     ///< Since it began.
  std::set<std::string> hidden;  ///< Controls that a scene has hidden.
  std::vector<Lesson> lessons;
  std::set<std::string> lessons_done;  ///< The names of those whose cards were all done, once.
  /// Whether the page in a browser keeps its preferences (preferences.h); nothing for a window, which always does.
  std::optional<bool> remembers = {};
  std::vector<Term> glossary;
  Tutor tutor;
  /// How far the gaps between panels were moved, by page and number of its gaps, as split() takes it.
  std::map<std::string, std::vector<float>> splits;
  std::string show;       ///< A panel whose page is shown next.
  std::string page;       ///< Of the workspace; empty: the first.
  std::string maximised;  ///< Name of the panel that fills the window; empty: none.
  bool bare = false;      ///< Only panels: no bars around them (for pictures).
  bool plain = false;     ///< Panels without buttons, for those who do not know the window.
};

struct RunState {
  Playback playback;  ///< Of the run's snapshots.
  Playback writing;   ///< Of the times of the generated text, Generation::lengths().
  Timeline timeline;
  Shown shown;
  StoryPlay story;
  int thinnings = 0;  ///< Of the source's history, as of the last frame.
  Comparison compare;
  bool mark_compared = false;  ///< The other step of the same run has a mark on the curves and the time line.
  PlotView curves;             ///< Of all curves of the run.

  std::optional<TokenRef> hovered;        ///< As of the last frame.
  std::optional<PatchRef> hovered_patch;  ///< Likewise.
  std::optional<Glow> glow;               ///< Likewise.
  std::optional<TokenRef> pinned;  ///< In a run on images a watched token is a patch of the image that is told of.
  /// First and last token of the part of the watched text that is marked; no token is pinned at the same time.
  std::optional<std::pair<int, int>> span;
  TextZoom columns, written;  ///< Of the watched text, and of the generated text.
  CallZoom calls;             ///< Of a server.
  int served_text = -1;       ///< The text of a server that is pinned; -1: none.

  SurveyState survey;

  float lr_factor = 1;          ///< Times the learning rates of the schedule.
  Experiment tried;             ///< The newest experiment that the lens asked for.
  int64_t tried_at = 0;         ///< The step of the newest snapshot at that time.
  std::optional<Sketch> given;  ///< The drawing that the run looked at last, ...
  int64_t given_at = 0;         ///< ... and the step of its newest images then.
  std::vector<Wish> wishes;
  std::vector<Wish> waiting;  ///< Until the text of the wishes before them is written.
};

struct FrameState {
  std::optional<TokenRef> hovering;        ///< Set by the panels during a frame.
  std::optional<PatchRef> hovering_patch;  ///< Likewise.
  std::optional<Glow> glowing;             ///< Set by the inspector during a frame.
  bool awaits_text = false;                ///< A dialog has appeared; its text field does not have the keyboard yet.
  std::vector<ImWchar> typed_ahead;        ///< What was typed for it in the meantime.
  bool entered_ahead = false;              ///< Enter was pressed after that.
  std::pair<std::string, std::string> scene_asked;  ///< Name and text of a scene that the next frame begins with.
  bool session_asked = false;                       ///< To begin or to end the recording of the session.
  bool link_asked = false;                          ///< To copy an address that opens what is seen.
  float docked = 0;                                 ///< Height of the bands above the bottom bar, as of the last frame.
  float gap_dragged_from = 0;                       ///< Where the gap that is being dragged was before.
  bool at_gap = false;  ///< The keyboard is at a gap between panels, a slider or a pad: Left and Right move that.
  bool at_pad = false;  ///< At a pad, which has Space, too.
  std::string panel_under_mouse, panel_at_keyboard;  ///< As of the last frame; empty: none.
  std::string exporting;                             ///< The panel to save with the next frame.
  std::string message;                               ///< What was just done, in the status line for a few seconds.
  double message_seconds = 0;                        ///< How much longer it is shown.
  std::string refused;  ///< Why a wish or a line of a scene was not done, the newest; empty: all were.
};

struct AppState : Settings, RunState, FrameState {
  TextZoom& columns_of(Subject subject) { return subject == Subject::watched ? columns : written; }
  /// What the lens changes, with the rule that is shown and the pinned token. Without a token no depth is forced.
  Experiment wanted() const;
  /// The image that is told of, of those of the snapshot that is shown, and its number; null where there is none.
  const SeenImage* told_image(const Source& source) const;
  int told_image_number(const Source& source) const;
  /// The token all panels point at.
  std::optional<TokenRef> selected() const { return hovered ? hovered : pinned; }
  std::optional<int> selected(Subject subject) const {
    const auto token = selected();
    return token && token->subject == subject ? std::optional(token->token) : std::nullopt;
  }
  /// The window without what is docked in it: what fits depends on it.
  ImVec2 room() const {
    const ImVec2 window = ImGui::GetIO().DisplaySize;
    return {window.x, window.y - docked};
  }
  /// Sets what the time line counts. Unless it counts the generated text, all of that text is shown.
  void count_by(Clock clock);
  /// The playback that the time line moves, and its number of places.
  Playback& clocked() { return timeline.clock == Clock::text ? writing : playback; }
  const Playback& clocked() const { return const_cast<AppState*>(this)->clocked(); }
  int places(const Source& source) const;
  /// Finds the snapshots that are shown again after a thinning of the history.
  void renumber(const RunHistory& history);
  /// Plays on for `seconds`, and makes the views of what is shown then.
  void bring_up_to_date(const Source& source, double seconds = 0);
  bool points_at(Subject subject, int token) const { return selected() == TokenRef{subject, token}; }
  /// Whether a dialog is open, which has the keys.
  bool modal() const { return help || tutor.choosing || timeline.writing || open.dialog != Dialog::none; }
  /// Puts a line into the status line for a few seconds.
  void say(std::string line) {
    message = std::move(line);
    message_seconds = 6;
  }
  void refuse(const std::string& why) {
    refused = why;
    say(why);
  }
  void mark(std::pair<int, int> ends) {
    span = std::minmax(ends.first, ends.second);
    pinned.reset();
  }
  bool marks(int token) const { return span && token >= span->first && token <= span->second; }
  void toggle_pin(TokenRef token);
};

}  // namespace tinymor
