import { describe, expect, it } from 'vitest';
import { parseChallenges, readToken } from '../../src/oci/authentication.ts';

describe('a challenge', () => {
  it.each([
    ['Basic realm="a, b"', [{ scheme: 'basic', parameters: { realm: 'a, b' } }]],
    [
      'Bearer realm="https://auth.example.org/token",service="registry.example.org",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.example.org/token',
            service: 'registry.example.org',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    [
      'Basic realm="x", Bearer realm="y\\"z", error=invalid_token',
      [
        { scheme: 'basic', parameters: { realm: 'x' } },
        { scheme: 'bearer', parameters: { realm: 'y"z', error: 'invalid_token' } },
      ],
    ],
    [
      'Negotiate, Basic realm=plain',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'plain' } },
      ],
    ],
    ['', []],
  ])('%s', (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });
});

describe('a token', () => {
  it('ends a little before the registry says so, and after a minute where it says nothing', () => {
    expect(readToken('{"token":"t","expires_in":300}', 0)).toEqual({ authorization: 'Bearer t', expires: 290_000 });
    expect(readToken('{"access_token":"t"}', 0)).toEqual({ authorization: 'Bearer t', expires: 50_000 });
  });

  it('is none where the answer holds none', () => {
    expect(readToken('<html>')).toBeUndefined();
    expect(readToken('null')).toBeUndefined();
    expect(readToken('{"token":""}')).toBeUndefined();
  });
});
