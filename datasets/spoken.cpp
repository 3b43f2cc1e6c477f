#include "datasets/spoken.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "datasets/generated_images.h"
#include "datasets/spectrogram.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/kernels/series.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

constexpr int64_t kSide = 32, kHop = 192, kSamples = (kSide - 1) * kHop + 256;
constexpr double kRange = 50;  // decibels from black to white

/// What a mouth does for a while. Between two phones it moves evenly from one to the other.
struct Phone {
  double formants[3];         ///< Hz, of a grown-up of middle size
  double voice, hiss, pitch;  ///< how loud each is, and around which Hz it hisses
  double milliseconds;
};

/// By letter: vowels, then the beginnings and ends of "ay", "ow" and "ey", then consonants. A dot is a closed mouth.
constexpr std::pair<char, Phone> kPhones[] = {
    {'a', {{660, 1200, 2550}, 1, 0, 0, 90}},          {'u', {{620, 1220, 2550}, 1, 0, 0, 110}},
    {'i', {{280, 2250, 2890}, 0.8, 0, 0, 130}},       {'I', {{400, 1920, 2560}, 0.8, 0, 0, 75}},
    {'e', {{530, 1840, 2480}, 0.9, 0, 0, 95}},        {'o', {{570, 840, 2410}, 1, 0, 0, 120}},
    {'O', {{540, 1100, 2300}, 0.9, 0, 0, 80}},        {'U', {{320, 900, 2200}, 0.7, 0, 0, 130}},
    {'y', {{380, 2000, 2550}, 0.8, 0, 0, 90}},        {'w', {{290, 610, 2150}, 0.5, 0, 0, 60}},
    {'r', {{320, 1060, 1400}, 0.6, 0, 0, 60}},        {'n', {{250, 1250, 2300}, 0.3, 0, 0, 80}},
    {'v', {{230, 1100, 2080}, 0.25, 0.08, 2400, 60}}, {'z', {{240, 1390, 2530}, 0.2, 0.4, 3500, 80}},
    {'s', {{320, 1390, 2530}, 0, 0.7, 3600, 110}},    {'f', {{340, 1100, 2080}, 0, 0.18, 2600, 90}},
    {'T', {{320, 1290, 2540}, 0, 0.12, 3000, 80}},    {'.', {{350, 1500, 2500}, 0, 0, 0, 45}},
    {'t', {{400, 1600, 2600}, 0, 0.8, 3300, 25}},     {'k', {{350, 1900, 2500}, 0, 0.7, 1900, 30}},
};

/// zero, one, two, three, four, five, six, seven, eight, nine
constexpr const char* kWords[] = {"zIrOU", "wun", ".tU", "Tri", "for", "fayv", "sI.ks", "sevun", "ey.t", "nayn"};

const Phone& phone(char letter) {
  return std::find_if(std::begin(kPhones), std::end(kPhones), [&](const auto& known) { return known.first == letter; })
      ->second;
}

/// One resonance: what comes in rings on at `hertz`, and dies away the faster, the wider its band.
class Resonator {
 public:
  double next(double in, double hertz, double band) {
    if (hertz != tuned_) tune(hertz, band);
    const double out = (1 - b_ - c_) * in + b_ * before_ + c_ * before_that_;  // 1 for a tone of 0 Hz
    before_that_ = before_;
    return before_ = out;
  }

 private:
  void tune(double hertz, double band) {
    constexpr double kPi = 3.141592653589793;
    const double r = double(series::exp(float(-kPi * band / kSampleRate)));
    b_ = 2 * r * cosine_of_turns(hertz / kSampleRate);
    c_ = -r * r;
    tuned_ = hertz;
  }

  double before_ = 0, before_that_ = 0, b_ = 0, c_ = 0, tuned_ = -1;
};

/// Who speaks, and where.
struct Speaker {
  Random& random;
  double size = between(0, 1);  // from a large head to a small one
  double formants = 0.8 + 0.5 * size, pitch = (90 + 130 * size) * between(0.85, 1.15), fall = between(0.75, 1.05);
  double speed = between(0.75, 1.6), noise = between(0.001, 0.02), start = between(0.02, 0.98),
         breath = between(0.6, 1.5);

  double between(double low, double high) { return low + (high - low) * random.uniform(); }
};

double mix(double a, double b, double t) {
  return a + (b - a) * t;
}

/// A phone as a speaker says it, `t` of the way from one to the next.
Phone mix(const Phone& a, const Phone& b, double t) {
  Phone now = a;
  for (int i = 0; i < 3; ++i) now.formants[i] = mix(a.formants[i], b.formants[i], t);
  now.voice = mix(a.voice, b.voice, t);
  now.hiss = mix(a.hiss, b.hiss, t);
  now.pitch = a.hiss >= b.hiss ? a.pitch : b.pitch;  // two hisses do not mix
  return now;
}

