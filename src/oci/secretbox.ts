import { timingSafeEqual } from 'node:crypto';

/** Bytes of a key, of a nonce, and of the authenticator in front of a box. */
const keyBytes = 32;
const nonceBytes = 24;
const tagBytes = 16;

/**
 * Opens a box of NaCl's `crypto_secretbox` (XSalsa20 and Poly1305; Bernstein, "Cryptography in NaCl", sections 7 to 9), which
 * Node.js has not and cosign locks its private keys in. Undefined where the key is another, or the box was changed.
 */
export const openSecretbox = (box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer | undefined => {
  if (key.length !== keyBytes || nonce.length !== nonceBytes || box.length < tagBytes) return undefined;
  const tag = box.subarray(0, tagBytes);
  const sealed = box.subarray(tagBytes);
  const own = salsa(key, nonce.subarray(0, 16), 'key');
  const stream = keystream(own, nonce.subarray(16), keyBytes + sealed.length);
  if (!timingSafeEqual(poly1305(sealed, stream.subarray(0, keyBytes)), tag)) return undefined;
  return Buffer.from(sealed.map((byte, at) => byte ^ (stream[keyBytes + at] as number)));
};

const keystream = (key: Uint8Array, nonce: Uint8Array, length: number): Buffer => {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 64 < length; block++) {
    const input = Buffer.alloc(16);
    input.set(nonce);
    input.writeUInt32LE(block, 8);
    blocks.push(salsa(key, input, 'block'));
  }
  return Buffer.concat(blocks).subarray(0, length);
};

/** The words of a state that are mixed with each other: the columns, then the rows. */
const quarters = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

/** Salsa20/20 of a key and 16 bytes: 64 bytes of a stream, or with HSalsa20 32 bytes that are a key again. */
const salsa = (key: Uint8Array, input: Uint8Array, result: 'block' | 'key'): Buffer => {
  const constants = Buffer.from('expand 32-byte k');
  const [c0, c1, c2, c3] = [0, 4, 8, 12].map((at) => constants.subarray(at, at + 4)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const bytes = Buffer.concat([c0, key.subarray(0, 16), c1, input, c2, key.subarray(16), c3]);
  const start = Array.from({ length: 16 }, (_, word) => bytes.readUInt32LE(word * 4));
  const state = Uint32Array.from(start);
  const mix = (to: number, left: number, right: number, by: number): void => {
    const sum = ((state[left] as number) + (state[right] as number)) >>> 0;
    state[to] = (state[to] as number) ^ ((sum << by) | (sum >>> (32 - by)));
  };
  for (let round = 0; round < 10; round++)
    for (const [a, b, c, d] of quarters) {
      mix(b, a, d, 7);
      mix(c, b, a, 9);
      mix(d, c, b, 13);
      mix(a, d, c, 18);
    }
  const words = result === 'key' ? [0, 5, 10, 15, 6, 7, 8, 9].map((at) => state[at] as number) : sum(state, start);
  const out = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) out.writeUInt32LE(word, at * 4);
  return out;
};

const sum = (state: Uint32Array, start: readonly number[]): number[] =>
  start.map((word, at) => (word + (state[at] as number)) >>> 0);

/** Poly1305 of a message with a key for it alone (RFC 8439, section 2.5). */
const poly1305 = (message: Uint8Array, key: Uint8Array): Buffer => {
  const prime = (1n << 130n) - 5n;
  const factor = littleEndian(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const part = message.subarray(at, at + 16);
    sum = ((sum + littleEndian(part) + (1n << BigInt(part.length * 8))) * factor) % prime;
  }
  const tag = (sum + littleEndian(key.subarray(16))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
};

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).reverse().toString('hex')}`);
