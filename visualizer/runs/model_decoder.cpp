#include "visualizer/runs/model_decoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>

#include "datasets/corpus.h"
#include "mor/checkpoint.h"
#include "tensor/error.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/recording/snapshot.h"

namespace tinymor {
namespace {

/// What only a snapshot needs takes most of the room.
Trace without_candidates(Trace trace) {
  trace.likely = {};
  for (Prediction& exit : trace.exits) exit.likely = {};
  return trace;
}

/// Of the tokens that have a loss.
SweptText swept(const Trace& trace, int64_t recursions) {
  SweptText out{std::vector<int64_t>(size_t(recursions) + 1), 0};
  for (size_t t = 0; t < trace.nll.size(); ++t) {
    ++out.depths[size_t(trace.depth[t])];
    out.loss += trace.nll[t];
  }
  return out;
}

class ModelDecoder : public Decoder {
 public:
  explicit ModelDecoder(LoadedModel loaded)
      : loaded_(std::move(loaded)),
        generator_(std::in_place, *loaded_.model, SampleOptions{}),
        vocabulary_(std::make_shared<const std::vector<std::string>>(loaded_.tokenizer->pieces())) {}

  std::vector<GeneratedPiece> start(const GenerateRequest& request) override {
    const bool anew = request.kept.empty();
    const std::vector<int32_t> ids = anew ? loaded_.tokenizer->encode(plain_text(request.prompt)) : request.kept;
    check_input(!ids.empty(), "prompt: it holds no token (write a word)");
    const int64_t prompt = anew ? int64_t(ids.size()) : request.kept_prompt;
    use(request.weights);
    generator_->set_options(options(request), request.max_depth);
    std::vector<GeneratedPiece> pieces;
    for (const GeneratedToken& token : generator_->prompt(ids, int64_t(ids.size()) - prompt))
      pieces.push_back(piece_of(token, false));
    const int64_t front = int64_t(ids.size()) - int64_t(pieces.size());
    left_out_ = int(front);
    for (int64_t i = front; i < prompt; ++i) pieces[size_t(i - front)].prompt = true;
    return pieces;
  }

  int left_out() const override { return left_out_; }

  GeneratedPiece next(const Sampling& sampling) override {
    generator_->set_options(options(sampling), sampling.max_depth);
    return piece_of(generator_->next(), false);
  }

  bool ends_text(int32_t id) const override { return loaded_.ends_text(id); }

  ExperimentOutcome try_out(const Experiment& e) override {
    TraceOptions options;
    options.rule = e.training_rule && loaded_.config().routing == Routing::expert_choice
                       ? Rule::topk
                       : causal_rule(loaded_.config());
    ExperimentOutcome outcome;
    outcome.routed = trace(*loaded_.model, e.tokens, options);
    options.shift = {std::log(double(e.cut_off) / (1 - double(e.cut_off))), e.capacity, e.without - 1};
    outcome.changed = e.shifts() || e.without > 0 ? trace(*loaded_.model, e.tokens, options) : outcome.routed;
    std::vector<int32_t> depths = outcome.changed.depth;
    if (e.depth > 0) {
      for (size_t t = 0; t < depths.size(); ++t)
        if (e.token < 0 || t == size_t(e.token)) depths[t] = e.depth;
      options.depths = depths;
      outcome.changed = trace(*loaded_.model, e.tokens, options);
    }
    for (int64_t d = 1; d <= loaded_.model->layers().recursions && e.depth > 0 && e.token >= 0; ++d) {
      depths[size_t(e.token)] = int32_t(d);
      const std::vector<float> nll = trace(*loaded_.model, e.tokens, options).nll;
      if (size_t(e.token) < nll.size()) outcome.by_depth.push_back(nll[size_t(e.token)]);
    }
    return outcome;
  }

