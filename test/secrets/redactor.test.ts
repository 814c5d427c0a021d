import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mask, Redactor } from '../../src/secrets/redactor.ts';

const of = (...secrets: string[]): Redactor => {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
};

describe('the redactor', () => {
  const secret = 'p"a\'ss\\w <örd>&1';

  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in JSON in JSON', JSON.stringify({ a: JSON.stringify([secret]) })],
    ['in a URL', `https://u:${encodeURIComponent(secret)}@host/`],
    ['quoted for a shell', `echo '${secret.replaceAll("'", `'"'"'`)}'`],
    ['quoted for YAML', `a: '${secret.replaceAll("'", "''")}'`],
    ["as Python's repr", `'${secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`],
  ])('hides a secret %s', (_, text) => {
    expect(of(secret).redact(text)).toContain(mask);
    expect(of(secret).redact(text)).not.toContain('rd>');
  });

  it('hides a secret in base64 at every offset', () => {
    const long = 'correct horse battery';
    for (let before = 0; before < 4; before++)
      for (let after = 0; after < 4; after++) {
        const encoded = Buffer.from(`${'x'.repeat(before)}${long}${'y'.repeat(after)}`).toString('base64');
        const left = of(long).redact(encoded);
        expect(left).toContain(mask);
        expect(left.length).toBeLessThan(mask.length + 12);
      }
  });

  it('hides each line of a secret with several, however indented', () => {
    const key = '-----BEGIN KEY-----\nabcdefgh\nijklmnop\n-----END KEY-----\n';
    const shown = of(key).redact(
      key
        .split('\n')
        .map((line) => `+   ${line}`)
        .join('\n'),
    );
    expect(shown).not.toMatch(/abcdefgh|ijklmnop/);
  });

  it('leaves short secrets alone, which would hide everything', () => {
    expect(of('a', '', 'no').redact('a no b')).toBe('a no b');
  });

  it('hides the longer of two secrets that begin alike', () => {
    expect(of('secret', 'secret-two').redact('x secret-two y secret z')).toBe(`x ${mask} y ${mask} z`);
  });

  it('hides secrets that chunks tear apart, and loses nothing', () => {
    const secrets = fc.array(fc.stringMatching(/^[ab"\n]{4,8}$/), { minLength: 1, maxLength: 3 });
    const chunks = fc.array(fc.stringMatching(/^[ab"\nc]{0,6}$/), { maxLength: 12 });
    fc.assert(
      fc.property(secrets, chunks, (list, parts) => {
        const redactor = of(...list);
        const stream = redactor.stream();
        const streamed = parts.map((part) => stream.push(part)).join('') + stream.end();
        for (const each of list) expect(streamed).not.toContain(each);
        if (!list.some((each) => parts.join('').includes(each.trim()))) {
          const plain = parts.join('');
          if (redactor.redact(plain) === plain) expect(streamed).toBe(plain);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('passes on at once what can not be part of a secret', () => {
    const stream = of('secret').stream();
    expect(stream.push('line one\nsec')).toBe('line one\n');
    expect(stream.push('tor\n')).toBe('sector\n');
    expect(stream.push('sec')).toBe('');
    expect(stream.push('ret!')).toBe(`${mask}!`);
    expect(stream.end()).toBe('');
  });
});
