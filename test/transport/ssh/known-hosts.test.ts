import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  coversHost,
  fingerprint,
  hasAuthority,
  judge,
  knownTypes,
  parseKnownHosts,
} from '../../../src/transport/ssh/known-hosts.ts';

const blob = (type: string, text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(text)]);
};
const ed = (text: string) => ({ type: 'ssh-ed25519', blob: blob('ssh-ed25519', text) });
const line = (hosts: string, text: string, type = 'ssh-ed25519'): string =>
  `${hosts} ${type} ${blob(type, text).toString('base64')}`;
const entries = (...lines: string[]) => parseKnownHosts(lines.join('\n'), '/kh');

describe('which lines cover a host', () => {
  const hashed = (name: string): string => {
    const salt = Buffer.from('0123456789abcdefghij');
    return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
  };
  it.each([
    ['web1', 'web1', true],
    ['web1,10.0.0.1', '10.0.0.1', true],
    ['WEB1', 'web1', true],
    ['web1', 'web10', false],
    ['web?', 'web1', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com,!bad.example.com', 'bad.example.com', false],
    ['!bad.example.com', 'good.example.com', false],
    ['[web1]:2222', '[web1]:2222', true],
    ['[web*]:2222', '[web1]:2222', true],
    ['web1', '[web1]:2222', false],
    ['a.c', 'abc', false],
    [hashed('web1'), 'web1', true],
    [hashed('[web1]:2222'), '[web1]:2222', true],
    [hashed('web2'), 'web1', false],
  ])('%s covers %s: %s', (hosts, name, covered) => {
    expect(coversHost(hosts, name)).toBe(covered);
  });
});

describe('what is known of a key', () => {
  it.each([
    ['the very key', [line('web1', 'a')], 22, 'known'],
    ['nothing', [line('web2', 'a')], 22, 'unknown'],
    ['another key of its type', [line('web1', 'b')], 22, 'changed'],
    ['a key of another type only', [line('web1', 'r', 'ssh-rsa')], 22, 'changed'],
    ['one of several', [line('web1', 'b'), line('web1', 'a')], 22, 'known'],
    ['its port', [line('[web1]:2222', 'a')], 2222, 'known'],
    ['the host without its port', [line('web1', 'a')], 2222, 'known'],
    ['another key without its port, which says nothing of that port', [line('web1', 'b')], 2222, 'unknown'],
    ['another key at its port', [line('[web1]:2222', 'b')], 2222, 'changed'],
    ['a revoked key', [`@revoked ${line('*', 'a')}`, line('web1', 'a')], 22, 'revoked'],
    ['another revoked key', [`@revoked ${line('*', 'b')}`, line('web1', 'a')], 22, 'known'],
    ['an authority, which vouches for certificates only', [`@cert-authority ${line('web1', 'a')}`], 22, 'unknown'],
    ['a comment and a broken line', [`# ${line('web1', 'a')}`, 'web1', ''], 22, 'unknown'],
    ['a marker that there is not', [`@other ${line('web1', 'a')}`], 22, 'unknown'],
  ] as const)('%s', (_, lines, port, is) => {
    expect(judge(entries(...lines), 'web1', port, ed('a')).is).toBe(is);
  });

  it('names the line that says otherwise', () => {
    expect(judge(entries('# c', line('web1', 'r', 'ssh-rsa'), line('web1', 'b')), 'web1', 22, ed('a'))).toMatchObject({
      is: 'changed',
      entry: { file: '/kh', line: 3 },
    });
  });

  it('lists the types that are known, and authorities', () => {
    const all = entries(line('web1', 'r', 'ssh-rsa'), line('web1', 'a'), `@cert-authority ${line('*', 'c')}`);
    expect(knownTypes(all, 'web1', 22)).toEqual(['ssh-rsa', 'ssh-ed25519']);
    expect(hasAuthority(all, 'web1', 22)).toBe(true);
  });
});

it('prints a fingerprint as ssh-keygen does', () => {
  const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIM5/wAVnB5vvuyOsMWHuRejbr9FVI7N+PX+U2Cndyr5e', 'base64');
  expect(fingerprint(key)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});
