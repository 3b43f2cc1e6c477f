// How stories begin and end.

#include "datasets/story_scenes.h"
#include "datasets/story_words.h"

namespace tinymor::stories {
namespace {

void morning(Teller& t) {
  t.set("weather", t.deal(words::weathers));
  t.tell(
      {"[One|Early one] {weather} morning, {A} went to {place}. {A.His} friend {B} was already there. "
       "\"[Good morning|Hello], {A},\" said {B}. \"What [shall we do|shall we play|can we do] today?\"",
       "\"Wake up, {A}!\" called {A.his} {parent}. \"{B} is waiting for you [outside|at the gate|at the door].\" {A} "
       "[jumped out of bed|put on {A.his} boots|found {A.his} shoes] and ran to the door. Soon the two friends were "
       "{in_place}.",
       "It was a {weather} day. {A} and {B} [walked|ran|went] to {place} together. [\"I like it here,\" said "
       "{B}.|Nobody else was there.|They had the whole day to play.]"});
}

void rainy_day(Teller& t) {
  t.tell(
      {"It rained all day, so {A} and {B} stayed {in_place}. [Drops ran down the window.|The rain drummed on the "
       "roof.|The wind sang outside.]",
       "It was snowing outside, but {in_place} it was warm. {A} was there with {A.his} friend {B}. \"What [shall we "
       "do|can we play]?\" asked {B}.",
       "One cold evening, {A} and {B} sat {in_place}. It was too early to go to bed, and too dark to go outside."});
}

void once_upon_a_time(Teller& t) {
  t.set("day", t.deal(words::days));
  t.tell(
      {"Once upon a time there was a {A.child} named {A}. {A.He} lived in a [small|tall|old|white] house with {A.his} "
       "{parent}. {A.His} best friend was a {B.child} named {B}. On {day} they met {in_place}.",
       "Once upon a time there were two friends, {A} and {B}. [They did everything together.|They lived in the same "
       "street.|Where one was, the other was too.] On {day} they played {in_place}."});
}

void ages(Teller& t) {
  t.tell(
      {"{A} was {A.age} years old. {A.His} friend {B} was {years_older} older, so {B} was {B.age}. [But that did not "
       "matter to them.|But they liked the same games.] One day they were {in_place}.",
       "\"I am {A.age} years old,\" said {A}. \"I am {years_older} older than you,\" said {B}, \"so I am {B.age}.\" "
       "The two friends sat {in_place} and [thought about what to do|looked around]."});
}

void nothing_to_do(Teller& t) {
  t.set("day", t.deal(words::days));
  t.tell(
      {"It was {day}, and {A} had nothing to do. So {A.he} [went to see|called] {B}. \"Let us go to {place},\" said "
       "{A}. \"[Good idea|Oh yes|I will come]!\" said {B}, and off they went."});
}

void bedtime(Teller& t) {
  t.set("memories", t.memories());
  t.tell(
      {"That night {A} told {A.his} {parent} about {memories}. \"What a day!\" said {A.his} {parent}. Then {A} closed "
       "{A.his} eyes and fell asleep.",
       "When {A} was in bed, {A.he} thought about {memories}. [Then {A.he} smiled and fell asleep.|It had been a good "
       "day.]",
       "\"Tell me about your day,\" said {A}'s {parent} that night. So {A} talked about {memories}, until {A.he} was "
       "too tired to talk."});
}

void what_did_you_like(Teller& t) {
  t.set("memories", t.memories());
  t.tell(
      {"The sun went down. \"What did you like best?\" asked {B}. {A} thought about {memories}. \"I liked all of it,\" "
       "{A.he} said.",
       "\"Will you remember this day?\" asked {A}. \"Yes,\" said {B}. \"I will remember {memories}.\""});
}

void goodbye(Teller& t) {
  t.tell(
      {"\"See you tomorrow, {B},\" said {A}. \"See you tomorrow, {A},\" said {B}. [They were tired and happy.|And they "
       "both went home.]",
       "Then it was time to go home. {A} went to {A.his} {parent}, and {B} went home too. [They had had a good "
       "day.|Both of them slept well that night.]"});
}

void dinner(Teller& t) {
  t.set("dinner", t.deal(words::dinners));
  t.tell(
      {"\"Dinner is ready!\" called {A}'s {parent}. There was warm {dinner} for {A} and for {B}. \"This is the best "
       "{dinner} I have ever had,\" said {B}.",
       "In the evening {A}'s {parent} made {dinner}. {A} and {B} ate [all of it|until nothing was left|two plates "
       "each], because they were so hungry."});
}

void counting_stars(Teller& t) {
  const int64_t first = t.number(2, 9), second = t.number(1, 9);
  t.set("n", first);
  t.set("m", second);
  t.set("sum", first + second);
  t.tell(
      {"At night the stars came out. {A} could see {n} of them, and then {B} found {m} more. \"Now we have {sum} "
       "stars,\" said {A}. \"[Good night, stars|Sleep well, stars]!\""});
}

}  // namespace

const std::vector<Scene> openings = {{Where::outdoors, morning},
                                     {Where::outdoors, nothing_to_do},
                                     {Where::indoors, rainy_day},
                                     {Where::anywhere, once_upon_a_time},
                                     {Where::anywhere, ages}};

const std::vector<Scene> endings = {{Where::anywhere, bedtime},
                                    {Where::anywhere, what_did_you_like},
                                    {Where::anywhere, goodbye},
                                    {Where::anywhere, dinner},
                                    {Where::outdoors, counting_stars}};

}  // namespace tinymor::stories
