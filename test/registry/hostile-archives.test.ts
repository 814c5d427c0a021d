import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExtractLimits, extractArchive } from '../../src/registry/extract.ts';

let outside: string;
let into: string;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'k8s-bm-extract-'));
  into = join(outside, 'a', 'b', 'into');
  await mkdir(into, { recursive: true });
  await writeFile(join(outside, 'witness'), 'untouched');
});
afterEach(async () => rm(outside, { recursive: true, force: true }));

type Entry = Partial<Header> & { readonly name: string; readonly content?: string };

const tar = (...entries: Entry[]): Readable => {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry({ mode: 0o644, ...header }, content);
  archive.finalize();
  return archive as unknown as Readable;
};

const unpack = (archive: Readable, limits?: Partial<ExtractLimits>, dropTop = false) =>
  extractArchive(archive, into, { what: 'role etcd', dropTop, limits });

/** The archive is refused with this sentence, the folder is empty again, and nothing was written anywhere else. */
const refused = async (archive: Readable, sentence: RegExp, limits?: Partial<ExtractLimits>) => {
  const error = await unpack(archive, limits).then(
    () => undefined,
    (failed: unknown) => failed as Error,
  );
  expect(error?.name).toBe('UserError');
  expect(error?.message).toMatch(/^role etcd .*; nothing of it was kept$/);
  expect(error?.message).toMatch(sentence);
  expect(error?.message).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(await readdir(outside, { recursive: true })).toEqual(
    expect.arrayContaining(['witness', 'a', 'a/b', 'a/b/into']),
  );
  expect(await readdir(outside, { recursive: true })).toHaveLength(4);
  expect(await readFile(join(outside, 'witness'), 'utf8')).toBe('untouched');
};

const file = (name: string): Entry => ({ name, content: 'x' });
const symlink = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname });

/** A tar header with a name in bytes that are not UTF-8, which a library for writing does not make. */
const withRawName = (name: Buffer): Readable => {
  const block = Buffer.alloc(512);
  name.copy(block);
  block.write('0000644 \0', 100);
  block.write('00000000000 ', 124);
  block.write('        0', 148);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Readable.from([Buffer.concat([block, Buffer.alloc(1024)])]);
};

describe('an archive that is honest', () => {
  it('is unpacked, compressed or not, with files that are readable and nothing more', async () => {
    const entries: Entry[] = [
      { name: './', type: 'directory', mode: 0o700 },
      { name: './tasks/', type: 'directory', mode: 0o2777 },
      { name: './tasks/main.yml', content: '- debug:\n', mode: 0o600 },
      { name: 'files//run', content: '#!/bin/sh\n', mode: 0o777 },
      { name: 'files/hard', type: 'link', linkname: './files/run' },
      { name: `files/${'long'.repeat(40)}/${'name'.repeat(40)}`, content: 'kept' },
      { name: 'files/Grüße', content: 'kept' },
      symlink('files/link', '../tasks/./main.yml'),
      symlink('files/dangling', 'nothing'),
      { name: '.git/config', content: '[core]\n fsmonitor = evil\n' },
      { name: 'sub/.GIT/config', content: 'evil' },
    ];
    for (const archive of [tar(...entries), (tar(...entries) as Readable).pipe(createGzip())]) {
      await unpack(archive);
      expect((await readdir(into)).sort()).toEqual(['files', 'tasks']);
      expect((await stat(join(into, 'tasks'))).mode & 0o7777).toBe(0o755);
      expect((await stat(join(into, 'tasks/main.yml'))).mode & 0o7777).toBe(0o644);
      expect((await stat(join(into, 'files/run'))).mode & 0o7777).toBe(0o755);
      expect(await readFile(join(into, 'files/link'), 'utf8')).toBe('- debug:\n');
      expect(await readlink(join(into, 'files/dangling'))).toBe('nothing');
      expect(await readFile(join(into, 'files/hard'), 'utf8')).toBe('#!/bin/sh\n');
      expect(await readFile(join(into, 'files/Grüße'), 'utf8')).toBe('kept');
      for (const name of await readdir(into)) await rm(join(into, name), { recursive: true });
    }
  });

  it('loses the one folder that all lies in, where that is asked for', async () => {
    await unpack(tar(file('etcd-1.2/meta/main.yml'), symlink('etcd-1.2/link', 'meta')), {}, true);
    expect((await readdir(into)).sort()).toEqual(['link', 'meta']);
  });

  it('keeps its folders where there are several', async () => {
    await unpack(tar(file('meta/main.yml'), file('tasks/main.yml')), {}, true);
    expect((await readdir(into)).sort()).toEqual(['meta', 'tasks']);
  });
});