  Snapshot look_at(const std::vector<int32_t>& text) override {
    check_input(text.size() >= 2, "watch: the text has fewer than two tokens (write more)");
    const auto most = std::min<size_t>(text.size(), size_t(loaded_.config().max_seq_len));
    return snapshot_of(*loaded_.model, *loaded_.tokenizer, std::span(text).first(most));
  }

  std::optional<SurveyedText> survey(const std::vector<int32_t>& text, const std::atomic<bool>& cancelled) override {
    const Model& model = *loaded_.model;
    const ModelConfig& config = loaded_.config();
    const std::span tokens = std::span(text).first(std::min(text.size(), size_t(config.max_seq_len)));
    TraceOptions options;
    options.rule = causal_rule(config);
    SurveyedText out;
    PassStates left;
    out.routed = trace(model, tokens, options, &left);
    out.routed.exits = early_exits(model, out.routed, left);
    out.routed = without_candidates(std::move(out.routed));
    for (int32_t id : tokens) out.routed.pieces.push_back(loaded_.tokenizer->piece(id));
    if (config.routing == Routing::none) return out;
    const std::vector<int32_t> all(tokens.size(), int32_t(config.n_recursions));
    options.depths = all;
    out.deepest = trace(model, tokens, options).nll;
    options.depths = {};
    if (!has_bar(config.routing)) return out;
    for (double score : swept_cut_offs) {
      if (cancelled) return std::nullopt;
      options.shift.cut_off = std::log(score / (1 - score));
      out.swept.push_back(swept(trace(model, tokens, options), config.n_recursions));
    }
    return out;
  }

  int cached() const override { return int(generator_->held()); }
  int64_t kv_bytes() const override { return generator_->cache().bytes(); }
  std::vector<float> logits() const override {
    std::vector<float> logits(generator_->logits().begin(), generator_->logits().end());
    const int32_t never = loaded_.tokenizer->unknown();
    if (never >= 0 && !logits.empty()) logits[size_t(never)] = -std::numeric_limits<float>::infinity();
    return logits;
  }
  std::shared_ptr<const std::vector<std::string>> vocabulary() const override { return vocabulary_; }

 private:
  /// From the next start on the generator reads weights of this format; all else reads those that were loaded.
  void use(WeightFormat format) {
    if (format == format_) return;
    format_ = format;
    const bool rounds = format != WeightFormat::f32;
    if (rounds && !rounded_.contains(format))
      rounded_.emplace(format, loaded_.model->clone()).first->second.pack(format);
    generator_.emplace(rounds ? rounded_.at(format) : *loaded_.model, SampleOptions{});
  }

  SampleOptions options(const Sampling& sampling) const {
    SampleOptions options = sample_options(sampling);
    options.never = loaded_.tokenizer->unknown();
    return options;
  }

  GeneratedPiece piece_of(const GeneratedToken& token, bool prompt) const {
    return {loaded_.tokenizer->piece(token.id), token.id, token.depth, prompt, token.router_logits};
  }

  LoadedModel loaded_;
  WeightFormat format_ = WeightFormat::f32;
  std::map<WeightFormat, Model> rounded_;  // to the formats that were asked for
  std::optional<Generator> generator_;
  int left_out_ = 0;
  std::shared_ptr<const std::vector<std::string>> vocabulary_;
};

class ImageDecoder : public Decoder {
 public:
  explicit ImageDecoder(std::shared_ptr<const ImageModel> model) : model_(std::move(model)) {}

  ImageSnapshot look_at(const std::vector<uint8_t>& pixels) override {
    return snapshot_of(*model_, one_image(pixels), 0, 1, 0);
  }

