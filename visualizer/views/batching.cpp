#include "visualizer/views/batching.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "mor/counts.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

/// Of the pieces of a prompt, the first ones of a request.
size_t prompt_pieces(const ServedRequest& request) {
  const auto drawn = std::find_if(request.pieces.begin(), request.pieces.end(), [](const auto& p) { return !p.fed; });
  return size_t(drawn - request.pieces.begin());
}

/// A request's place, and how far it is.
struct Running {
  int request = -1;  // none: the slot is free
  const std::vector<ServedPiece>* pieces = nullptr;
  size_t piece = 0;
  size_t recursion = 0;
  bool inside = false;
  int64_t cached = 0;  // bytes of the pieces before
};

class Simulation {
 public:
  Simulation(const std::vector<ServedRequest>& requests, int32_t slots, int32_t groups, const Geometry& geometry)
      : requests_(requests), groups_(groups), slots_(size_t(slots)) {
    for (int depth = 0; geometry.layer_count() > 0 && depth <= geometry.recursions; ++depth)
      bytes_.push_back(kv_bytes_of_token(geometry.model, depth));
    order_.resize(requests.size());
    std::iota(order_.begin(), order_.end(), 0);
    const auto earlier = [&](int a, int b) { return requests[size_t(a)].arrival < requests[size_t(b)].arrival; };
    std::stable_sort(order_.begin(), order_.end(), earlier);
  }

  std::vector<ServedCall> run() {
    std::vector<ServedCall> calls;
    for (int64_t now = 0;; ++now) {
      leave();
      enter(now);
      if (all_wait()) {
        if (came_ == order_.size()) return calls;
        now = next().arrival;
        enter(now);
      }
      calls.push_back(call(int64_t(calls.size())));
    }
  }

 private:
  static const ServedPiece& piece_of(const Running& r) { return (*r.pieces)[r.piece]; }
  static bool is_done(const Running& r) { return r.request >= 0 && r.piece == r.pieces->size(); }
  const ServedRequest& next() const { return requests_[size_t(order_[came_])]; }
  bool all_wait() const {
    return std::none_of(slots_.begin(), slots_.end(), [](const Running& r) { return r.inside; });
  }

  /// Tokens that have taken all their recursions wait for the others of their group.
  void leave() {
    for (Running& r : slots_) {
      if (!r.inside || ++r.recursion < piece_of(r).inside.size()) continue;
      r.inside = false;
      r.cached += bytes(piece_of(r), r.recursion);
      ++r.piece;
    }
  }

  /// The groups that nobody is inside of take in their next tokens, and those who wait where a text is done.
  void enter(int64_t now) {
    for (; came_ < order_.size() && next().arrival <= now; ++came_) queue_.insert(order_[came_]);
    const size_t count = slots_.size();
    for (size_t g = 0; g < size_t(groups_); ++g) {
      const auto begin = slots_.begin() + ptrdiff_t(g * count / size_t(groups_)),
                 end = slots_.begin() + ptrdiff_t((g + 1) * count / size_t(groups_));
      if (std::any_of(begin, end, [](const Running& r) { return r.inside; })) continue;
      for (auto r = begin; r != end; ++r)
        if (is_done(*r)) *r = {};
      for (auto r = begin; r != end; ++r) {
        if (r->request < 0) take_next(*r);
        r->inside = r->request >= 0;
        r->recursion = 0;
      }
    }
  }

  /// Gives a slot to the first of those who wait whose prompt is not on its way in another slot.
  void take_next(Running& r) {
    for (auto at = queue_.begin(); at != queue_.end(); ++at) {
      const ServedRequest& request = requests_[size_t(*at)];
      const auto twin = std::find_if(slots_.begin(), slots_.end(), [&](const Running& other) {
        return other.request >= 0 && other.request == request.like && !is_done(other);
      });
      const int32_t shared = request.pieces.front().first;
      const int32_t fed = twin == slots_.end() || twin->piece == 0 ? 0 : (*twin->pieces)[twin->piece - 1].end();
      if (twin != slots_.end() && fed < shared) continue;
      r.request = *at;
      r.pieces = request.like < 0 || twin != slots_.end() ? &request.pieces : &with_prompt(*at);
      if (twin != slots_.end()) r.cached = prompt_bytes(request);
      queue_.erase(at);
      return;
    }
  }

  /// Its pieces where it feeds the prompt, the last token of which is in its first piece, itself.
  const std::vector<ServedPiece>& with_prompt(int number) {
    const ServedRequest &request = requests_[size_t(number)], &twin = requests_[size_t(request.like)];
    std::vector<ServedPiece>& pieces = with_prompts_[number];
    pieces.assign(twin.pieces.begin(), twin.pieces.begin() + ptrdiff_t(prompt_pieces(twin)));
    pieces.insert(pieces.end(), request.pieces.begin() + 1, request.pieces.end());
    return pieces;
  }

  /// Of the part of its prompt that it shares.
  int64_t prompt_bytes(const ServedRequest& request) const {
    const ServedRequest& twin = requests_[size_t(request.like)];
    int64_t sum = -bytes(request.pieces.front(), request.pieces.front().inside.size());
    for (size_t i = 0; i < prompt_pieces(twin); ++i) sum += bytes(twin.pieces[i], twin.pieces[i].inside.size());
    return sum;
  }

  /// Of a piece's keys and values once `recursions` were run.
  int64_t bytes(const ServedPiece& piece, size_t recursions) const {
    if (bytes_.empty()) return 0;
    const auto taking = [&](size_t r) {
      return int64_t(r == 0 ? piece.ids.size() : r <= recursions ? size_t(piece.inside[r - 1]) : 0);
    };
    int64_t sum = 0;
    for (size_t depth = 0; depth <= recursions; ++depth)
      sum += (taking(depth) - taking(depth + 1)) * bytes_[std::min(depth, bytes_.size() - 1)];
    return sum;
  }