describe('an archive is refused', () => {
  const cases: readonly (readonly [string, () => Readable, RegExp])[] = [
    ['with an absolute path', () => tar(file('ok'), file('/tmp/evil')), /an absolute path: \/tmp\/evil/],
    ['with ..', () => tar(file('ok'), file('a/../../evil')), /a path with \.\.: a\/\.\.\/\.\.\/evil/],
    ['with a link to an absolute path', () => tar(symlink('passwd', '/etc/passwd')), /a link that leads out of it/],
    ['with a link above it', () => tar(symlink('up/up', '../../witness')), /leads out of it: up\/up -> \.\.\/\.\.\/w/],
    [
      'with a link that leads out through another link',
      () => tar(file('a/b/c/f'), symlink('a/b/c/x', '../../..'), symlink('a/b/c/y', 'x/../witness')),
      /leads out of it: a\/b\/c\/y -> x\/\.\.\/witness/,
    ],
    [
      'with a link, and a file behind it',
      () => tar(symlink('dir', '..'), file('dir/evil')),
      /puts a file behind a link: dir/,
    ],
    ['with a link over a file', () => tar(file('a'), symlink('a', 'b')), /a name twice: a/],
    ['with links in a circle', () => tar(symlink('a', 'b'), symlink('b', 'a')), /links in a circle/],
    [
      'with a hard link out of it',
      () => tar({ name: 'hard', type: 'link', linkname: '../../../witness' }),
      /a path with \.\./,
    ],
    [
      'with a hard link to an absolute path',
      () => tar({ name: 'hard', type: 'link', linkname: '/etc/shadow' }),
      /an absolute path: \/etc\/shadow/,
    ],
    [
      'with a hard link to a link',
      () => tar(symlink('a', 'b'), { name: 'hard', type: 'link', linkname: 'a' }),
      /a hard link to what is not a file of it: hard -> a/,
    ],
    ['with a device', () => tar({ name: 'sda', type: 'block-device', devmajor: 8 }), /\(block-device\): sda/],
    ['with a terminal', () => tar({ name: 'tty', type: 'character-device' }), /\(character-device\): tty/],
    ['with a pipe', () => tar({ name: 'pipe', type: 'fifo' }), /\(fifo\): pipe/],
    ['with setuid', () => tar({ name: 'su', mode: 0o4755, content: 'x' }), /runs as another user.*: su/],
    ['with setgid', () => tar({ name: 'sg', mode: 0o2755, content: 'x' }), /runs as another user.*: sg/],
    ['with one name twice', () => tar(file('a/b'), file('./a//b')), /a name twice: a\/b/],
    ['with a file that is a folder too', () => tar(file('a'), file('a/b')), /a name twice: a/],
    ['with names that differ by case', () => tar(file('README'), file('Readme')), /README and Readme/],
    ['with folders that differ by case', () => tar(file('Files/a'), file('files/b')), /Files and files/],
    ['with one name in two forms of Unicode', () => tar(file('\u00e9'), file('e\u0301')), /by upper and lower case/],
    ['with a name in Latin-1', () => withRawName(Buffer.from('Gr\xfc\xdfe', 'latin1')), /a name that is not UTF-8/],
    ['with a name of Shift JIS', () => withRawName(Buffer.from([0x93, 0xfa, 0x96, 0x7b])), /a name that is not UTF-8/],
    ['with a name that clears the screen', () => tar(file('a\x1b[2Jb')), /control characters: a\\u001b\[2Jb/],
    ['with a name that runs backwards', () => tar(file('a\u202etxt.exe')), /control characters/],
    ['with a line in a name', () => tar(file('a\nb')), /control characters: a\\nb/],
    ['with a link to a name with control characters', () => tar(symlink('a', '\x1b[2J')), /not text: a/],
    ['with a long name', () => tar(file('n'.repeat(256))), /a name that is too long: n{117}…/],
    ['with a long path', () => tar(file('folder/'.repeat(200))), /a name that is too long/],
    ['with nothing in it', () => tar(), /is empty/],
  ];
  it.each(cases)('%s', async (_name, archive, sentence) => {
    await refused(archive(), sentence);
    await refused(archive().pipe(createGzip()), sentence);
  });

  const forms: readonly (readonly [string, Buffer, RegExp])[] = [
    ['when it is a page of a web server', Buffer.from('<html>'.repeat(200)), /is not a tar/],
    ['when it is short', Buffer.from('no'), /ends too early/],
    ['when there is nothing', Buffer.alloc(0), /is empty/],
    ['when it is a zip', Buffer.from('PK\x03\x04zip'), /is a zip archive, and only tar/],
    ['when it is compressed with xz', Buffer.from('\xfd7zXZ\0', 'latin1'), /with xz, and only/],
  ];
  it.each(forms)('%s', async (_name, bytes, sentence) => refused(Readable.from([bytes]), sentence));
});

describe('an archive without an end', () => {
  const megabyte = Buffer.alloc(1024 * 1024);

  it('is refused when it has more bytes than are allowed, before they are all read', async () => {
    let read = 0;
    const zeros = function* () {
      for (; read < 10 * 1024; read++) yield megabyte;
    };
    await refused(Readable.from(zeros()), /is larger than 8388608 bytes/, { bytes: 8 * 1024 * 1024 });
    expect(read).toBeLessThan(40);
  });

  it('is refused when one file of it has them, compressed to a thousandth', async () => {
    const archive = pack();
    const entry = archive.entry({ name: 'zeros', size: 10 * 1024 ** 3 });
    const fill = (): void => {
      while (entry.write(megabyte));
      entry.once('drain', fill);
    };
    fill();
    entry.on('error', () => {});
    const compressed = new PassThrough();
    (archive as unknown as Readable).pipe(createGzip({ level: 1 })).pipe(compressed);
    await refused(compressed, /is larger than 33554432 bytes/, { bytes: 32 * 1024 * 1024 });
    entry.removeAllListeners('drain');
    archive.destroy();
  });

  it('is refused when it has a million entries', async () => {
    const block = (await buffer(tar({ name: 'd/', type: 'directory' }))).subarray(0, 512);
    let made = 0;
    const many = function* () {
      for (; made < 1000; made++) yield Buffer.concat(Array.from({ length: 1000 }, () => block));
    };
    await refused(Readable.from(many()), /has more than 5000 entries/, { entries: 5000 });
    expect(made).toBeLessThan(100);
  });

  it('is refused when it is cut off', async () => {
    const whole = await buffer(tar({ name: 'a', content: 'x'.repeat(5000) }, file('b')));
    for (const size of [100, 512, 3000, 512 + 5120, whole.length - 1024])
      await refused(Readable.from([whole.subarray(0, size)]), /ends too early/);
    const small = gzipSync(whole);
    await refused(Readable.from([small.subarray(0, small.length - 20)]), /ends too early/);
    small[small.length - 5] = (small[small.length - 5] as number) ^ 1;
    await refused(Readable.from([small]), /is damaged/);
  });

  it('is refused when more and more follows what is compressed', async () => {
    const whole = await buffer(tar(file('a')).pipe(createGzip()));
    let read = 0;
    const junk = function* () {
      yield whole;
      for (; read < 1024; read++) yield Buffer.alloc(1024 * 1024, 'junk');
    };
    await refused(Readable.from(junk()), /goes on behind its end|is damaged/, { bytes: 4 * 1024 * 1024 });
    expect(read).toBeLessThan(20);
  });

  it('is refused when its source finds fault with the last byte only', async () => {
    for (const good of [tar(file('a')), tar(file('a')).pipe(createGzip())]) {
      const whole = await buffer(good);
      const checking = Readable.from(
        (async function* () {
          yield whole;
          await delay(20);
          throw new Error('not the digest that was promised');
        })(),
      );
      await expect(unpack(checking)).rejects.toThrow(/^not the digest that was promised$/);
      expect(await readdir(into)).toEqual([]);
    }
  });

  it('is refused when it is not the one expected', async () => {
    const whole = await buffer(tar(file('a')));
    const digest = await unpack(Readable.from([whole]));
    expect(digest).toBe(`sha256:${createHash('sha256').update(whole).digest('hex')}`);
    await rm(join(into, 'a'));
    const expected = `sha256:${'0'.repeat(64)}`;
    await expect(extractArchive(Readable.from([whole]), into, { what: 'role etcd', expected })).rejects.toThrow(
      `role etcd is not what it was: expected ${expected}, received ${digest}; nothing of it was kept`,
    );
    expect(await readdir(into)).toEqual([]);
  });

  it('is not to blame when its source has failed before it is read', async () => {
    const gone = new Readable({ read() {} });
    gone.destroy(new Error('there is no such file'));
    await expect(unpack(gone)).rejects.toThrow('there is no such file');
    expect(await readdir(into)).toEqual([]);
  });

  it('is not to blame when its source fails', async () => {
    const failing = Readable.from(
      (async function* () {
        yield megabyte.subarray(0, 512);
        throw new Error('the cable was cut');
      })(),
    );
    await expect(unpack(failing)).rejects.toThrow(/^the cable was cut$/);
    expect(await readdir(into)).toEqual([]);
  });
});
