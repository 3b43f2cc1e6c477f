'use strict';
// Unpacks what `xz --format=lzma` has packed. Each bit was packed by how likely it was after what came before it: an
// adaptive probability per circumstance, and one number, `code`, in a range that shrinks by it (a range coder). The bits
// say byte for byte: a new byte, or so many bytes again from so far back.
function unpackLzma(packed) {
  const lc = packed[0] % 9, lp = Math.floor(packed[0] / 9) % 5, pb = Math.floor(packed[0] / 45);
  const probabilities = count => new Uint16Array(count).fill(1024);
  let place = 18, range = 0xffffffff, code = 0;
  for (let i = 14; i < 18; ++i) code = code * 256 + packed[i];

  function shift() {
    if (range >= 0x1000000) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | packed[place++]) >>> 0;
  }
  function bit(p, i) {
    const bound = (range >>> 11) * p[i];
    let value = 0;
    if (code < bound) {
      range = bound;
      p[i] += (2048 - p[i]) >>> 5;
    } else {
      range -= bound;
      code -= bound;
      p[i] -= p[i] >>> 5;
      value = 1;
    }
    shift();
    return value;
  }
  function even(count) {  // bits that may be anything
    let value = 0;
    for (; count > 0; --count) {
      range >>>= 1;
      const one = code >= range ? 1 : 0;
      if (one) code -= range;
      shift();
      value = value * 2 + one;
    }
    return value;
  }
  function tree(p, from, count) {  // the highest bit first
    let node = 1;
    for (let i = 0; i < count; ++i) node = (node << 1) | bit(p, from + node);
    return node - (1 << count);
  }
  function treeBackwards(p, from, count) {
    let node = 1, value = 0;
    for (let i = 0; i < count; ++i) {
      const one = bit(p, from + node);
      node = (node << 1) | one;
      value |= one << i;
    }
    return value;
  }

  const lengths = () => ({choice: probabilities(2), low: probabilities(128), mid: probabilities(128),
    high: probabilities(256)});
  function lengthOf(p, position) {
    if (!bit(p.choice, 0)) return tree(p.low, position << 3, 3);
    if (!bit(p.choice, 1)) return 8 + tree(p.mid, position << 3, 3);
    return 16 + tree(p.high, 0, 8);
  }

  const slots = probabilities(256), near = probabilities(115), align = probabilities(16);
  function distanceOf(length) {
    const slot = tree(slots, Math.min(length, 3) << 6, 6);
    if (slot < 4) return slot;
    const more = (slot >> 1) - 1, base = (2 | (slot & 1)) * 2 ** more;
    if (slot < 14) return base + treeBackwards(near, base - slot, more);
    return base + even(more - 4) * 16 + treeBackwards(align, 0, 4);
  }

  let out = new Uint8Array(1 << 22), at = 0;
  function put(byte) {
    if (at === out.length) {
      const larger = new Uint8Array(2 * at);
      larger.set(out);
      out = larger;
    }
    out[at++] = byte;
  }

  // What the last few steps were: below 7, the newest was a byte.
  let state = 0, last = [0, 0, 0, 0];
  const matches = probabilities(192), repeats = probabilities(12), olders = [0, 1, 2].map(() => probabilities(12));
  const longs = probabilities(192), bytes = probabilities(0x300 << (lc + lp));
  const newLength = lengths(), repeatedLength = lengths();
  function takeByte() {
    const before = at > 0 ? out[at - 1] : 0;
    const from = 0x300 * (((at & ((1 << lp) - 1)) << lc) + (before >> (8 - lc)));
    let symbol = 1;
    if (state >= 7) {  // it is not what a repetition would have gone on with
      for (let like = out[at - last[0] - 1] << 1, same = true; symbol < 0x100 && same; like <<= 1) {
        const guess = (like >> 8) & 1, one = bit(bytes, from + ((1 + guess) << 8) + symbol);
        symbol = (symbol << 1) | one;
        same = one === guess;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | bit(bytes, from + symbol);
    put(symbol & 0xff);
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }
  function again(length) {
    for (; length > 0; --length) put(out[at - last[0] - 1]);
  }

  for (;;) {
    const position = at & ((1 << pb) - 1);
    if (!bit(matches, (state << 4) + position)) {
      takeByte();
    } else if (!bit(repeats, state)) {
      const length = lengthOf(newLength, position);
      last = [distanceOf(length), last[0], last[1], last[2]];
      if (last[0] === 0xffffffff) return out.subarray(0, at);  // the mark of the end
      state = state < 7 ? 7 : 10;
      again(length + 2);
    } else if (!bit(olders[0], state)) {
      if (bit(longs, (state << 4) + position)) {
        const length = lengthOf(repeatedLength, position);
        state = state < 7 ? 8 : 11;
        again(length + 2);
      } else {
        state = state < 7 ? 9 : 11;
        again(1);
      }
    } else {
      const which = !bit(olders[1], state) ? 1 : !bit(olders[2], state) ? 2 : 3;
      last.unshift(last.splice(which, 1)[0]);
      const length = lengthOf(repeatedLength, position);
      state = state < 7 ? 8 : 11;
      again(length + 2);
    }
  }
}