  ServedCall call(int64_t step) const {
    ServedCall call{.step = step, .slots = int32_t(slots_.size())};
    for (size_t s = 0; s < slots_.size(); ++s) {
      const Running& r = slots_[s];
      if (r.request < 0) continue;
      ServedSeat seat{.slot = int32_t(s), .text = r.request};
      call.cache_bytes += r.cached;
      if (r.inside) {
        const ServedPiece& piece = piece_of(r);
        seat.first = piece.first;
        seat.tokens = int32_t(piece.ids.size());
        seat.recursion = int32_t(r.recursion);
        seat.inside = piece.inside[r.recursion];
        seat.fed = piece.fed;
        if (r.recursion == 0) seat.ids = piece.ids;
        call.cache_bytes += bytes(piece, r.recursion + 1);
      }
      call.seats.push_back(std::move(seat));
    }
    call.queue.assign(queue_.begin(), queue_.end());
    return call;
  }

  const std::vector<ServedRequest>& requests_;
  int32_t groups_;
  std::vector<Running> slots_;
  std::vector<int64_t> bytes_;  // of a token's keys and values, by its depth
  std::vector<int> order_;      // the requests as they come
  size_t came_ = 0;
  std::set<int> queue_;                                   // the first that was asked for comes first
  std::map<int, std::vector<ServedPiece>> with_prompts_;  // of the requests that had to feed a shared prompt themselves
};

/// The tokens `at`.. of a text, as a piece of their own.
ServedPiece piece_from(std::span<const int> depths, std::span<const int32_t> ids, int first, bool fed) {
  ServedPiece piece{.first = first, .ids = {ids.begin(), ids.end()}, .fed = fed};
  const int deepest = *std::max_element(depths.begin(), depths.end());
  for (int r = 0; r < std::max(1, deepest); ++r)
    piece.inside.push_back(int32_t(std::count_if(depths.begin(), depths.end(), [&](int d) { return d > r; })));
  return piece;
}

/// The request whose prompt one shares that does not begin at its first token; -1: none.
int prompt_shared_with(const std::vector<ServedRequest>& requests, size_t number) {
  const ServedPiece& first = requests[number].pieces.front();
  for (int i = int(number) - 1; first.first > 0 && first.fed && i >= 0; --i) {
    const ServedRequest& earlier = requests[size_t(i)];
    const size_t fed = prompt_pieces(earlier);
    if (fed > 0 && earlier.pieces[0].first == 0 && earlier.pieces[fed - 1].end() == first.end()) return i;
  }
  return -1;
}

}  // namespace

std::vector<ServedRequest> requests_of(const std::vector<ServedCall>& calls) {
  std::map<int32_t, ServedRequest> requests;
  for (size_t call = 0; call < calls.size(); ++call) {
    for (const int32_t text : calls[call].queue) requests.try_emplace(text, ServedRequest{int64_t(call)});
    for (const ServedSeat& seat : calls[call].seats) {
      std::vector<ServedPiece>& pieces =
          requests.try_emplace(seat.text, ServedRequest{int64_t(call)}).first->second.pieces;
      if (seat.tokens == 0) continue;
      const int32_t done = pieces.empty() ? 0 : pieces.back().end();
      if (seat.recursion == 0 && seat.first + seat.tokens > done)
        pieces.push_back({.first = seat.first, .ids = seat.ids, .inside = {seat.inside}, .fed = seat.fed > 0});
      else if (!pieces.empty() && pieces.back().first == seat.first &&
               pieces.back().inside.size() == size_t(seat.recursion))
        pieces.back().inside.push_back(seat.inside);
    }
  }
  std::vector<ServedRequest> decoded;
  for (auto& [text, request] : requests)
    if (!request.pieces.empty()) decoded.push_back(std::move(request));
  for (size_t i = 0; i < decoded.size(); ++i) decoded[i].like = prompt_shared_with(decoded, i);
  return decoded;
}

std::vector<ServedRequest> requests_from(std::span<const int> depths, std::span<const int32_t> ids, int slots,
                                         uint64_t seed) {
  const int tokens = int(std::min(depths.size(), ids.size()));
  std::vector<ServedRequest> requests;
  if (tokens < 2) return requests;
  constexpr int shortest = 4, longest = 16, longest_prompt = 5, texts_of_a_slot = 3;
  Random random(seed, stream_of(Stream::data));
  const auto pick = [&](int low, int high) { return low + int(random.below(int64_t(std::max(low, high)) - low + 1)); };
  for (int i = 0; i < slots * texts_of_a_slot; ++i) {
    const int length = std::min(tokens, pick(shortest, longest)), from = pick(0, tokens - length);
    const int prompt = pick(1, std::min(longest_prompt, length - 1));
    // Half of the slots are taken at once, the others one after the other.
    ServedRequest request{.arrival = std::max(0, i - slots / 2) * 3 / 2, .from = from};
    for (int at = 0; at < length; at += request.pieces.back().ids.size()) {
      const size_t begin = size_t(from + at), count = at == 0 ? size_t(prompt) : 1;
      request.pieces.push_back(piece_from(depths.subspan(begin, count), ids.subspan(begin, count), at, at == 0));
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

std::vector<ServedCall> batched(const std::vector<ServedRequest>& requests, int32_t slots, int32_t groups,
                                const Geometry& geometry) {
  return Simulation(requests, slots, std::clamp(groups, 1, slots), geometry).run();
}

}  // namespace tinymor
