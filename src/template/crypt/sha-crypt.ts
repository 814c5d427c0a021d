import { createHash } from 'node:crypto';
import { encode } from '../../util/bytes.ts';
import { encodeCrypt } from './encode-crypt.ts';

/** The order in which the bytes of the last digest are written, three to four characters. */
const orders = {
  sha256: [
    0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19, 29,
  ],
  sha512: Array.from({ length: 63 }, (_, index) => {
    const row = Math.floor(index / 3);
    return ((row + (index % 3)) % 3) * 21 + row;
  }),
} as const;

/** SHA-crypt, `$5$` and `$6$`, by Ulrich Drepper's specification "Unix crypt using SHA-256 and SHA-512". */
export const shaCrypt = (kind: 'sha256' | 'sha512', password: string, salt: string, rounds: number): string => {
  const times = Math.min(999_999_999, Math.max(1000, rounds));
  const [key, salting] = [Buffer.from(encode(password)), Buffer.from(salt.slice(0, 16))];
  const digest = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash(kind);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const stretch = (block: Buffer, length: number): Buffer => Buffer.alloc(length, block);
  const alternate = digest(key, salting, key);
  const parts: Uint8Array[] = [key, salting, stretch(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? alternate : key);
  let current = digest(...parts);
  const p = stretch(digest(...Array.from({ length: key.length }, () => key)), key.length);
  const s = stretch(digest(...Array.from({ length: 16 + (current[0] as number) }, () => salting)), salting.length);
  for (let round = 0; round < times; round++) {
    const odd = round % 2 === 1;
    const middle = round % 3 === 0 ? (round % 7 === 0 ? [] : [p]) : round % 7 === 0 ? [s] : [s, p];
    current = digest(Buffer.concat([odd ? p : current, ...middle, odd ? current : p]));
  }
  const tail =
    kind === 'sha256'
      ? encodeCrypt([0, current[31] as number, current[30] as number], 3)
      : encodeCrypt([0, 0, current[63] as number], 2);
  const order: readonly number[] = orders[kind];
  let text = '';
  for (let index = 0; index < order.length; index += 3) {
    text += encodeCrypt(
      [0, 1, 2].map((step) => current[order[index + step] as number] as number),
      4,
    );
  }
  const count = times === 5000 ? '' : `rounds=${times}$`;
  return `$${kind === 'sha256' ? 5 : 6}$${count}${salting}$${text}${tail}`;
};
