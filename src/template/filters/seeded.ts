import { createHash } from 'node:crypto';
import { encode } from '../../util/bytes.ts';
import type { Context } from '../plugin.ts';
import { toText } from '../python/text.ts';
import type { Value } from '../values.ts';

/**
 * Numbers from 0 up to 1. With a seed always the same ones, drawn from SHA-256 over seed and counter; they are not those of
 * Python's Mersenne twister, so a list is shuffled the same at each run, but not as Ansible would shuffle it.
 */
export const generator = (context: Context, seed: Value): (() => number) => {
  if (seed === null) return context.surroundings.random;
  let count = 0;
  return () => {
    const digest = createHash('sha256')
      .update(encode(`${toText(seed)}\n${count++}`))
      .digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };
};
