#pragma once
// All that a person can change about the window, and what all panels show because of it. Panels read the source, change
// this state, and leave wishes that the app carries to the source after the frame.

#include <algorithm>
#include <climits>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/runs/axis.h"
#include "visualizer/runs/source.h"
#include "visualizer/state/lesson.h"
#include "visualizer/state/notes.h"
#include "visualizer/state/playback.h"
#include "visualizer/views/lens_view.h"
#include "visualizer/views/text_view.h"

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

/// What the strip's tint says of a token: its depth, its loss, or how its depth has changed since the snapshot before.
enum class Tint { depth, loss, change };

/// How the columns of the grid are sorted: by position, or with the largest depth or loss first.
enum class ColumnSort { position, depth, loss };

/// What the panel of tokens shows.
enum class TokensView { probe, vocabulary, own };

/// What the app is to do with the source after the frame.
struct Wish {
  enum Kind {
    pause,
    resume,
    stop,
    generate,
    go_on,
    step,
    clear,
    write,
    keep,
    choose,
    stop_generating,
    swap,
    record,
    train_step,
    watch,
    watch_batches,
    watch_held_out,
    note,
    open,
    train,
    race
  } kind;
  int value = 0;          ///< write, keep: so many tokens; choose: the id of the next one; train, race: steps.
  std::string text = {};  ///< note: at the step that is shown; open: a path; train, race: the data.
};

/// The part of a text that pictures with a column for every token show. It belongs to that text.
struct TextZoom : Zoom {
  std::vector<int32_t> text;  ///< The ids that it is a part of; empty: of the next one that is shown.

  /// Goes on with what is shown now: when the text has grown, or was taken back, the same tokens are seen, or the
  /// newest ones where those were in view; another text is seen whole.
  void follow(const std::vector<int32_t>& ids);
};

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

/// The texts of the snapshot that is shown, and the text being generated, ready to draw.
struct Shown {
  int index = -1;   ///< Of the snapshot of the text; -1: there is none yet.
  int images = -1;  ///< Of the snapshot of images, likewise; what it holds fits together.
  int64_t step = 0;
  TextView training, causal, generated;
  LensView lens;
  std::vector<std::string> likely;  ///< [T] the likeliest next tokens by the causal rule, in words; may be empty.

  /// Brings the views up to date, of the generated text so many tokens; cheap when nothing changed.
  void update(const Source& source, int snapshot, int tokens = INT_MAX);
  const TextView& text(Subject subject, RuleView rule) const;
  bool any() const { return index >= 0 || images >= 0; }

 private:
  // Step, text and capped recursions of the snapshot that the views were made of: a run's last weights may see several
  // texts, and more of one than was recorded.
  using Key = std::tuple<int64_t, std::vector<int32_t>, size_t>;
  std::optional<Key> made_of_;
  uint64_t generation_version_ = 0;
  int generated_tokens_ = 0;
};

/// What stands beside the run in the compare panel.
struct Comparison {
  std::vector<Source*> rivals = {};  ///< Other runs, whose curves are drawn too.
  Source* other = nullptr;           ///< The one of them that is compared with; null: the same run at another step.
  Shown shown;
  Playback playback;
  bool linked = true;           ///< Another run stands where this one stands on the axis of the curves.
  std::string panel = "strip";  ///< What is drawn of both.
  TextZoom columns;             ///< Of its text, where that is another one.

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

struct AppState {
  RuleView rule = RuleView::causal;
  Playback playback;  ///< Of the run's snapshots.
  Playback writing;   ///< Of the times of the generated text, Generation::lengths().
  Timeline timeline;
  Shown shown;

  std::optional<TokenRef> hovered;  ///< As of the last frame.
  std::optional<TokenRef> pinned;
  std::optional<TokenRef> hovering;  ///< Set by the panels during a frame.
  /// First and last token of a part of the probe that was marked by dragging over it; with it nothing is pinned.
  std::optional<std::pair<int, int>> span;

