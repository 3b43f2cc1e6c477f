#pragma once
// A function that is called while its caller waits for it, as a parameter: unlike std::function it copies nothing and
// allocates nothing, and must not be kept.

#include <type_traits>
#include <utility>

namespace tinymor {

template <class Signature>
class FunctionRef;

template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> && std::is_invocable_r_v<Result, F&, Args...>)
      FunctionRef(F&& f)
      : function_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* function, Args... args) -> Result {
          return (*static_cast<std::remove_reference_t<F>*>(function))(std::forward<Args>(args)...);
        }) {}
  Result operator()(Args... args) const { return call_(function_, std::forward<Args>(args)...); }

 private:
  void* function_;
  Result (*call_)(void*, Args...);
};

}  // namespace tinymor
