#pragma once
// Gradient checkpointing (Chen et al. 2016): a part of the graph keeps only its inputs and is computed again when its
// gradient is wanted. It saves memory and takes time: a block of layers costs one more forward pass and no more than
// its inputs. Docs: docs/03-autograd.md

#include <functional>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

/// f(inputs), without keeping anything that f computes on the way. `f` must give the same result when it is called
/// again. Parameters that it uses without naming them as inputs get their gradients too, as long as some input wants
/// one; throws when no input does.
Variable recompute(const std::function<Variable(const std::vector<Variable>&)>& f, const std::vector<Variable>& inputs);

}  // namespace tinymor
