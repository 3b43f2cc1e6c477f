// A small network learns how words are spelled and invents new ones, in a tenth of a second. Put your own words into
// `text`. It prints:
//
//   epoch 10  loss 1.329
//   epoch 20  loss 0.659
//   epoch 30  loss 0.367
//   epoch 40  loss 0.291
//   anteiguffle
//   gigel
//   stomer
//   cant
//   falcon
//   ferret
//   fllpin
//   hippo
//   hyena
//   pong
#include <cstdio>
#include <string>
#include <vector>

#include <tinymor/autograd/data_loader.h>
#include <tinymor/autograd/embedding.h>
#include <tinymor/autograd/linear.h>
#include <tinymor/autograd/ops.h>
#include <tinymor/autograd/optim.h>

using namespace tinymor;

const std::string text =
    "antelope badger beaver buffalo camel cheetah dolphin donkey eagle elephant falcon ferret flamingo gazelle giraffe "
    "gorilla hamster hedgehog heron hippo hyena iguana jackal jaguar kangaroo koala lemur leopard lizard llama lobster "
    "marmot mongoose monkey octopus ostrich otter panda panther parrot pelican penguin pigeon porcupine puffin rabbit "
    "raccoon reindeer salamander salmon seahorse sparrow squirrel starling tiger tortoise toucan turkey turtle walrus "
    "weasel wombat zebra ";
constexpr int context = 4;  // the number of characters that the next one is predicted from

int id_of(char c) {
  return c == ' ' ? 0 : c - 'a' + 1;
}
char character(int id) {
  return id == 0 ? ' ' : char('a' + id - 1);
}

struct Net : Module {
  Embedding letters;
  Linear hidden, output;
  explicit Net(Random random) : letters(27, 12, random), hidden(context * 12, 128, random), output(128, 27, random) {}
  Variable operator()(const IntTensor& seen) const {  // [B,context] -> [B,27]
    return output(tanh(hidden(reshape(letters(seen), {seen.dim(0), context * 12}))));
  }
  void members(Members& m) override { m("letters", letters), m("hidden", hidden), m("output", output); }
};

int main() {
  std::vector<int32_t> seen, next, window(context, 0);
  for (const char c : text) {
    seen.insert(seen.end(), window.begin(), window.end());
    next.push_back(id_of(c));
    window.erase(window.begin());
    window.push_back(id_of(c));
  }
  const int64_t rows = int64_t(next.size());
  const DataLoader loader(32, 1, IntTensor({rows, context}, seen), IntTensor({rows}, next));

  Net net(Random(1));
  AdamW optimizer(net.parameters(), {.lr = 5e-3, .weight_decay = 0.1});
  const int epochs = 40;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double loss_sum = 0;
    for (const auto& [x, y] : loader.epoch(epoch)) {
      const Variable loss = cross_entropy(net(x), y);
      loss.backward();
      clip_grad_norm(net.parameters(), 1);
      optimizer.step();
      optimizer.zero_grad();
      loss_sum += loss.item();
    }
    optimizer.lr = 5e-3 * (epochs - epoch) / epochs;
    if (epoch % 10 == 0) std::printf("epoch %2d  loss %.3f\n", epoch, loss_sum / double(loader.batches()));
  }

  Random random(2);
  std::vector<int32_t> last(context, 0);
  for (int words = 0; words < 10;) {
    const Tensor shares = softmax(net(IntTensor({1, context}, last))).value();
    double left = random.uniform();
    int id = 0;
    while (id < 26 && (left -= shares.at({0, id})) > 0) ++id;
    words += id == 0;
    std::putchar(id == 0 ? '\n' : character(id));
    last.erase(last.begin());
    last.push_back(id);
  }
}
