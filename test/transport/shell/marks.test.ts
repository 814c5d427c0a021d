import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MarkScanner } from '../../../src/transport/shell/marks.ts';

const nonce = 'abcabd';

/** What a scanner makes of bytes that come in these pieces: output joined, marks as `<kind rest>`. */
const scan = (pieces: readonly Uint8Array[]): string => {
  let seen = '';
  const scanner = new MarkScanner(
    nonce,
    (bytes) => {
      seen += Buffer.from(bytes).toString('latin1');
    },
    ({ kind, rest }) => {
      seen += `<${kind} ${rest}>`;
    },
  );
  for (const piece of pieces) scanner.push(piece);
  scanner.push(Buffer.from(`${nonce} Z end\n`));
  return seen;
};

it.each([
  ['out', 'out<Z end>'],
  [`out${nonce} O 1.0\nmore`, 'out<O 1.0>more<Z end>'],
  [`${nonce} O\r\n`, '<O ><Z end>'],
  [`abc${nonce} E 1.0 0 1 2\n`, 'abc<E 1.0 0 1 2><Z end>'],
  [`nonce='${nonce}'\n`, `nonce='${nonce}'\n<Z end>`],
  [`${nonce} 1 is no mark\n`, `${nonce} 1 is no mark\n<Z end>`],
  [`${nonce} long${'g'.repeat(200)}\n`, `${nonce} long${'g'.repeat(200)}\n<Z end>`],
])('finds the marks in %j', (text, seen) => {
  expect(scan([Buffer.from(text)])).toBe(seen);
});

it('finds the same however the bytes are cut', () => {
  const token = fc.oneof(
    fc.constantFrom(nonce, `${nonce} `, `${nonce} O 1.0\n`, `${nonce} E 1.0 3 1 2\n`, 'abc', 'abcab', '\n', ' '),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 12 }), (tokens, cuts) => {
      const bytes = Buffer.from(tokens.join(''), 'latin1');
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      expect(scan(pieces)).toBe(scan([bytes]));
    }),
    { numRuns: 1000 },
  );
});
