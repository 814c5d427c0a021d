import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plain } from '../../../src/modules/coerce.ts';
import { expectIdempotent, type Outcome, runModule, type Setting, shells } from '../harness.ts';

const content = Buffer.from([0, 1, 2, 255, 10]);
const digest = createHash('sha256').update(content).digest('hex');
const written = 'Tue, 01 Sep 2026 00:00:00 GMT';

let server: Server;
let base: string;
let directory: string;
let requests: { method: string | undefined; url: string; headers: Record<string, unknown>; body: string }[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kb-http-'));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      const url = request.url as string;
      requests.push({ method: request.method, url, headers: request.headers, body });
      const json = (value: unknown): void => {
        response.setHeader('Content-Type', 'application/json; charset=utf-8');
        response.end(JSON.stringify(value));
      };
      if (url === '/json') {
        response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2']);
        response.setHeader('X-A-B', 'yes');
        response.setHeader('Content-Type', 'application/vnd.x+json');
        response.end('{"a": 1.0, "b": 12345678901234567890}');
      } else if (url === '/echo') json({ method: request.method, body, type: request.headers['content-type'] ?? null });
      else if (url === '/moved') {
        response.writeHead(302, { Location: '/json' });
        response.end();
      } else if (url === '/auth') {
        if (request.headers.authorization) return response.end(request.headers.authorization);
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' });
        response.end();
      } else if (url === '/file.bin') {
        const since = Date.parse(String(request.headers['if-modified-since'] ?? 0));
        if (since >= Date.parse(written)) {
          response.statusCode = 304;
          return response.end();
        }
        response.setHeader('Last-Modified', written);
        response.end(content);
      } else if (url === '/sums') response.end(`${'0'.repeat(64)}  other\n${digest} *file.bin\n`);
      else {
        response.statusCode = 404;
        response.end('nope');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  rmSync(directory, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

const uri = (args: Record<string, unknown>, setting: Setting = {}): Promise<Outcome> => {
  requests = [];
  return runModule('uri', { ...args, url: `${base}${args.url}` }, setting);
};

const fields = (outcome: Outcome): Record<string, unknown> => plain(outcome.result) as Record<string, unknown>;

/** A host that has these programs and none other. */
const hostWith = (...names: string[]): Setting => {
  const folder = mkdtempSync(join(directory, 'bin-'));
  const needed =
    'sh mktemp dd sed mv rm cat grep tail stat sha1sum sha256sum md5sum chmod chown cp readlink date sleep';
  for (const name of [...needed.split(' '), ...names]) {
    const found = ['/usr/bin', '/bin', '/usr/sbin'].map((each) => join(each, name)).find((path) => existsSync(path));
    if (found) symlinkSync(found, join(folder, name));
  }
  return { environment: { PATH: folder } };
};

for (const tool of ['curl', 'wget'].filter((name) => existsSync(`/usr/bin/${name}`))) {
  describe(`from a host with ${tool}`, () => {
    let host: Setting;
    beforeAll(() => {
      host = hostWith(tool);
    });

    it('tells status, headers, cookies and JSON', async () => {
      const outcome = await uri({ url: '/json', return_content: true }, host);
      expect(outcome.result.get('b')).toBeUndefined();
      expect(fields(outcome)).toMatchObject({
        changed: false,
        status: 200,
        redirected: false,
        url: `${base}/json`,
        x_a_b: 'yes',
        content: '{"a": 1.0, "b": 12345678901234567890}',
        set_cookie: 'a=1; Path=/, b=2',
        cookies: { a: '1', b: '2' },
        cookies_string: 'a=1; b=2',
      });
      expect(outcome.result.get('json')).toEqual(
        new Map<string, unknown>([
          ['a', { value: 1 }],
          ['b', 12345678901234567890n],
        ]),
      );
    });

    it('downloads, once, into a directory with a blank in its name', async () => {
      const place = mkdtempSync(join(directory, 'a place '));
      const args = { url: `${base}/file.bin`, dest: place, checksum: `sha256:${digest}`, mode: '0640' };
      const result = await expectIdempotent('get_url', args, host);
      expect(plain(result)).toMatchObject({
        changed: true,
        status_code: 200,
        size: 5,
        mode: '0640',
        dest: join(place, 'file.bin'),
      });
      expect(readFileSync(join(place, 'file.bin'))).toEqual(content);
      expect(readdirSync(place)).toEqual(['file.bin']);
    });

    it('leaves what was there when the digest is wrong', async () => {
      const dest = join(directory, `kept-${tool}`);
      writeFileSync(dest, 'old');
      const outcome = await runModule('get_url', { url: `${base}/file.bin`, dest, checksum: 'sha256:12ab' }, host);
      expect(fields(outcome).msg).toBe(`The checksum for ${dest} did not match 12ab; it was ${digest}.`);
      expect(readFileSync(dest, 'utf8')).toBe('old');
    });
  });
}

describe('uri', () => {
  it('follows redirects of GET, and says so', async () => {
    expect(fields(await uri({ url: '/moved' }))).toMatchObject({ status: 200, redirected: true, url: `${base}/json` });
    const kept = await uri({ url: '/moved', follow_redirects: 'none', status_code: [302] });
    expect(fields(kept)).toMatchObject({
      status: 302,
      redirected: false,
      location: `${base}/json`,
      msg: 'HTTP Error 302: Found',
    });
  });

  it('fails on any other status, with everything it knows', async () => {
    const outcome = await uri({ url: '/nosuch', return_content: true });
    expect(outcome.failed).toBe(true);
    expect(fields(outcome)).toMatchObject({
      msg: 'Status code was 404 and not [200]: HTTP Error 404: Not Found',
      status: 404,
      content: 'nope',
    });
    expect(fields(await uri({ url: '/nosuch', status_code: '200,404' }))).toMatchObject({ status: 404 });
  });

  it('tells a server that does not answer from one that refuses', async () => {
    const outcome = await runModule('uri', { url: 'http://127.0.0.1:1/' });
    expect(fields(outcome)).toMatchObject({ failed: true, status: -1, redirected: false });
    expect(String(outcome.result.get('msg'))).toMatch(
      /^Status code was -1 and not \[200\]: Request failed: <urlopen error .*connect/i,
    );
  });

  it.each([
    [{ body_format: 'json', body: { a: 'é', b: [1, true] } }, '{"a": "\\u00e9", "b": [1, true]}', 'application/json'],
    [{ body_format: 'json', body: '{"x": 1}' }, '{"x": 1}', 'application/json'],
    [
      { body_format: 'form-urlencoded', body: { a: 'x y&', b: ['1', '2'] } },
      'a=x+y%26&b=1&b=2',
      'application/x-www-form-urlencoded',
    ],
    [{ body: 'as it is "\\ $(x)' }, 'as it is "\\ $(x)', null],
    [{ body: 'typed', headers: { 'Content-Type': 'text/x' } }, 'typed', 'text/x'],
  ])('sends %j', async (args, body, type) => {
    const outcome = await uri({ url: '/echo', method: 'POST', ...args });
    expect(fields(outcome).json).toEqual({ method: 'POST', body, type });
  });

  it('sends files of a form', async () => {
    const body = { f: { content: 'hi', filename: 'a.txt', mime_type: 'text/plain' }, g: 'v' };
    await uri({ url: '/echo', method: 'POST', body_format: 'form-multipart', body });
    expect(requests[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(requests[0]?.body).toContain('Content-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhi\r\n');
  });

  it('gives a password when it is asked, or at once', async () => {
    const secret = { url: '/auth', user: 'u', password: 'p "w', return_content: true };
    const expected = `Basic ${Buffer.from('u:p "w').toString('base64')}`;
    expect(fields(await uri(secret)).content).toBe(expected);
    expect(requests).toHaveLength(2);
    expect(fields(await uri({ ...secret, force_basic_auth: true })).content).toBe(expected);
    expect(requests).toHaveLength(1);
  });

  it('writes the answer to a file, and knows when that changes nothing', async () => {
    const args = { url: '/json', dest: join(directory, 'answer'), mode: '0600' };
    expect(fields(await uri(args))).toMatchObject({ changed: true, path: args.dest });
    expect(statSync(args.dest).mode & 0o777).toBe(0o600);
    expect(fields(await uri(args))).toMatchObject({ changed: false, path: args.dest });
  });

  it('does nothing where `creates` exists', async () => {
    const outcome = await uri({ url: '/json', creates: '/etc/pass*' });
    expect(outcome.plan?.outcome).toBe('skip');
    expect(requests).toEqual([]);
  });

  it.each(['GET ME', ''])('refuses the method %j', async (method) => {
    expect((await uri({ url: '/json', method })).failed).toBe(true);
  });
});

describe('get_url', () => {
  it('asks the server whether there is something newer', async () => {
    const args = { url: `${base}/file.bin`, dest: join(directory, 'newer') };
    expect(fields(await runModule('get_url', args))).toMatchObject({
      changed: true,
      msg: 'OK (5 bytes)',
      checksum_dest: null,
    });
    expect(fields(await runModule('get_url', args))).toMatchObject({
      changed: false,
      status_code: 304,
      msg: 'HTTP Error 304: Not Modified',
    });
  });

  it('takes the digest from a list', async () => {
    const args = { url: `${base}/file.bin`, dest: join(directory, 'listed'), checksum: `sha256:${base}/sums` };
    expect(fields(await runModule('get_url', args))).toMatchObject({ changed: true });
    expect(fields(await runModule('get_url', args))).toMatchObject({ changed: false, msg: 'file already exists' });
  });

  it('keeps a copy of what it replaces', async () => {
    const dest = join(directory, 'replaced');
    writeFileSync(dest, 'old');
    const outcome = await runModule('get_url', { url: `${base}/file.bin`, dest, force: true, backup: true });
    expect(readFileSync(String(outcome.result.get('backup_file')), 'utf8')).toBe('old');
  });

  it('fails and leaves nothing behind where there is no such file', async () => {
    const place = mkdtempSync(join(directory, 'none-'));
    const outcome = await runModule('get_url', { url: `${base}/nosuch`, dest: join(place, 'x') });
    expect(fields(outcome)).toMatchObject({
      failed: true,
      msg: 'Request failed',
      status_code: 404,
      response: 'HTTP Error 404: Not Found',
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it("has the controller fetch for a host without curl and wget, but nothing that is the host's own", async () => {
    const host = hostWith();
    const own = await runModule('get_url', { url: `${base}/file.bin`, dest: join(directory, 'own') }, host);
    expect(String(own.result.get('msg'))).toMatch(/neither curl nor wget.*127\.0\.0\.1 is the host itself/);
    const outer = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal);
    if (!outer) return;
    const url = `${base.replace('127.0.0.1', outer.address)}/file.bin`;
    const dest = join(directory, 'own');
    const other = await runModule('get_url', { url, dest, checksum: `sha256:${digest}`, use_proxy: false }, host);
    expect(fields(other)).toMatchObject({ changed: true, status_code: 200, size: 5 });
    expect(readFileSync(dest)).toEqual(content);
  });

  it.each([
    ['md5', 'The checksum parameter has to be in format <algorithm>:<checksum>'],
    ['crc:12', 'Could not hash with algorithm, crc.'],
    ['sha1:xyz', 'The checksum format is invalid'],
  ])('refuses the checksum %j', async (checksum, message) => {
    const outcome = await runModule('get_url', { url: `${base}/file.bin`, dest: join(directory, 'no'), checksum });
    expect(String(outcome.result.get('msg'))).toContain(message);
  });
});

describe('wait_for', () => {
  it.each(shells)('finds a port that listens (%s)', async (shell) => {
    const port = (server.address() as AddressInfo).port;
    expect(fields(await runModule('wait_for', { port, timeout: 5 }, { shell }))).toMatchObject({
      changed: false,
      state: 'started',
      port,
    });
    expect(
      fields(await runModule('wait_for', { port, state: 'stopped', timeout: 0, msg: 'still there' }, { shell })),
    ).toMatchObject({ failed: true, msg: 'still there' });
    expect(fields(await runModule('wait_for', { port: 1, timeout: 0 }, { shell }))).toMatchObject({
      failed: true,
      msg: 'Timeout when waiting for 127.0.0.1:1',
    });
  });

  it.each(shells)('searches text with a Python expression (%s)', async (shell) => {
    const path = join(directory, `log-${shell}`);
    writeFileSync(path, 'starting\n');
    setTimeout(() => writeFileSync(path, 'starting\nready as node-7\n'), 300);
    const outcome = await runModule(
      'wait_for',
      { path, search_regex: '^ready as (?P<name>\\S+)$', timeout: 10, sleep: 1 },
      { shell },
    );
    expect(fields(outcome)).toMatchObject({
      match_groups: ['node-7'],
      match_groupdict: { name: 'node-7' },
      state: 'file',
      path,
    });
  });

  it('waits until a file is gone', async () => {
    const path = join(directory, 'lock');
    writeFileSync(path, '');
    expect(fields(await runModule('wait_for', { path, state: 'absent', timeout: 0 })).msg).toBe(
      `Timeout when waiting for ${path} to be absent.`,
    );
    rmSync(path);
    expect((await runModule('wait_for', { path, state: 'absent', timeout: 0 })).failed).toBe(false);
  });

  it.each([
    [{ port: 1, path: '/x' }, 'port and path parameter can not both be passed'],
    [{ path: '/x', state: 'drained' }, 'state=drained should only be used for checking a port'],
    [{ port: 1, exclude_hosts: ['10.0.0.1'] }, 'exclude_hosts should only be with state=drained'],
    [{ port: 1, active_connection_states: ['LOST'] }, 'unknown active_connection_state (LOST)'],
    [{ path: '/x', search_regex: '(' }, 'search_regex cannot be read'],
  ])('refuses %j', async (args, message) => {
    expect(String((await runModule('wait_for', args)).result.get('msg'))).toContain(message);
  });
});