  bool rest_on_plateau = false;  ///< A live run pauses where its held-out loss falls no more, ...
  bool rest_on_battery = false;  ///< ... and where the machine leaves its mains.
  float lr_factor = 1;           ///< Times the learning rates of the schedule.
  GenerateRequest request;
  Comparison compare;
  bool mark_compared = false;  ///< The other step of the same run has a mark on the curves and the time line.
  /// What the lens changes in the routing, all but the text; made anew whenever it is another one.
  Experiment what_if, tried;
  int64_t tried_at = 0;    ///< The newest snapshot's step when it was tried.
  bool everybody = false;  ///< The depth of all tokens is forced, not of the pinned one.
  /// The same by the rule that is shown and of the pinned token; while there is none, no depth is forced.
  Experiment wanted() const {
    Experiment e = what_if;
    e.training_rule = rule == RuleView::training;
    e.token = pinned && pinned->subject == Subject::probe && !everybody ? pinned->token : -1;
    if (e.token < 0 && !everybody) e.depth = 0;
    return e;
  }
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
  TextZoom columns, written;  ///< Of the probe, and of the generated text.
  TextZoom& columns_of(Subject subject) { return subject == Subject::probe ? columns : written; }
  bool shift_depth = false;   ///< Tint the token that was predicted instead of the one at which depth was spent.
  bool paper_colors = false;  ///< The grid as the paper prints it: dark where computed.
  CurveAxis curve_axis = CurveAxis::steps;
  bool log_loss = false;
  bool log_scores = true;  ///< Brightness of the score strips by the logarithm of the count.
  bool one_scale = false;  ///< One scale for all steps of a strip, not one for each.
  bool smooth_loss = true;
  PlotView curves;  ///< Of all curves of the run.

  float zoom = 1;      ///< 0.5 to 3.
  int zoom_steps = 0;  ///< Asked for by a button: +1 or -1.
  bool help = false;
  OpenState open;
  bool awaits_text = false;          ///< A dialog has appeared whose text field has not got the keyboard yet.
  std::vector<ImWchar> typed_ahead;  ///< What was typed for it meanwhile.
  bool entered_ahead = false;        ///< Enter was pressed behind that.
  std::pair<std::string, std::string> scene_asked;  ///< Name and text of a scene that the next frame begins with.
  std::deque<TimedLine> script;                     ///< Of the scene that is played.
  double script_seconds = 0;                        ///< Since it began.
  bool recording_asked = false;                     ///< The session is to be written down, or no longer.
  std::set<std::string> hidden;                     ///< Controls that a scene has put away.
  std::vector<Lesson> lessons;
  Tutor tutor;
  float docked = 0;     ///< Height of the bands above the bottom bar, as of the last frame.
  bool at_gap = false;  ///< The keyboard is at a gap between panels: Left and Right move that.
  /// How far the gaps between panels were moved, by page and number of its gaps, as split() takes it.
  std::map<std::string, std::vector<float>> splits;
  std::string show;       ///< A panel whose page is to be turned to.
  std::string page;       ///< Of the workspace; empty: the first.
  std::string maximised;  ///< Name of the panel that fills the window; empty: none.
  bool bare = false;      ///< Only panels: no bars around them (for pictures).
  std::string panel_under_mouse;
  std::string exporting;       ///< Panel that is to be saved with the next frame.
  std::string message;         ///< What was just done, for a few seconds in the status line.
  double message_seconds = 0;  ///< How long it still stands.
  std::vector<Wish> wishes;

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
  void count_by(Clock clock) {
    timeline.clock = clock;
    timeline.zoom = {};
    timeline.loop_from.reset();
    if (clock == Clock::text)
      cache_subject = Subject::generated;
    else
      writing = {};
  }
  int thinnings = 0;  ///< Of the source's history, as of the last frame.
  /// What the time line moves, and how many places it may take.
  Playback& clocked() { return timeline.clock == Clock::text ? writing : playback; }
  const Playback& clocked() const { return const_cast<AppState*>(this)->clocked(); }
  int places(const Source& source) const {
    return timeline.clock == Clock::text ? int(source.generation().lengths().size())
                                         : source.history().snapshot_count();
  }
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
  void toggle_pin(TokenRef token) {
    span.reset();
    if (pinned == token)
      pinned.reset();
    else
      pinned = token;
  }
};

/// What B is a step of.
const Source& compared_with(const Source& source, const Comparison& comparison);
/// Puts B to the place on the axis of the curves: of another run, or another step of the same one. It stays there.
void mark_compared(const Source& source, AppState& state, double place);

}  // namespace tinymor
