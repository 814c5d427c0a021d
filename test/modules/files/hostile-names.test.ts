import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plain } from '../../../src/modules/coerce.ts';
import { decode, encode } from '../../../src/util/bytes.ts';
import { expectIdempotent, runModule, type Setting, shells } from '../harness.ts';

/**
 * Whatever a name or a content is made of, every module that takes one acts on that file, on no other, and runs nothing of
 * it: blanks, quotes, line ends, `$()`, leading dashes, bytes that are no UTF-8, in dash and in busybox's ash.
 */
const pieces = [
  ...[
    ' ',
    "'",
    '"',
    '\n',
    '\\',
    '*',
    '?',
    '[a]',
    '~',
    '-',
    '--help',
    '-rf',
    '#',
    ';',
    '&',
    '|',
    '<',
    '>',
    '!',
    '%s',
    '{}',
  ],
  ...[
    '$(touch pwned)',
    '`touch pwned`',
    '${HOME}',
    '$x',
    "'; touch pwned; '",
    '\t',
    '\r',
    '=',
    ':',
    'é',
    '日本',
    '\u{1f600}',
    'a',
  ],
  // A byte that is not UTF-8, as src/util/bytes.ts writes it.
  ...['\udcff', '\udc80'],
];
const names = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))
  // Ansible's modules take these from a name before any of ours sees it.
  .filter((name) => name.trim() === name && !name.includes('/') && name !== '~' && !/[$]\{?\w/.test(name));
const contents = fc.array(fc.constantFrom(...pieces, 'line\n'), { maxLength: 20 }).map((parts) => parts.join(''));

const more = process.env.K8S_BM_EXAMPLES;
let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'kb-hostile-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A folder of its own for each example, whose listing is compared byte by byte. */
const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(base, 'd'));
  await work(folder);
  expect(readdirSync('.')).not.toContain('pwned');
  rmSync(folder, { recursive: true });
};

const listing = (folder: string): string[] =>
  readdirSync(folder, { encoding: 'buffer' })
    .map((name) => decode(name))
    .sort();
const bytesOf = (folder: string, name: string): Buffer => readFileSync(path(folder, name));
const path = (folder: string, name: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), encode(name)]);
const fields = async (module: string, args: Record<string, unknown>, setting: Setting) => {
  const { result, failed } = await runModule(module, args, setting);
  if (failed) throw new Error(`${module}: ${String(result.get('msg'))}`);
  return plain(result) as Record<string, unknown>;
};

const forEachName = (runs: number, work: (name: string, content: string, folder: string) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(names, contents, (name, content) => inFolder((folder) => work(name, content, folder))),
    // The same examples every time; K8S_BM_EXAMPLES=500 looks for others.
    more ? { numRuns: Number(more) } : { numRuns: runs, seed: 20 },
  );

