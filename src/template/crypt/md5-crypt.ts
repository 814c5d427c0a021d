import { createHash } from 'node:crypto';
import { encode } from '../../util/bytes.ts';
import { encodeCrypt } from './encode-crypt.ts';

const order = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5];

/** FreeBSD's MD5-crypt, `$1$`, for systems that still ask for it. */
export const md5Crypt = (password: string, salt: string): string => {
  const [key, salting] = [Buffer.from(encode(password)), Buffer.from(salt.slice(0, 8))];
  const digest = (parts: readonly Uint8Array[]): Buffer => createHash('md5').update(Buffer.concat(parts)).digest();
  const alternate = digest([key, salting, key]);
  const parts: Uint8Array[] = [key, Buffer.from('$1$'), salting, Buffer.alloc(key.length, alternate)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? Buffer.of(0) : key.subarray(0, 1));
  let current = digest(parts);
  for (let round = 0; round < 1000; round++) {
    const odd = round % 2 === 1;
    const pieces: Uint8Array[] = [odd ? key : current];
    if (round % 3) pieces.push(salting);
    if (round % 7) pieces.push(key);
    pieces.push(odd ? current : key);
    current = digest(pieces);
  }
  let text = '';
  for (let index = 0; index < 15; index += 3) {
    text += encodeCrypt(
      [0, 1, 2].map((step) => current[order[index + step] as number] as number),
      4,
    );
  }
  return `$1$${salting}$${text}${encodeCrypt([0, 0, current[11] as number], 2)}`;
};
