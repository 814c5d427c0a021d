import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinShell, quote, sh } from '../../../src/transport/shell/quote.ts';
import type { Connection, RemoteShell } from '../../../src/transport/transport.ts';
import { decode, encode } from '../../../src/util/bytes.ts';
import { connectLocally, shells } from './local-shells.ts';

it.each([
  ['plain-word_1.txt', 'plain-word_1.txt'],
  ['', "''"],
  ["it's", "'it'\\''s'"],
  ['a b', "'a b'"],
  ['~', "'~'"],
  ['A=1', "'A=1'"],
  ['$(reboot)', "'$(reboot)'"],
])('quotes %j', (word, quoted) => {
  expect(quote(word)).toBe(quoted);
});

it('refuses what no shell word can hold', () => {
  expect(() => quote('a\0b')).toThrow(RangeError);
});

it('makes text of words, numbers, lists and text', () => {
  expect(sh`chmod ${'0644'} ${7} ${['a b', 'c']} ${sh`-- ${"it's"}`}`.text).toBe("chmod 0644 7 'a b' c -- 'it'\\''s'");
  expect(joinShell([sh`a`, sh`b`]).text).toBe('a\nb');
});

describe.each(shells())('through a real shell: %s', (_, path) => {
  let connection: Connection;
  let shell: RemoteShell;
  beforeAll(async () => {
    connection = await connectLocally(path);
    shell = await connection.shell({ method: 'none' });
  });
  afterAll(() => connection.close());

  const bytes = fc.uint8Array({ maxLength: 30 }).map((each) => decode(each.filter((byte) => byte !== 0)));
  const nasty = fc.constantFrom(
    "'",
    '"',
    '\\',
    '$(id)',
    '`id`',
    '\n',
    '\r\n',
    '-n',
    '--',
    '*',
    '~',
    '!',
    '\\n',
    '%s',
    '\x81\x88',
    '\u{1f389}',
    '\t',
    ';',
    '&',
    '#',
    '=',
  );
  const word = fc.oneof(
    bytes,
    fc.array(nasty, { maxLength: 6 }).map((each) => each.join('')),
    fc.string({ unit: 'binary', maxLength: 20 }).map((each) => decode(encode(each.replaceAll('\0', '')))),
  );

  it('every word arrives as it was, as an argument, in a variable and in the environment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 20, maxLength: 60 }), async (words) => {
        const scripts = words.flatMap((each, i) => [
          { text: sh`printf '%s' ${each}` },
          { text: sh`x=${each}; printf '%s' "$x$X"`, environment: { X: each }, ownSession: i === 0 },
        ]);
        const replies = await shell.send(scripts);
        words.forEach((each, i) => {
          const expected = Buffer.from(encode(each));
          expect(Buffer.from(replies[2 * i]?.stdout as Uint8Array)).toEqual(expected);
          expect(Buffer.from(replies[2 * i + 1]?.stdout as Uint8Array)).toEqual(Buffer.concat([expected, expected]));
        });
      }),
      { numRuns: 4 },
    );
  });

  it('200 KB of any bytes arrive as they were', async () => {
    const content = Uint8Array.from({ length: 200_000 }, (_, i) => (((i * 2654435761) >>> 13) % 255) + 1);
    const [inText, inInput] = await shell.send([
      { text: sh`printf '%s' ${decode(content)}` },
      { text: sh`cat`, stdin: content },
    ]);
    expect(Buffer.compare(inText?.stdout as Uint8Array, content)).toBe(0);
    expect(Buffer.compare(inInput?.stdout as Uint8Array, content)).toBe(0);
  });
});