describe.each(shells)('hostile names (%s)', { timeout: 120_000 }, (shell) => {
  const setting: Setting = { shell };

  it('are written, read and told by copy, slurp, stat and find', () =>
    forEachName(10, async (name, content, folder) => {
      const dest = `${folder}/${name}`;
      await expectIdempotent('copy', { dest, content }, setting);
      expect(listing(folder)).toEqual([name]);
      expect(bytesOf(folder, name)).toEqual(Buffer.from(encode(content)));
      const slurped = await fields('slurp', { src: dest }, setting);
      expect(Buffer.from(String(slurped.content), 'base64')).toEqual(Buffer.from(encode(content)));
      const { stat } = (await fields('stat', { path: dest }, setting)) as { stat: Record<string, unknown> };
      expect(stat).toMatchObject({ exists: true, size: encode(content).length, path: dest });
      const found = await fields('find', { paths: folder, hidden: true }, setting);
      expect((found.files as { path: string }[]).map((each) => each.path)).toEqual([dest]);
    }));

  it('are made, linked, copied and removed by file and copy on the host', () =>
    forEachName(8, async (name, _, folder) => {
      await expectIdempotent('file', { path: `${folder}/${name}`, state: 'directory', mode: '0750' }, setting);
      await expectIdempotent(
        'file',
        { path: `${folder}/${name}/link`, src: name, state: 'link', force: true },
        setting,
      );
      expect(decode(readlinkSync(path(folder, `${name}/link`), { encoding: 'buffer' }))).toBe(name);
      writeFileSync(path(folder, `${name}/a${name}`), 'kept');
      const copied = { src: `${folder}/${name}/a${name}`, dest: `${folder}/b${name}`, remote_src: true };
      await expectIdempotent('copy', copied, setting);
      expect(String(bytesOf(folder, `b${name}`))).toBe('kept');
      await expectIdempotent('file', { path: `${folder}/${name}`, state: 'absent' }, setting);
      expect(listing(folder)).toEqual([`b${name}`]);
    }));

  it('are edited by lineinfile, blockinfile, replace and ini_file', () =>
    forEachName(8, async (name, content, folder) => {
      const file = `${folder}/${name}`;
      const line = `key = ${content.replaceAll(/[\n\r]/g, '').trim()}`;
      await expectIdempotent('lineinfile', { path: file, line, regexp: '^key', create: true }, setting);
      expect(decode(bytesOf(folder, name))).toBe(`${line}\n`);
      await expectIdempotent('blockinfile', { path: file, block: `block ${line}` }, setting);
      await expectIdempotent('replace', { path: file, regexp: '^block', replace: 'BLOCK' }, setting);
      expect(decode(bytesOf(folder, name))).toContain(`\nBLOCK ${line}\n`);
      writeFileSync(path(folder, name), '[s]\n');
      await expectIdempotent(
        'ini_file',
        { path: file, section: 's', option: 'o', value: `v${name.replaceAll(/[\n\r\t]/g, '')}` },
        setting,
      );
      expect(listing(folder)).toEqual([name]);
    }));

  it('are rendered by template, fetched, made by tempfile and unpacked', () =>
    forEachName(6, async (name, content, folder) => {
      const controller = join(folder, 'controller');
      mkdirSync(controller);
      writeFileSync(join(controller, 'it.j2'), '{{ content }}');
      const there: Setting = { shell, directory: controller, variables: { content } };
      await expectIdempotent('template', { src: 'it.j2', dest: `${folder}/${name}` }, there);
      // A template's own line ends are the system's.
      expect(decode(bytesOf(folder, name))).toBe(content);
      await fields('fetch', { src: `${folder}/${name}`, dest: `${controller}/fetched`, flat: true }, setting);
      expect(readFileSync(join(controller, 'fetched'))).toEqual(bytesOf(folder, name));
      const made = await fields('tempfile', { path: folder, prefix: `t${name}`, suffix: name }, setting);
      expect(String(made.path).startsWith(`${folder}/t${name}`)).toBe(true);
      expect(listing(folder)).toContain(String(made.path).slice(folder.length + 1));
    }));

  it('end as they are asked to, when the end is letters only', () =>
    inFolder(async (folder) => {
      const made = await fields('tempfile', { path: folder, suffix: 'conf' }, setting);
      expect(String(made.path)).toMatch(/\/ansible\.\w{8}conf$/);
    }));

  it('200 KB of any bytes arrive as they are', async () => {
    const bytes = Buffer.alloc(200_000);
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31 + (at >> 8)) & 0xff;
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'source'), bytes);
      await expectIdempotent('copy', { src: join(folder, 'source'), dest: `${folder}/- $(x) '"\n` }, setting);
      expect(bytesOf(folder, `- $(x) '"\n`)).toEqual(bytes);
      const slurped = await fields('slurp', { src: `${folder}/- $(x) '"\n` }, setting);
      expect(Buffer.from(String(slurped.content), 'base64')).toEqual(bytes);
    });
  });
});
