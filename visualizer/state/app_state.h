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
#include "visualizer/draw/plot_math.h"
#include "visualizer/runs/axis.h"
#include "visualizer/state/lesson.h"
#include "visualizer/state/notes.h"
#include "visualizer/state/playback.h"
#include "visualizer/state/shown.h"
#include "visualizer/state/wish.h"

namespace tinymor {

/// What the strip's tint says of a token: its depth, its loss, or how its depth has changed since the snapshot before.
enum class Tint { depth, loss, change };

/// How the columns of the grid are sorted: by position, or with the largest depth or loss first.
enum class ColumnSort { position, depth, loss };

/// What the panel of tokens shows.
enum class TokensView { probe, vocabulary, own };

/// What the time line counts: steps or seconds of the run, or the tokens of the generated text.
enum class Clock { steps, seconds, text };

/// The part of the time line that is seen, and what was written beside it.
struct Timeline {
  Clock clock = Clock::steps;
  Zoom zoom;
  double place = 0;              ///< Where it stood in the last frame, by its clock: what moves stays in view.
  std::optional<int> loop_from;  ///< Where a range begins that is being marked.
  std::vector<Note> notes;
  std::vector<double> times, log_loss;  ///< The curve behind it, of the source's version and that clock.
  std::pair<uint64_t, Clock> made_of{0, Clock::steps};
  bool writing = false;             ///< A note at the step that is shown.
  std::string draft, problem = {};  ///< The note, and why it could not be kept.
};

/// A line of a scene that is to be done later.
struct TimedLine {
  double seconds;
  std::string line;
};

/// A run that the window is to train.
struct TrainRequest {
  std::string data = "stories";
  int steps = 400;
  bool race = false;  ///< With its twins beside it, at equal FLOPs.
};

/// The dialog that chooses what to look at: not there, or for a run that is to be shown or to stand beside this one.
enum class Dialog { none, open, beside, text };

struct OpenState {
  Dialog dialog = Dialog::none;
  std::string path, message;
  bool focus = false;                    ///< The keyboard is to go to the path.
  bool of_training = false;              ///< The message is about what was to be trained.
  std::vector<std::string> found;        ///< Runs that lie near.
  std::vector<std::string> recent = {};  ///< What was opened last, the newest first.
  TrainRequest request;
};

/// What stands beside the run in the compare panel.
struct Comparison {
  std::vector<Source*> rivals = {};  ///< Other runs, whose curves are drawn too.
  Source* other = nullptr;           ///< The one of them that is compared with; null: the same run at another step.
  Shown shown;
  Playback playback;
  bool linked = true;  ///< Another run stands where this one stands on the axis of the curves.
  TextZoom columns;    ///< Of its text, where that is another one.

  /// Another run, or, with null, the same at another step.
  void compare_with(Source* run) {
    other = run;
    shown = {};
    playback = {};
  }
  /// Its place among them, from 1; 0: the same run.
  int number() const { return other ? int(std::find(rivals.begin(), rivals.end(), other) - rivals.begin()) + 1 : 0; }
  /// What one is led to from `other`: the first rival, the next, and after the last the same run again.
  Source* next() const {
    const auto after = size_t(number());
    return after < rivals.size() ? rivals[after] : nullptr;
  }
};

struct Settings {
  RuleView rule = RuleView::causal;
  bool rest_on_plateau = false;  ///< A live run pauses where its held-out loss falls no more, ...
  bool rest_on_battery = false;  ///< ... and where the machine leaves its mains.
  GenerateRequest request;
  Experiment what_if;                    ///< What the lens changes in the routing, all but the text.
  bool everybody = false;                ///< The depth of all tokens is forced, not of the pinned one.
  std::string compared_panel = "strip";  ///< What is drawn of both in the compare panel.

  Subject cache_subject = Subject::probe;
  int cache_strategy = 0;   ///< Of the cache that is drawn, as KvStrategy + 1; 0: that of the run.
  int attention_layer = 0;  ///< Of the block, from 0; -1: the first layer of the model, beyond the block: the last.
  int attention_row = 0, attention_head = 0;  ///< The map that is drawn large.
  int sharing_scheme = 0;                     ///< Of the sharing diagram, as Sharing; 0: that of the run.
  int sharing_passes = 0;                     ///< Passes through its shared block, less 1; 0: those of the run.
  std::string expression = "x = 2; w = 0.5; b = -0.4\ny = tanh(w*x + b)";  ///< Of the autograd explorer.
  int autograd_step = 0;   ///< Steps taken there, forward and then backward.
  int patches_image = -1;  ///< The image that is drawn large; -1: all are small.
  int patch = -1;          ///< The patch whose scores are shown while the mouse is elsewhere; -1: none.
  TokensView tokens_view = TokensView::probe;
  std::string token_search;  ///< Only tokens that contain it are listed.
  std::string own_text = "Once upon a time";
  Tint tint = Tint::depth;
  ColumnSort sort = ColumnSort::position;
  bool shift_depth = false;   ///< Tint the token that was predicted instead of the one at which depth was spent.
  bool paper_colors = false;  ///< The grid as the paper prints it: dark where computed.
  CurveAxis curve_axis = CurveAxis::steps;
  bool log_loss = false;
  bool log_scores = true;  ///< Brightness of the score strips by the logarithm of the count.
  bool one_scale = false;  ///< One scale for all steps of a strip, not one for each.
  bool smooth_loss = true;

