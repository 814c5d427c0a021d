import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode } from '../../src/util/bytes.ts';

it('gives back every byte, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect([...encode(decode(bytes))]).toEqual([...bytes]);
    }),
    { numRuns: 2000 },
  );
});

it('leaves text that is UTF-8 as it is', () => {
  expect(decode(Buffer.from('Grüße, 世界 🎉'))).toBe('Grüße, 世界 🎉');
  expect(decode(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\udcffb');
});
