#pragma once
// A text's way through the model, told as a list of events: the tokens wait, pass the first layer, enter the shared
// block, are judged at the gate, come back or leave, and in the end guess what follows. What the machine looks like
// after an event is a function of the event's number alone, so that the story can be scrubbed, drawn and tested.

#include <utility>
#include <vector>

#include "visualizer/views/text_view.h"

namespace tinymor {

/// Layers that every token inside takes together.
struct MachineBox {
  int first_set = 0;  ///< The set of weights of its first layer, from 0.
  int layers = 1;     ///< Effective layers of one run.
  int times = 1;      ///< How often it is run.
};

/// The model as boxes in the order in which they are first run.
struct LoopMachine {
  std::vector<MachineBox> boxes;
  int block = -1;       ///< The box from whose end an arrow leads back to its beginning; -1: the boxes are a line.
  bool gate = false;    ///< Whether a router decides, at the end of that box, who goes back.
  bool stages = false;  ///< Whether that box has other weights each time: a line of stages that may end early.

  bool loops() const { return block >= 0; }
};
LoopMachine machine_of(const Geometry& geometry);

struct LoopEvent {
  enum Kind {
    wait,   ///< No token has been computed.
    run,    ///< Tokens are inside `box`, for the `pass`-th time.
    judge,  ///< The router decides who takes pass `pass`.
    guess   ///< All layers are done.
  } kind = wait;
  int box = -1;
  int pass = 0;         ///< From 1.
  int layers_done = 0;  ///< Effective layers up to the end of this event.
};

enum class Place { queue, box, gate, exit, done };

/// One token after an event.
struct TokenPlace {
  Place place = Place::queue;
  int passes = 0;        ///< Through the block; where the machine is a line: 0.
  bool goes_on = false;  ///< At the gate: the router takes it.
  bool operator==(const TokenPlace&) const = default;
};

class LoopStory {
 public:
  LoopStory() = default;
  /// The story of the tokens [from, to) of a text; its cache and its scores are those of the whole text. Passes that
  /// none of them takes are left out.
  LoopStory(const TextView& text, const Geometry& geometry, int from, int to);

  const LoopMachine& machine() const { return machine_; }
  int from() const { return from_; }
  int to() const { return to_; }
  int tokens() const { return to_ - from_; }
  /// At least 1, also without tokens.
  int events() const { return int(events_.size()); }
  /// Of an event beyond the last one: the last.
  const LoopEvent& event(int number) const;

  /// Where the token (a position of the text) is after an event.
  TokenPlace standing(const TextView& text, int token, int number) const;
  /// How many tokens of the story are inside the box of an event.
  int inside(const TextView& text, int number) const;
  /// Tokens times passes through the block, or times layers where the machine is a line, up to an event; and what it
  /// would be in the end if no token ever left.
  int work(const TextView& text, int number) const;
  int most_work() const;
  /// The share of a row's layers that have stored what they compute by the end of an event.
  double stored(const CacheRow& row, int number) const;

 private:
  LoopMachine machine_;
  std::vector<LoopEvent> events_ = {{}};
  int from_ = 0, to_ = 0;
};

/// A sentence of the text as its first token and its end: the one that contains a token, and at most `longest_sentence`
/// tokens of it; or the first one that is long enough to tell a story.
inline constexpr int longest_sentence = 32;
std::pair<int, int> sentence_around(const TextView& text, int token);
std::pair<int, int> first_sentence(const TextView& text);

}  // namespace tinymor