  float zoom = 1;  ///< 0.5 to 3.
  bool help = false;
  OpenState open;
  std::deque<TimedLine> script;  ///< Of the scene that is played.
  double script_seconds = 0;     ///< Since it began.
  std::set<std::string> hidden;  ///< Controls that a scene has put away.
  std::vector<Lesson> lessons;
  Tutor tutor;
  /// How far the gaps between panels were moved, by page and number of its gaps, as split() takes it.
  std::map<std::string, std::vector<float>> splits;
  std::string show;       ///< A panel whose page is to be turned to.
  std::string page;       ///< Of the workspace; empty: the first.
  std::string maximised;  ///< Name of the panel that fills the window; empty: none.
  bool bare = false;      ///< Only panels: no bars around them (for pictures).
};

struct RunState {
  Playback playback;  ///< Of the run's snapshots.
  Playback writing;   ///< Of the times of the generated text, Generation::lengths().
  Timeline timeline;
  Shown shown;
  int thinnings = 0;  ///< Of the source's history, as of the last frame.
  Comparison compare;
  bool mark_compared = false;  ///< The other step of the same run has a mark on the curves and the time line.
  PlotView curves;             ///< Of all curves of the run.

  std::optional<TokenRef> hovered;  ///< As of the last frame.
  std::optional<TokenRef> pinned;
  /// First and last token of a part of the watched text that was marked by dragging over it; with it nothing is pinned.
  std::optional<std::pair<int, int>> span;
  TextZoom columns, written;  ///< Of the watched text, and of the generated text.

  float lr_factor = 1;   ///< Times the learning rates of the schedule.
  Experiment tried;      ///< The newest of the lens's experiments that was asked for.
  int64_t tried_at = 0;  ///< The newest snapshot's step then.
  std::vector<Wish> wishes;
};

struct FrameState {
  std::optional<TokenRef> hovering;  ///< Set by the panels during a frame.
  int zoom_steps = 0;                ///< Asked for by a button: +1 or -1.
  bool awaits_text = false;          ///< A dialog has appeared whose text field has not got the keyboard yet.
  std::vector<ImWchar> typed_ahead;  ///< What was typed for it meanwhile.
  bool entered_ahead = false;        ///< Enter was pressed behind that.
  std::pair<std::string, std::string> scene_asked;  ///< Name and text of a scene that the next frame begins with.
  bool recording_asked = false;                     ///< The session is to be written down, or no longer.
  float docked = 0;                                 ///< Height of the bands above the bottom bar, as of the last frame.
  bool at_gap = false;  ///< The keyboard is at a gap between panels: Left and Right move that.
  std::string panel_under_mouse;
  std::string exporting;       ///< Panel that is to be saved with the next frame.
  std::string message;         ///< What was just done, for a few seconds in the status line.
  double message_seconds = 0;  ///< How long it is still shown.
};

struct AppState : Settings, RunState, FrameState {
  TextZoom& columns_of(Subject subject) { return subject == Subject::probe ? columns : written; }
  /// What the lens changes by the rule that is shown and of the pinned token; while there is none, no depth is forced.
  Experiment wanted() const;
  /// The token all panels point at.
  std::optional<TokenRef> selected() const { return hovered ? hovered : pinned; }
  std::optional<int> selected(Subject subject) const {
    const auto token = selected();
    return token && token->subject == subject ? std::optional(token->token) : std::nullopt;
  }
  /// The window less what is docked in it: what fits depends on it.
  ImVec2 room() const {
    const ImVec2 window = ImGui::GetIO().DisplaySize;
    return {window.x, window.y - docked};
  }
  /// What the time line counts from now on. The generated text is seen whole where that is something else.
  void count_by(Clock clock);
  /// What the time line moves, and how many places it may take.
  Playback& clocked() { return timeline.clock == Clock::text ? writing : playback; }
  const Playback& clocked() const { return const_cast<AppState*>(this)->clocked(); }
  int places(const Source& source) const;
  /// Plays on for so many seconds, and makes the views of what is to be shown then.
  void bring_up_to_date(const Source& source, double seconds = 0);
  bool points_at(Subject subject, int token) const { return selected() == TokenRef{subject, token}; }
  /// Whether a dialog is there, which has the keys.
  bool modal() const { return help || tutor.choosing || timeline.writing || open.dialog != Dialog::none; }
  /// Puts a line into the status line for a few seconds.
  void say(std::string line) {
    message = std::move(line);
    message_seconds = 6;
  }
  void mark(std::pair<int, int> ends) {
    span = std::minmax(ends.first, ends.second);
    pinned.reset();
  }
  bool marks(int token) const { return span && token >= span->first && token <= span->second; }
  void toggle_pin(TokenRef token);
};

/// What B is a step of.
const Source& compared_with(const Source& source, const Comparison& comparison);
/// Puts B to the place on the axis of the curves: of another run, or another step of the same one. It stays there.
void mark_compared(const Source& source, AppState& state, double place);

}  // namespace tinymor