/// The phones of a word, each with what this speaker makes of it.
std::vector<Phone> said(std::string_view word, Speaker& speaker) {
  std::vector<Phone> phones;
  for (const char letter : word) {
    Phone now = phone(letter);
    for (double& formant : now.formants) formant *= speaker.formants * speaker.between(0.88, 1.12);
    now.pitch *= speaker.between(0.95, 1.05);
    now.hiss *= speaker.breath;
    now.milliseconds *= speaker.between(0.7, 1.3) / speaker.speed;
    phones.push_back(now);
  }
  return phones;
}

void append(std::string& bytes, uint64_t number, int size) {
  for (int i = 0; i < size; ++i) bytes += char(number >> (8 * i) & 255);
}

}  // namespace

std::vector<float> speak(uint64_t seed, int64_t number) {
  // Digits that are drawn use the numbers below.
  Random random(seed, stream_of(Stream::data, (3ull << 30) + uint64_t(number)));
  Speaker speaker{random};
  const std::vector<Phone> phones = said(kWords[number % 10], speaker);
  double total = 0;
  for (const Phone& each : phones) total += each.milliseconds;
  constexpr double kLength = 1000.0 * kSamples / kSampleRate;
  const double start = speaker.start * std::max(0.0, kLength - 40 - total);

  std::vector<float> samples;
  std::array<Resonator, 3> mouth;
  Resonator teeth;
  double turn = 0, flow = 0, at = start;  // of the voice, its softened pulse, and when the phone began
  size_t current = 0;
  const Phone silent{{500, 1500, 2500}, 0, 0, 2500, 0};
  for (int64_t i = 0; i < kSamples; ++i) {
    const double now = 1000.0 * double(i) / kSampleRate, noise = random.uniform() + random.uniform() - 1;
    while (current < phones.size() && now >= at + phones[current].milliseconds) at += phones[current++].milliseconds;
    const bool speaks = now >= start && current < phones.size();
    const Phone& here = speaks ? phones[current] : silent;
    const Phone& next = speaks && current + 1 < phones.size() ? phones[current + 1] : silent;
    const double part = speaks ? (now - at) / here.milliseconds : 0;
    const Phone mouthed = mix(here, next, std::clamp(2.5 * part - 1.5, 0.0, 1.0));  // the last two fifths move

    const double hertz = speaker.pitch * (speaks ? mix(1, speaker.fall, (now - start) / total) : 1);
    turn += hertz / kSampleRate;
    const double pulse = turn >= 1 ? 1 : 0;
    turn -= pulse;
    flow = 0.9 * flow + pulse;
    double sound = mouthed.voice * (flow - 10 * hertz / kSampleRate) + 0.02 * mouthed.voice * noise;
    for (int f = 0; f < 3; ++f) sound = mouth[f].next(sound, mouthed.formants[f], 60.0 + 40 * f);
    const double hissed = teeth.next(noise, mouthed.pitch, 700) * mouthed.hiss * 0.8;
    samples.push_back(float(0.12 * sound + 0.1 * hissed + speaker.noise * noise));
  }
  float largest = 0;
  for (const float sample : samples) largest = std::max(largest, std::fabs(sample));
  for (float& sample : samples) sample *= 0.9f / largest;
  return samples;
}

Images make_spoken(uint64_t seed, int64_t n, int64_t first) {
  return generate_images("sounds", n, first, kSide, [&](int64_t number, Real* pixels) {
    for (const float level : log_mel(speak(seed, number), kSide, kHop, kSide, kRange))
      *pixels++ = Real(int(255 * level + 0.5f)) / 255;
  });
}

ImageSplit make_spoken_split(uint64_t seed, int64_t n) {
  return {make_spoken(seed, n), make_spoken(seed, (n + 4) / 5, kFirstHeldOut)};
}

void write_spoken_sounds(uint64_t seed, const std::filesystem::path& folder) {
  for (int64_t digit = 0; digit < 10; ++digit) {
    std::string data;
    for (const float sample : speak(seed, digit)) append(data, uint64_t(int64_t(32767 * sample)), 2);
    std::string wav = "RIFF";
    append(wav, 36 + data.size(), 4);
    wav += "WAVEfmt ";
    append(wav, 16, 4);
    append(wav, 1, 2);  // whole numbers
    append(wav, 1, 2);  // one channel
    append(wav, kSampleRate, 4);
    append(wav, 2 * kSampleRate, 4);  // bytes per second
    append(wav, 2, 2);                // bytes per sample
    append(wav, 16, 2);               // bits
    wav += "data";
    append(wav, data.size(), 4);
    write_file_atomically(folder / fmt::format("{}.wav", digit), wav + data);
  }
}

}  // namespace tinymor
