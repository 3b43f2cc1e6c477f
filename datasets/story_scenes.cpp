// What happens in the middle of a story.

#include "datasets/story_scenes.h"

#include "datasets/story_words.h"

namespace tinymor::stories {
namespace {

/// Puts two numbers, their sum and that many things into {n}, {m}, {sum}, {n_things}, {m_things} and {sum_things}.
void set_sum(Teller& t) {
  const Noun& things = deal_things(t);
  const int64_t n = t.number(2, 9), m = t.number(1, 9);
  t.set("n", n);
  t.set("m", m);
  t.set("sum", n + m);
  t.set("things", things.plural);
  t.set_count("n_things", n, things);
  t.set_count("m_things", m, things);
  t.set_count("sum_things", n + m, things);
}

void find_more(Teller& t) {
  set_sum(t);
  t.set("spot", deal_spot(t));
  t.tell({"{A} had {n_things}. {A.He} found {m} more {spot}. Now {A.he} had {sum_things}.",
          "{A} found {n_things}, and {B} found {m}. They put them together and counted. \"We have {sum_things},\" said "
          "{A}.",
          "\"How many {things} do you have?\" asked {A}. \"I have {n},\" said {B}. {A} gave {B.him} {m} more. \"Now "
          "you have "
          "{sum},\" said {A}."});
}

void give_away(Teller& t) {
  set_sum(t);
  t.tell({"{A} had {sum_things}. {A.He} gave {n} of them to {B}. Then {A} had {m_things} left.",
          "{B} was sad because {B.he} had no {things}. \"I have {sum},\" said {A}. \"You may have {n} of mine.\" So "
          "{B} had "
          "{n_things}, and {A} had {m}."});
}

void spilled(Teller& t) {
  set_sum(t);
  t.tell(
      {"{B} dropped a basket with {sum_things}. {A} picked up {n}, and {B} picked up {m}. \"Are all {sum} there?\" "
       "asked "
       "{A}. \"Yes,\" said {B}."});
}

void share_cake(Teller& t) {
  const int64_t a = t.number(1, 3), b = t.number(1, 3), left = t.number(1, 4);
  const Noun pieces{"piece", "pieces"};
  t.set_count("all_pieces", a + b + left, pieces);
  t.set_count("a_pieces", a, pieces);
  t.set_count("left_pieces", left, pieces);
  t.set("b", b);
  t.tell(
      {"They cut [a cake|a pie|the bread] into {all_pieces}. {A} ate {a_pieces}, and {B} ate {b}. Now they had "
       "{left_pieces} left."});
}

void shop(Teller& t) {
  const Noun coins{"coin", "coins"};
  const int64_t price = t.number(1, 6), left = t.number(1, 6);
  set_toy(t, "goods");
  t.set_count("price", price, coins);
  t.set_count("left", left, coins);
  t.set_count("purse", price + left, coins);
  t.tell(
      {"They came to a little shop. A {goods} cost {price}, and {A} had {purse}. {A.He} bought the {goods_toy}. Then "
       "{A.he} had {left} left."});
}

void bell(Teller& t) {
  const int64_t now = t.number(1, 8), hours = t.number(1, 4);
  t.set("now", now);
  t.set("later", now + hours);
  t.set_count("hours", hours, {"hour", "hours"});
  t.tell(
      {"[Far away a bell rang|The clock struck]. It was {now} o'clock. \"We must be back in {hours},\" said {B}. \"So "
       "we "
       "must be back at {later} o'clock,\" said {A}."});
}

void jumps(Teller& t) {
  std::string row = "1";
  const int64_t n = t.number(3, 8);
  for (int64_t i = 2; i <= n; ++i) row += ", " + std::to_string(i);
  t.set("n", n);
  t.set("row", row);
  t.tell({"\"Watch me!\" said {A}, and jumped {n} times. {B} counted: \"{row}!\"",
          "\"How often can you jump?\" asked {A}. {B} jumped and counted: \"{row}.\" That was {n} times."});
}

void towers(Teller& t) {
  const bool a_wins = t.coin();
  const int64_t low = t.number(3, 9), high = low + t.number(1, 6);
  t.set("a_blocks", a_wins ? high : low);
  t.set("b_blocks", a_wins ? low : high);
  t.set("winner", a_wins ? t.get("A") : t.get("B"));
  t.tell(
      {"{A} built a tower of {a_blocks} blocks, and {B} built a tower of {b_blocks} blocks. {winner}'s tower was "
       "higher."});
}

void race(Teller& t) {
  t.set("fast", deal_animal(t));
  t.set("middle", deal_animal(t));
  t.set("slow", deal_animal(t));
  t.tell(
      {"A {middle}, a {slow} and a {fast} ran a race. The {fast} was faster than the {middle}, and the {middle} was "
       "faster than the {slow}. So the {fast} came first, and the {slow} came last.",
       "\"Who is faster, the {fast} or the {slow}?\" asked {B}. \"The {fast},\" said {A}. They ran, and the {slow} "
       "came "
       "second."});
}

void looking_for(Teller& t) {
  t.set("seeker", deal_animal(t));
  t.set("sought", deal_animal(t));
  t.set("size", t.deal(words::sizes));
  t.set("spot", deal_spot(t));
  t.remember("the {seeker} and its friend");
  t.tell(
      {"A {size} {seeker} came along. \"Have you seen my friend, the {sought}?\" it asked. \"Yes, {spot},\" said {B}. "
       "The {seeker} looked {spot}, and there was the {sought}."});
}

void hide_and_seek(Teller& t) {
  t.set("n", t.number(5, 20));
  t.set("spot", deal_spot(t));
  t.set("wrong", deal_spot(t));
  t.tell(
      {"They played hide and seek. {A} closed {A.his} eyes and counted to {n}. {B} hid {spot}. {A} looked {wrong}, but "
       "{B} was not there. Then {A.he} looked {spot}. \"I have found you!\" said {A}.",
       "{A} hid {spot}. {B} counted to {n} and began to look. \"Are you {wrong}?\" called {B}. Nobody answered. \"Then "
       "you "
       "are {spot}!\" said {B}, and {B.he} was right."});
}

void rain(Teller& t) {
  t.set("colour", t.deal(words::colours));
  t.remember("the rain");
  t.tell(
      {"Soon it began to rain. {A} opened a {colour} umbrella. There was room for two, so {B} came too, and they stood "
       "under the {colour} umbrella until the rain was over.",
       "Then {B} fell into a puddle, and {B.his} socks were wet. \"Do not be sad,\" said {A}. \"I have dry ones for "
       "you.\" "
       "So {B} put on {A}'s {colour} socks."});
}

void strange_noise(Teller& t) {
  t.set("noise", deal_animal(t));
  t.set("spot", deal_spot(t));
  t.remember("the strange noise");
  t.tell(
      {"\"What was that?\" whispered {B}. Something moved {spot}. {A} was a little scared, but {A.he} went to look. It "
       "was "
       "only a {noise}! \"Do not be afraid of a {noise},\" said {A}, and they both laughed.",
       "There was a strange noise {spot}. \"Is it a dragon?\" asked {B}. {A} looked. \"No,\" {A.he} said, \"it is only "
       "a "
       "{noise}.\""});
}

void song(Teller& t) {
  t.set("first", deal_animal(t));
  t.set("second", deal_animal(t));
  t.set("verb", t.coin() ? "sing" : "dance");
  t.tell(
      {"{B} knew a song about a {first} and a {second}. {A} did not know it, so {B} sang it [slowly|twice|again]: "
       "\"The "
       "{first} can {verb}, the {second} can {verb}, and so can you.\""});
}

void riddle(Teller& t) {
  const words::Riddle& chosen = t.deal(words::riddles);
  t.set("clue", chosen.clue);
  t.set("answer", chosen.answer);
  t.tell(
      {"\"I am thinking of an animal,\" said {A}. \"{clue}.\" [{B} thought for a while. |]\"[It is|Is it] a "
       "{answer}!\" said "
       "{B}.",
       "\"What is this?\" asked {B}. \"{clue}.\" \"That is easy,\" said {A}. \"It is a {answer}.\""});
}

void two_ways(Teller& t) {
  const bool left = t.coin();
  t.set("right_way", left ? "left" : "right");
  t.set("other_way", left ? "right" : "left");
  t.set("guide", deal_animal(t));
  t.tell(
      {"The path split in two. \"Do not go {other_way},\" said a {guide}. \"Then we will go {right_way},\" said {A}. "
       "And so "
       "they did.",
       "They came to a fork in the path. {A} wanted to go {other_way}, and {B} wanted to go {right_way}. \"We will do "
       "what "
       "you want,\" said {A}. So they went {right_way}."});
}

void picture_book(Teller& t) {
  t.set("colour", t.deal(words::colours));
  t.set("reader", deal_animal(t));
  t.set("wish", t.coin() ? "fly" : "swim");
  t.tell(
      {"{B} opened a {colour} book and read: \"Once there was a {reader} that wanted to {wish}. But a {reader} cannot "
       "{wish}, said all the others. So the {reader} built a [boat|balloon|machine].\" Then {B} closed the {colour} "
       "book."});
}

}  // namespace

std::string deal_spot(Teller& t) {
  return t.deal(t.indoors ? words::spots_indoors : words::spots_outdoors);
}

std::string deal_animal(Teller& t) {
  return t.deal(t.indoors ? words::animals_indoors : words::animals_outdoors);
}

const Noun& deal_things(Teller& t) {
  return t.deal(t.indoors ? words::things_indoors : words::things_outdoors);
}

void set_toy(Teller& t, const std::string& slot) {
  const std::string& toy = t.deal(words::toys);
  t.set(slot, t.deal(words::colours) + " " + toy);
  t.set(slot + "_toy", toy);
}

const std::vector<Scene> scenes = {
    {Where::anywhere, find_more},     {Where::anywhere, give_away},     {Where::anywhere, spilled},
    {Where::anywhere, share_cake},    {Where::outdoors, shop},          {Where::anywhere, bell},
    {Where::anywhere, jumps},         {Where::indoors, towers},         {Where::outdoors, race},
    {Where::anywhere, looking_for},   {Where::anywhere, hide_and_seek}, {Where::outdoors, rain},
    {Where::anywhere, strange_noise}, {Where::anywhere, song},          {Where::anywhere, riddle},
    {Where::outdoors, two_ways},      {Where::indoors, picture_book}};

}  // namespace tinymor::stories
