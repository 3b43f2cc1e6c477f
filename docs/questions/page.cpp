// The judge for the pages of the book, in WebAssembly (page.js calls it).

#include <exception>

#include <emscripten.h>

#include "questions.h"

/// 1: right, 0: wrong, -1: there is no such question.
extern "C" EMSCRIPTEN_KEEPALIVE int tinymor_check(const char* question, const char* answer) {
  try {
    return tinymor::right_answer(question, answer);
  } catch (const std::exception&) {
    return -1;
  }
}
