#include "mor/vit.h"

#include "mor/counts.h"
#include "tensor/error.h"
#include "tensor/number.h"

namespace tinymor {
namespace {

// Far beyond what anyone trains here, and small enough that no product of them overflows.
constexpr int64_t kMaxImage = 1024;
constexpr int64_t kMaxClasses = 1 << 16;

ImageConfig resolved(ImageConfig config) {
  config.resolve();
  return config;
}

Variable zeros(int64_t rows, int64_t columns) {
  return Variable::parameter(Tensor::zeros({rows, columns}));
}

}  // namespace

std::string to_text(PatchSize patch) {
  return patch.height == patch.width ? fmt::format("{}", patch.width) : fmt::format("{}x{}", patch.height, patch.width);
}

std::optional<PatchSize> patch_size_of(const std::string& text) {
  const size_t cross = text.find('x');
  const auto height = parse_number<int64_t>(text.substr(0, cross));
  const auto width = cross == std::string::npos ? height : parse_number<int64_t>(text.substr(cross + 1));
  if (!height || !width) return std::nullopt;
  return PatchSize(*height, *width);
}

void ImageConfig::resolve() {
  check_input(image_size >= 1 && image_size <= kMaxImage,
              "image_size: {} is out of range (give images of 1 to {} pixels a side)", image_size, kMaxImage);
  for (const int64_t side : {patch.height, patch.width})
    check_input(side >= 1 && image_size % side == 0,
                "patch_size: {} does not divide images of {} pixels a side (give a divisor)", side, image_size);
  check_input(classes >= 2 && classes <= kMaxClasses, "classes: {} is out of range (give 2 to {})", classes,
              kMaxClasses);
  check_input(
      model.routing != Routing::exit_gate,
      "model.routing: \"exit_gate\" asks each token by what it predicts, and of an image only the whole is told "
      "(use \"expert_choice\" or \"token_choice\")");
  model.vocab_size = classes;
  model.max_seq_len = 1 + patches();
  model.resolve();
}

int64_t ImageConfig::saved_numbers() const {
  const ParameterCounts trunk = count_parameters(model);
  return trunk.layers + trunk.routers + trunk.buffers +
         model.d_model * (patch.pixels() + 1 + model.max_seq_len + classes);
}

ImageModel::ImageModel(ImageConfig config, uint64_t seed)
    : config_(resolved(std::move(config))),
      trunk_(config_.model, /*causal=*/false),
      patch_embed_(zeros(config_.model.d_model, config_.patch.pixels())),
      class_token_(zeros(1, config_.model.d_model)),
      position_embed_(zeros(config_.model.max_seq_len, config_.model.d_model)),
      head_(zeros(config_.classes, config_.model.d_model)) {
  initialise(*this, seed);
}

void ImageModel::members(Members& m) {
  m("model.patch_embed.weight", patch_embed_);
  m("model.class_token", class_token_);
  m("model.position_embed", position_embed_);
  m("model", trunk_);
  m("head.weight", head_);
}

ForwardResult ImageModel::forward(const Tensor& patches, const ForwardOptions& options) const {
  check(patches.rank() == 3 && patches.dim(1) == config_.patches() && patches.dim(2) == patch_embed_.dim(1),
        "[forward] patches {} where [n,{},{}] belong", patches.shape(), config_.patches(), patch_embed_.dim(1));
  check(options.cache == nullptr, "[forward] a cache for images, which are seen at once");
  const int64_t n = patches.dim(0), tokens = 1 + config_.patches(), d = config_.model.d_model;
  const Variable seen = linear(patches, patch_embed_);
  const Variable first = expand(reshape(class_token_, {1, 1, d}), {n, 1, d});
  const Variable x = concat({first, seen}, 1) + position_embed_;
  Trunk::Result result =
      trunk_.forward(reshape(x, {n * tokens, d}), IntTensor::zeros(Shape{n * tokens}), Rows::batch(n, tokens), options);
  std::vector<int32_t> firsts;
  for (int64_t i = 0; i < n; ++i) firsts.push_back(int32_t(i * tokens));
  return {std::move(result), linear(gather_rows(result.states, IntTensor({n}, firsts)), head_)};
}

}  // namespace tinymor
