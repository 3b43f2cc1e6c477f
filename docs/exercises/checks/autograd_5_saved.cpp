#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

bool refuses(const KeptTensor& kept) {
  try {
    take(kept);
    return false;
  } catch (const Error&) {
    return true;
  }
}

Finding check_saved() {
  Tensor x({2}, {3, 5});
  trying("a tensor [2] that is kept");
  const KeptTensor kept = keep(x);
  if (refuses(kept)) return not_yet("a tensor [2] that is kept and not changed: take should not throw");
  if (!same(take(kept), x))
    return not_yet(
        fmt::format("a tensor [2] that is kept: take should give {}, you gave {}", shown(x), shown(take(kept))),
        "KeptTensor has a member `value`, which keep sets");
  if (take(kept).data() != x.data())
    return not_yet("a tensor [2] that is kept: should share its numbers with x, you keep a copy",
                   "copying a Tensor copies the handle: {x, ...} is enough");
  struct Case {
    const char* what;
    bool changed;
    std::function<void(Tensor&)> change;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {"whose numbers are then filled with 7", true, [](Tensor& t) { t.fill(7); },
            "compare x.version() of then and now"},
           {"that is then changed without changing its first number", true, [](Tensor& t) { t.mutable_data()[1] = 9; },
            "the numbers say little; the version counts every change"},
           {"that is then changed through a view of its second half", true, [](Tensor& t) { t.slice(0, 1, 2).fill(8); },
            "a view shares the storage, and its version"},
           {"whose handle then names another tensor", false,
            [](Tensor& t) {
              t = Tensor({2}, {1, 1});
            },
            "the kept numbers are as they were: ask the kept handle for its version"},
           {"that is then copied, and the copy changed", false, [](Tensor& t) { t.clone().fill(1); },
            "a clone has a storage of its own"}}) {
    Tensor y({2}, {3, 5});
    y.fill(4);  // so that its version is not 0
    const std::string what = fmt::format("a kept tensor {}", wanted.what);
    trying(what);
    const KeptTensor held = keep(y);
    wanted.change(y);
    if (refuses(held) != wanted.changed)
      return not_yet(
          fmt::format("{}: {}", what,
                      wanted.changed ? "should throw Error, you gave it out" : "should be given out, you threw"),
          wanted.hint);
  }
  return done();
}

const AddExercise add({3, "autograd_5_saved", "A saved value that was changed",
                       "keep the handle and its version(); when it is taken out, compare with the version then",
                       check_saved});

}  // namespace
}  // namespace tinymor
