// A net with one hidden layer learns exclusive or, in a few milliseconds. It prints:
//
//   step    0  loss 0.7012
//   step  500  loss 0.0042
//   step 1000  loss 0.0018
//   0 xor 0 = 0.00
//   0 xor 1 = 1.00
//   1 xor 0 = 1.00
//   1 xor 1 = 0.00
#include <cstdio>

#include <tinymor/autograd/linear.h>
#include <tinymor/autograd/optim.h>
#include <tinymor/autograd/sequential.h>

using namespace tinymor;

int main() {
  const Tensor inputs({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}), targets({4, 1}, {0, 1, 1, 0});
  Random random(1);
  Sequential net{Linear(2, 8, random), Tanh(), Linear(8, 1, random)};
  SGD optimizer(net.parameters(), {.lr = 1});
  for (int step = 0; step <= 1000; ++step) {
    const Variable loss = bce_with_logits(net(inputs), targets);
    if (step % 500 == 0) std::printf("step %4d  loss %.4f\n", step, double(loss.item()));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  const Tensor answers = sigmoid(net(inputs)).value();
  for (int i = 0; i < 4; ++i) std::printf("%d xor %d = %.2f\n", i / 2, i % 2, double(answers.at({i, 0})));
}
