// Checks SM2 signatures (GB/T 32918.2) with SM3 (GB/T 32905), which no browser knows: public numbers only.
"use strict";

const sm2 = (function () {
  const number = (hex) => BigInt("0x" + hex);
  const p = number("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff");
  const a = p - 3n;
  const b = number("28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93");
  const n = number("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123");
  const g = {
    x: number("32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"),
    y: number("bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"),
  };
  const signer = "1234567812345678";
  const bits = 256;

  // ── SM3 ──

  const turned = (word, by) => (by ? (word << by) | (word >>> (32 - by)) : word);
  const spread = (word, one, other) => word ^ turned(word, one) ^ turned(word, other);

  function sm3(content) {
    const whole = Math.ceil((content.length + 9) / 64) * 64;
    const padded = new Uint8Array(whole);
    padded.set(content);
    padded[content.length] = 0x80;
    const words = new DataView(padded.buffer);
    words.setUint32(whole - 4, content.length * 8);
    let held = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
    for (let at = 0; at < whole; at += 64) held = block(held, words, at);
    const digest = new DataView(new ArrayBuffer(32));
    held.forEach((word, place) => digest.setUint32(place * 4, word >>> 0));
    return new Uint8Array(digest.buffer);
  }

  function block(held, words, at) {
    const w = [];
    for (let j = 0; j < 16; j += 1) w.push(words.getUint32(at + j * 4));
    for (let j = 16; j < 68; j += 1) {
      w.push(spread(w[j - 16] ^ w[j - 9] ^ turned(w[j - 3], 15), 15, 23) ^ turned(w[j - 13], 7) ^ w[j - 6]);
    }
    let [A, B, C, D, E, F, G, H] = held;
    for (let j = 0; j < 64; j += 1) {
      const early = j < 16;
      const one = turned((turned(A, 12) + E + turned(early ? 0x79cc4519 : 0x7a879d8a, j % 32)) | 0, 7);
      const first = ((early ? A ^ B ^ C : (A & B) | (A & C) | (B & C)) + D + (one ^ turned(A, 12)) + (w[j] ^ w[j + 4])) | 0;
      const second = ((early ? E ^ F ^ G : (E & F) | (~E & G)) + H + one + w[j]) | 0;
      [D, C, B, A] = [C, turned(B, 9), A, first];
      [H, G, F, E] = [G, turned(F, 19), E, spread(second, 9, 17)];
    }
    return [A, B, C, D, E, F, G, H].map((word, place) => word ^ held[place]);
  }

  // ── the curve; null is the point at infinity ──

  const within = (value, most) => ((value % most) + most) % most;

  function inverse(value) {
    let [low, high, one, other] = [within(value, p), p, 1n, 0n];
    while (low > 1n) {
      const times = high / low;
      [high, low] = [low, high - times * low];
      [other, one] = [one, other - times * one];
    }
    return within(one, p);
  }

  function plus(one, other) {
    if (!one || !other) return one || other;
    let slope;
    if (one.x === other.x) {
      if (within(one.y + other.y, p) === 0n) return null;
      slope = (3n * one.x * one.x + a) * inverse(2n * one.y);
    } else slope = (other.y - one.y) * inverse(other.x - one.x);
    const x = within(slope * slope - one.x - other.x, p);
    return { x, y: within(slope * (one.x - x) - one.y, p) };
  }

  function sumOf(one, at, other, beside) {
    const both = plus(at, beside);
    let found = null;
    for (let bit = BigInt(bits) - 1n; bit >= 0n; bit -= 1n) {
      found = plus(found, found);
      const takes = ((one >> bit) & 1n) + 2n * ((other >> bit) & 1n);
      if (takes) found = plus(found, [null, at, beside, both][Number(takes)]);
    }
    return found;
  }

  // ── the signature ──

  const valueOf = (octets) => number(Array.from(octets, (one) => one.toString(16).padStart(2, "0")).join("") || "0");
  const octetsOf = (value) => Uint8Array.from(value.toString(16).padStart(64, "0").match(/../g), (one) => parseInt(one, 16));

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((length, one) => length + one.length, 0));
    parts.reduce((at, one) => (whole.set(one, at), at + one.length), 0);
    return whole;
  }

  // x, y: 32 octets each; signature: r and s, 32 octets each; said: what was signed.
  function isGood(x, y, signature, said) {
    if (x.length !== 32 || y.length !== 32 || signature.length !== 64) return false;
    const key = { x: valueOf(x), y: valueOf(y) };
    const r = valueOf(signature.slice(0, 32));
    const s = valueOf(signature.slice(32));
    const total = (r + s) % n;
    if (!(r > 0n && r < n && s > 0n && s < n && total)) return false;
    if (key.x >= p || key.y >= p || within(key.y * key.y - (key.x * key.x * key.x + a * key.x + b), p)) return false;
    const who = new TextEncoder().encode(signer);
    const length = Uint8Array.of((who.length * 8) >> 8, (who.length * 8) & 255);
    const front = sm3(joined(length, who, ...[a, b, g.x, g.y].map(octetsOf), x, y));
    const point = sumOf(s, g, total, key);
    return point !== null && (valueOf(sm3(joined(front, said))) + point.x) % n === r;
  }

  return { isGood, sm3 };
})();