  // Images are always routed by the training rule. The class token, which comes before the patches, takes every
  // recursion.
  ExperimentOutcome try_out(const Experiment& e) override {
    const Images image = one_image(e.pixels);
    const ImageConfig& config = model_->config();
    ForwardOptions options{.shift = {0, e.capacity, e.without - 1}};
    const auto traced = [&] {
      return trace(*model_, patches(image.pixels, config.patch.height, config.patch.width), options).at(0);
    };
    ExperimentOutcome outcome;
    outcome.changed_image = traced();
    if (e.depth <= 0) return outcome;
    std::vector<int32_t> depths = {int32_t(config.model.n_recursions)};
    for (size_t p = 0; p < outcome.changed_image.depth.size(); ++p)
      depths.push_back(e.token < 0 || p == size_t(e.token) ? e.depth : outcome.changed_image.depth[p]);
    options.depths = depths;
    outcome.changed_image = traced();
    return outcome;
  }

  std::vector<GeneratedPiece> start(const GenerateRequest&) override { refuse(); }
  GeneratedPiece next(const Sampling&) override { refuse(); }
  Snapshot look_at(const std::vector<int32_t>&) override { refuse(); }
  std::optional<SurveyedText> survey(const std::vector<int32_t>&, const std::atomic<bool>&) override { refuse(); }
  std::shared_ptr<const std::vector<std::string>> vocabulary() const override { refuse(); }
  std::vector<float> logits() const override { return {}; }
  int cached() const override { return 0; }
  int64_t kv_bytes() const override { return 0; }

 private:
  [[noreturn]] static void refuse() { throw InputError("text: this model sees images (open a run on text)"); }

  /// Its class is not known.
  Images one_image(const std::vector<uint8_t>& pixels) const {
    const int64_t side = model_->config().image_size;
    check_input(int64_t(pixels.size()) == side * side, "image: it has {} pixels (the model sees {} x {})",
                pixels.size(), side, side);
    Images image{Tensor({1, side, side}), IntTensor(Shape{1}), model_->config().classes};
    std::transform(pixels.begin(), pixels.end(), image.pixels.mutable_data(),
                   [](uint8_t level) { return Real(level) / 255; });
    image.labels.mutable_data()[0] = SeenImage::unknown;
    return image;
  }

  std::shared_ptr<const ImageModel> model_;
};

/// What makes decoders over the model in a file.
std::function<std::unique_ptr<Decoder>()> read_model(const std::filesystem::path& file, bool of_images) {
  if (!of_images) return [model = load_model(file)] { return model_decoder(model); };
  return [model = std::make_shared<const ImageModel>(read_image_checkpoint(file))] { return image_decoder(model); };
}

}  // namespace

SampleOptions sample_options(const Sampling& sampling) {
  SampleOptions options;
  options.temperature = sampling.temperature;
  options.top_k = sampling.top_k;
  options.top_p = sampling.top_p;
  options.min_p = sampling.min_p;
  options.repetition_penalty = sampling.repetition_penalty;
  options.seed = uint64_t(sampling.seed);
  return options;
}

std::unique_ptr<Decoder> model_decoder(LoadedModel loaded) {
  return std::make_unique<ModelDecoder>(std::move(loaded));
}

std::unique_ptr<Decoder> image_decoder(std::shared_ptr<const ImageModel> model) {
  return std::make_unique<ImageDecoder>(std::move(model));
}

DecoderFactory file_decoder(const std::filesystem::path& model, Checkpoint checkpoint, bool of_images) {
  struct Read {
    std::filesystem::path file;
    std::filesystem::file_time_type written;
    std::function<std::unique_ptr<Decoder>()> decoder;
  };
  // Each move of a slider asks for a decoder: the file is read again only when it has changed.
  return [model, checkpoint, of_images, read = std::make_shared<std::optional<Read>>()](const std::atomic<bool>&) {
    std::error_code missing;
    const std::filesystem::path file = weights_of(model, checkpoint).file;
    const auto written = std::filesystem::last_write_time(file, missing);
    if (missing || !*read || (*read)->file != file || (*read)->written != written)
      *read = Read{file, written, read_model(file, of_images)};
    return (*read)->decoder();
  };
}

}  // namespace tinymor
