#include "visualizer/model_decoder.h"

#include "mor/checkpoint.h"
#include "mor/generate.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

SampleOptions sample_options(const GenerateRequest& request) {
  SampleOptions options;
  options.temperature = request.temperature;
  options.top_k = request.top_k;
  options.top_p = request.top_p;
  options.seed = uint64_t(request.seed);
  return options;
}

class ModelDecoder : public Decoder {
 public:
  explicit ModelDecoder(LoadedModel loaded) : loaded_(std::move(loaded)) {}

  std::vector<GeneratedPiece> start(const GenerateRequest& request) override {
    const std::vector<int32_t> ids = loaded_.tokenizer->encode(request.prompt);
    check_input(!ids.empty(), "prompt: it holds no token (write a word)");
    generator_ = std::make_unique<Generator>(*loaded_.model, sample_options(request), request.max_depth);
    std::vector<GeneratedPiece> pieces;
    for (const GeneratedToken& token : generator_->prompt(ids)) pieces.push_back(piece_of(token, true));
    size_ = int(pieces.size());
    return pieces;
  }

  GeneratedPiece next() override {
    ++size_;
    return piece_of(generator_->next(), false);
  }

  // The first layer caches every token that is still held.
  int first_cached() const override { return size_ - int(generator_->cache().positions(0).size()); }
  int64_t kv_bytes() const override { return generator_->cache().bytes(); }

 private:
  GeneratedPiece piece_of(const GeneratedToken& token, bool prompt) const {
    return {loaded_.tokenizer->piece(token.id), token.id, token.depth, prompt, token.router_logits};
  }

  LoadedModel loaded_;
  std::unique_ptr<Generator> generator_;
  int size_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> model_decoder(LoadedModel loaded) {
  return std::make_unique<ModelDecoder>(std::move(loaded));
}

DecoderFactory file_decoder(const std::filesystem::path& file) {
  return [file](const std::atomic<bool>&) { return model_decoder(load_model(file)); };
}

}  // namespace tinymor
