#pragma once
// The words of the stories. A list is one kind of hole in a sentence.

#include <string>
#include <vector>

#include "datasets/story_teller.h"

namespace tinymor::stories::words {

using List = std::vector<std::string>;

/// A place to be: "the garden", "in the garden".
struct Place {
  std::string name;
  std::string being_there;
};

/// Something to do: "climb the tree", "climbed the tree".
struct Deed {
  std::string plan;
  std::string done;
};

struct Riddle {
  std::string clue;
  std::string answer;
};

inline const std::vector<Person> children = {
    {"Mia", true},  {"Lily", true},  {"Anna", true},  {"Rosa", true},  {"Nora", true},  {"Ella", true}, {"Zoe", true},
    {"Ruby", true}, {"Clara", true}, {"Ida", true},   {"Ben", false},  {"Tom", false},  {"Max", false}, {"Leo", false},
    {"Sam", false}, {"Finn", false}, {"Paul", false}, {"Jack", false}, {"Otto", false}, {"Hugo", false}};

inline const std::vector<Person> parents = {{"mother", true},       {"father", false}, {"grandmother", true},
                                            {"grandfather", false}, {"aunt", true},    {"uncle", false}};

inline const std::vector<Place> places = {{"the garden", "in the garden"},   {"the forest", "in the forest"},
                                          {"the meadow", "in the meadow"},   {"the park", "in the park"},
                                          {"the lake", "by the lake"},       {"the river", "by the river"},
                                          {"the farm", "on the farm"},       {"the beach", "on the beach"},
                                          {"the orchard", "in the orchard"}, {"the hill", "on the hill"}};

inline const std::vector<Place> rooms = {{"the kitchen", "in the kitchen"},   {"the attic", "in the attic"},
                                         {"the barn", "in the barn"},         {"the playroom", "in the playroom"},
                                         {"the workshop", "in the workshop"}, {"the library", "in the library"}};

inline const List spots_outdoors = {"under the old bench",   "behind the big tree", "beside the well",
                                    "under the bridge",      "next to the fence",   "in the tall grass",
                                    "behind the stone wall", "near the gate",       "between the two rocks",
                                    "on the tree stump",     "in the hollow log",   "under the rose bush"};

inline const List spots_indoors = {"under the table",    "behind the door",  "in the wooden box",  "on the top shelf",
                                   "under the rug",      "in the toy chest", "behind the curtain", "in the cupboard",
                                   "on the window sill", "under the stairs", "beside the stove",   "in the big basket"};

inline const List colours = {"red", "blue", "green", "yellow", "orange", "purple", "white", "black", "brown", "silver"};

inline const List toys = {"ball", "kite",   "boat",     "drum", "whistle", "book",   "scarf", "bell",
                          "lamp", "puppet", "umbrella", "rope", "flute",   "basket", "train", "spoon"};

/// Small things to find and count.
inline const std::vector<Noun> things_outdoors = {{"apple", "apples"},  {"shell", "shells"},     {"stone", "stones"},
                                                  {"berry", "berries"}, {"acorn", "acorns"},     {"egg", "eggs"},
                                                  {"nut", "nuts"},      {"feather", "feathers"}, {"leaf", "leaves"},
                                                  {"pear", "pears"},    {"plum", "plums"},       {"flower", "flowers"}};

inline const std::vector<Noun> things_indoors = {
    {"button", "buttons"}, {"cookie", "cookies"}, {"marble", "marbles"}, {"bead", "beads"},     {"pencil", "pencils"},
    {"candle", "candles"}, {"card", "cards"},     {"block", "blocks"},   {"ribbon", "ribbons"}, {"nail", "nails"}};

inline const List animals_outdoors = {"frog",   "owl",   "fox",  "rabbit", "duck",   "hedgehog", "squirrel",
                                      "turtle", "snail", "mole", "otter",  "badger", "robin",    "lizard"};

inline const List animals_indoors = {"mouse",  "kitten",  "puppy",   "beetle", "moth",
                                     "spider", "hamster", "cricket", "parrot"};

inline const List sizes = {"small", "little", "tiny", "young", "shy", "friendly"};

inline const List foods = {"bread", "cheese", "honey", "cake", "soup", "jam", "porridge", "rice"};

inline const List dinners = {"soup", "rice", "porridge", "stew", "pie", "bread"};

inline const List secret_words = {"maple",   "lantern", "pepper", "thunder", "button",  "silver", "window",
                                  "feather", "island",  "marble", "candle",  "pumpkin", "ribbon", "dragon"};

inline const List weathers = {"sunny", "bright", "windy", "cold", "warm", "misty", "cloudy", "quiet"};

inline const List days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

inline const std::vector<Deed> deeds_outdoors = {{"feed the birds", "fed the birds"},
                                                 {"climb the big tree", "climbed the big tree"},
                                                 {"build a hut", "built a hut"},
                                                 {"pick flowers", "picked flowers"},
                                                 {"dig a deep hole", "dug a deep hole"},
                                                 {"look for snails", "looked for snails"},
                                                 {"water the plants", "watered the plants"},
                                                 {"roll down the slope", "rolled down the slope"},
                                                 {"play with the dog", "played with the dog"}};

inline const std::vector<Deed> deeds_indoors = {{"bake bread", "baked bread"},
                                                {"paint a picture", "painted a picture"},
                                                {"build a tower", "built a tower"},
                                                {"read a book", "read a book"},
                                                {"sweep the floor", "swept the floor"},
                                                {"sing a song", "sang a song"},
                                                {"wind the clock", "wound the clock"},
                                                {"write a letter", "wrote a letter"},
                                                {"play with the cat", "played with the cat"}};

inline const std::vector<Riddle> riddles = {{"It is green, and it jumps", "frog"},
                                            {"It carries its house on its back", "snail"},
                                            {"It has long ears and likes carrots", "rabbit"},
                                            {"It sleeps all day and flies at night", "owl"},
                                            {"It says moo and gives us milk", "cow"},
                                            {"It is small and grey and likes cheese", "mouse"},
                                            {"It gives us wool", "sheep"},
                                            {"It makes honey", "bee"},
                                            {"It has eight legs", "spider"},
                                            {"It can talk like we do", "parrot"}};

}  // namespace tinymor::stories::words
