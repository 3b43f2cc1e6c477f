// What comes back later in a story. Names of slots begin with the thread's own word, so that no other scene changes
// them.

#include "datasets/story_scenes.h"
#include "datasets/story_words.h"

namespace tinymor::stories {
namespace {

// Where was it left?

void begin_lost(Teller& t) {
  set_toy(t, "lost");
  t.set("lost_spot", deal_spot(t));
  t.set("wrong_spot", deal_spot(t));
  t.remember("the {lost}");
  t.tell(
      {"{A} had a [new |little |]{lost}. {A.He} put it {lost_spot} [and went to play|because {A.he} needed both "
       "hands].",
       "\"Look, {B}! This is my {lost},\" said {A}. {A.He} showed it to {B} and then put it {lost_spot}.",
       "{A} had brought {A.his} {lost}. \"I will leave it here for now,\" {A.he} said, and {A.he} put it "
       "{lost_spot}."});
}

void end_lost(Teller& t) {
  t.tell(
      {"\"Where is my {lost_toy}?\" asked {A}. [{A.He} looked {wrong_spot}, but it was not there. |]\"You put it "
       "{lost_spot},\" said {B}. {A} went to look, and there was the {lost}.",
       "Then {A} wanted {A.his} {lost_toy} again. But where was it? {B} looked {wrong_spot} and found nothing. At last "
       "{A} remembered. {A.He} looked {lost_spot}, and there was the {lost}.",
       "\"Have you seen my {lost}?\" asked {A}. \"Is it {wrong_spot}?\" asked {B}. \"No,\" said {A}. \"Now I know! I "
       "put it {lost_spot}.\" And that was where they found it."});
}

// Whose is it?

void begin_borrowed(Teller& t) {
  set_toy(t, "loan");
  t.remember("the {loan}");
  t.tell(
      {"{B} had a {loan}. \"May I borrow it?\" asked {A}. \"Yes, but please give it back,\" said {B}. So now {A} had "
       "the {loan}.",
       "\"I like your {loan},\" said {A} to {B}. \"You may have it until tonight,\" said {B}. {A} was very happy and "
       "took the {loan}."});
}

void end_borrowed(Teller& t) {
  t.tell(
      {"\"Wait,\" said {A}. \"I still have something of yours.\" And {A.he} gave the {loan} back to {B}. \"Thank you, "
       "{A},\" said {B}.",
       "\"Do you still have my {loan_toy}?\" asked {B}. \"Yes, here is your {loan},\" said {A}. \"It was nice to have "
       "it.\""});
}

// Who has which?

void begin_swap(Teller& t) {
  set_toy(t, "mine");
  set_toy(t, "yours");
  t.remember("the {yours}");
  t.tell(
      {"{A} had a {mine}, and {B} had a {yours}. \"Shall we swap?\" asked {B}. \"Yes,\" said {A}. So {A} took the "
       "{yours}, and {B} took the {mine}.",
       "\"I will give you my {mine} for your {yours},\" said {A}. {B} [thought about it|said yes]. Then {A} had a "
       "{yours}, and {B} had a {mine}."});
}

void end_swap(Teller& t) {
  t.tell(
      {"Then {A}'s {parent} came and saw the {yours}. \"Where did you get that {yours_toy}?\" {parent.he} asked. "
       "\"From "
       "{B},\" said {A}. \"I gave {B.him} my {mine}.\"",
       "\"Show me what you have,\" said {A}'s {parent}. {A} held up the {yours}, and {B} held up the {mine}."});
}

// Who will help?

void begin_helper(Teller& t) {
  t.set("helper", deal_animal(t));
  t.set("helper_size", t.deal(words::sizes));
  t.set("helper_food", t.deal(words::foods));
  t.set("helper_spot", deal_spot(t));
  t.remember("the {helper_size} {helper}");
  t.tell(
      {"A {helper_size} {helper} sat {helper_spot}. \"I am so hungry,\" said the {helper}. {A} gave it some "
       "{helper_food}. \"Thank you,\" said the {helper}. \"One day I will help you too.\"",
       "\"Who is crying?\" asked {B}. It was a {helper_size} {helper}, {helper_spot}. \"I have had nothing to eat,\" "
       "it "
       "said. {A} had some {helper_food} and gave it to the {helper}. \"I will not forget this,\" said the {helper}."});
}

void end_helper_outdoors(Teller& t) {
  t.tell(
      {"It was late, and {A} and {B} had lost the way. Who came along? It was the {helper}. \"You gave me "
       "{helper_food},\" it said. \"Now I will show you the way.\" And soon they were home again.",
       "Suddenly {B} was stuck in the mud. {A} pulled and pulled, but {B} was too heavy. Then the {helper} came. \"You "
       "gave me {helper_food}, so I will help you,\" it said. All together they pulled {B} out of the mud."});
}

void end_helper_indoors(Teller& t) {
  t.tell(
      {"{B} dropped a key, and it fell into a deep hole. Nobody could reach it. Then the {helper} came. \"You gave me "
       "{helper_food},\" it said. \"Now it is my turn.\" It [climbed|crept] into the hole and brought back the key.",
       "Suddenly the light went out. \"I cannot see anything,\" said {B}. \"But I can,\" said the {helper}. \"You gave "
       "me "
       "{helper_food}, so I will help you.\" And it led them to the door."});
}

// What was the word?

void begin_secret(Teller& t) {
  t.set("keeper", deal_animal(t));
  t.set("secret", t.deal(words::secret_words));
  t.remember("the secret word");
  t.tell(
      {"They met an old {keeper}. \"Listen,\" said the {keeper}. \"The secret word is {secret}. Do not forget it.\" "
       "{A} "
       "said it [very softly|three times]: \"{Secret}.\"",
       "On the wall {A} found a letter. \"To open it, say {secret},\" {A.he} read. \"To open what?\" asked {B}. But an "
       "old "
       "{keeper} said, \"You will see.\""});
}

void end_secret(Teller& t) {
  t.tell(
      {"They came to a small door. \"What is the secret word?\" asked a voice behind it. {B} had forgotten it, but {A} "
       "had not. \"The word is {secret},\" said {A}. The door opened, and there was a [table full of cake|room full of "
       "toys|garden full of flowers].",
       "[Behind a curtain|In a dark corner|Under some leaves] they found a chest. It would not open. \"We need the old "
       "{keeper}'s word,\" said {B}. \"{Secret}!\" said {A}, and the chest opened. It was full of "
       "[gold|sweets|books]."});
}

// How old is he now, and where is the present?

void begin_birthday(Teller& t) {
  set_toy(t, "gift");
  t.set("gift_spot", deal_spot(t));
  t.remember("{B}'s birthday");
  t.tell(
      {"It was {B}'s birthday. Yesterday {B.he} was {B.age_before} years old, and today {B.he} was {B.age}. {A} had "
       "hidden a present for {B.him} {gift_spot}. It was a {gift}.",
       "\"Today I am {B.age} years old,\" said {B}. \"Then yesterday you were {B.age_before},\" said {A}. {A.He} had a "
       "{gift} for {B}, but it was still hidden {gift_spot}."});
}

void end_birthday(Teller& t) {
  t.tell(
      {"\"Close your eyes, {B},\" said {A}. The present was still {gift_spot}. {A} put it into {B}'s hands. \"A "
       "{gift}!\" "
       "cried {B}. \"Thank you, {A}!\"",
       "\"I have something for you,\" said {A}. \"Look {gift_spot}!\" {B} looked, and there was a {gift}. \"This is "
       "the "
       "best {gift_toy} of all,\" said {B}."});
}

// How many were there?

void begin_seeds(Teller& t) {
  const int64_t first = t.number(2, 9), second = t.number(2, 9);
  t.set("seeds_a", first);
  t.set("seeds_b", second);
  t.set("seeds_sum", first + second);
  t.set("seeds_colour", t.deal(words::colours));
  t.set("seeds_bed", t.indoors ? "in a big pot" : "in the soft earth");
  t.remember("the {seeds_sum} {seeds_colour} flowers");
  t.tell(
      {"{A} planted {seeds_a} seeds {seeds_bed}, and {B} planted {seeds_b} more. So there were {seeds_sum} seeds. "
       "\"Now "
       "we have to wait,\" said {B}.",
       "\"I have {seeds_a} seeds,\" said {A}. \"And I have {seeds_b},\" said {B}. They planted all {seeds_sum} of them "
       "{seeds_bed}."});
}

void end_seeds(Teller& t) {
  t.tell(
      {"Then something strange happened. Every seed became a {seeds_colour} flower, all at once. {B} counted them. "
       "\"There are {seeds_sum} flowers,\" {B.he} said.",
       "When they came back, there was a {seeds_colour} flower for every seed. \"How many are there?\" asked {A}. "
       "\"There are {seeds_sum},\" said {B}."});
}

void begin_pocket(Teller& t) {
  const Noun& things = deal_things(t);
  const int64_t n = t.number(3, 12), given = t.number(1, n - 1);
  t.set_count("pocket_things", n, things);
  t.set("pocket_n", n);
  t.set("pocket_given", given);
  t.set("pocket_kept", n - given);
  t.remember("the {pocket_things}");
  t.tell({"{A} had {pocket_things} in {A.his} pocket. [{A.He} liked to feel them there.|Nobody knew about them.]",
          "\"What is in your pocket?\" asked {B}. \"I have {pocket_things},\" said {A}."});
}

void end_pocket(Teller& t) {
  t.tell(
      {"{A} put {A.his} hand into {A.his} pocket. The {pocket_things} were still there. {A.He} gave {pocket_given} of "
       "them to {B} and kept {pocket_kept}.",
       "\"How many did you have in your pocket?\" asked {B}. \"{pocket_n},\" said {A}. \"You may have {pocket_given}. "
       "Then I have {pocket_kept} left.\""});
}

// Whose was it, going by the colour?

void begin_colours(Teller& t) {
  const std::string first = t.deal(words::colours), second = t.deal(words::colours);
  const bool is_first = t.coin();
  t.set("worn", t.indoors ? "cup" : "hat");
  t.set("worn_a", first);
  t.set("worn_b", second);
  t.set("worn_lost", is_first ? first : second);
  t.set("worn_owner", is_first ? t.get("A") : t.get("B"));
  t.set("worn_other", is_first ? t.get("B") : t.get("A"));
  t.remember("the {worn_lost} {worn}");
  if (t.indoors) {
    t.tell({"{A} drank milk from the {worn_a} cup, and {B} drank milk from the {worn_b} cup."});
  } else {
    t.tell({"{A} wore a {worn_a} hat, and {B} wore a {worn_b} hat. [\"Nice hat,\" said {B}.|They looked very fine.]"});
  }
}

void end_colours(Teller& t) {
  if (t.indoors) {
    t.tell(
        {"Now the {worn_lost} cup was empty. \"May I have some more milk?\" asked {worn_owner}. \"You can have some of "
         "mine,\" said {worn_other}."});
  } else {
    t.tell(
        {"Suddenly the wind blew a hat away. It was the {worn_lost} one. \"My hat!\" cried {worn_owner}. But "
         "{worn_other} "
         "ran after it and brought it back."});
  }
}

// What was the plan?

void begin_plan(Teller& t) {
  for (const char* slot : {"plan_1", "plan_2", "plan_3"}) {
    const words::Deed& deed = t.deal(t.indoors ? words::deeds_indoors : words::deeds_outdoors);
    t.set(slot, deed.plan);
    t.set(std::string(slot) + "_done", deed.done);
  }
  t.remember("all that they had done");
  t.tell(
      {"\"First we will {plan_1},\" said {A}. \"Then we will {plan_2}, and last of all we will {plan_3}.\" \"[All "
       "right|Yes],\" said {B}.",
       "\"I want to {plan_1},\" said {A}. \"And I want to {plan_2},\" said {B}. \"Then let us do both,\" said {A}, "
       "\"and "
       "after that we will {plan_3}.\""});
}

void end_plan(Teller& t) {
  t.tell(
      {"So it was a busy day. First they {plan_1_done}, then they {plan_2_done}, and last of all they {plan_3_done}.",
       "They did all that they had wanted to do: they {plan_1_done}, they {plan_2_done}, and they {plan_3_done}."});
}

}  // namespace

const std::vector<Thread> threads = {{Where::anywhere, begin_lost, end_lost},
                                     {Where::anywhere, begin_borrowed, end_borrowed},
                                     {Where::anywhere, begin_swap, end_swap},
                                     {Where::outdoors, begin_helper, end_helper_outdoors},
                                     {Where::indoors, begin_helper, end_helper_indoors},
                                     {Where::anywhere, begin_secret, end_secret},
                                     {Where::anywhere, begin_birthday, end_birthday},
                                     {Where::anywhere, begin_seeds, end_seeds},
                                     {Where::anywhere, begin_pocket, end_pocket},
                                     {Where::anywhere, begin_colours, end_colours},
                                     {Where::anywhere, begin_plan, end_plan}};

}  // namespace tinymor::stories
