import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plain } from '../../src/modules/coerce.ts';
import { type Outcome, runModule, type Setting, shells } from './harness.ts';

/**
 * Every case of <folder>/cases/<module>.yml, run for real in a directory of its own: in check mode, then truly, then once
 * more; and each time the registered result, the diff and the files are what ansible-core left (<module>.json, made by
 * oracle/generate.py). The last run must plan nothing, unless the case says `repeats` (a command is no state).
 */
interface Case {
  readonly name: string;
  readonly module: string;
  readonly args: Record<string, unknown>;
  readonly setup?: string;
  readonly controller?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly repeats?: boolean;
  /** Only root can do it. */
  readonly root?: boolean;
  /** Keys of the result that differ from ansible-core's on purpose, and why. `*`: the whole result. */
  readonly differs?: Readonly<Record<string, string>>;
}

type Fields = Record<string, unknown>;
interface Answer {
  readonly check: Fields;
  readonly apply: Fields;
  readonly again: Fields;
  readonly tree: readonly string[];
}

const folders = readdirSync(import.meta.dirname).filter((name) => existsSync(join(import.meta.dirname, name, 'cases')));
const files = folders.flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder, 'cases'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(import.meta.dirname, folder, 'cases', name)),
);

const me = userInfo();

for (const file of files) {
  const answers = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Answer>;
  const cases = parse(readFileSync(file.replace(/json$/, 'yml'), 'utf8')) as Case[];
  describe(basename(file, '.json'), () => {
    for (const each of cases) {
      const answer = answers[each.name];
      it.skipIf(each.root === true && me.uid !== 0).each(shells)(`${each.name} (%s)`, async (shell) => {
        if (!answer) throw new Error('the oracle was not asked; run oracle/generate.py');
        await inDirectory(each, async (directory, setting) => {
          const args = JSON.parse(JSON.stringify(each.args).replaceAll('$DIR', directory)) as Fields;
          const run = (check: boolean): Promise<Outcome> =>
            runModule(each.module, args, { ...setting, shell, check, diff: true });
          // What is planned does not depend on the shell.
          if (shell === 'sh') same(await run(true), answer.check, each, directory, shell);
          same(await run(false), answer.apply, each, directory, shell);
          expect(listing(directory)).toEqual(answer.tree.map(maskName));
          const again = await run(false);
          same(again, answer.again, each, directory, shell);
          if (!each.repeats && !again.failed) expect(again.plan?.outcome ?? 'nothing').toMatch(/nothing|skip/);
        });
      });
    }
  });
}

const inDirectory = async (each: Case, use: (directory: string, setting: Setting) => Promise<void>): Promise<void> => {
  const base = mkdtempSync(join(tmpdir(), 'kb-case-'));
  try {
    const directory = join(base, 'd');
    mkdirSync(directory);
    for (const [name, content] of Object.entries(each.controller ?? {})) {
      mkdirSync(dirname(join(base, 'c', name)), { recursive: true });
      writeFileSync(join(base, 'c', name), content);
    }
    execFileSync('sh', ['-c', `umask 022; ${each.setup ?? ':'}`], {
      cwd: directory,
      env: { ...process.env, DIR: directory },
    });
    await use(directory, { directory: join(base, 'c'), variables: each.vars ?? {} });
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
};

const same = (outcome: Outcome, expected: Fields, each: Case, directory: string, shell: string): void => {
  if (each.differs?.['*'] !== undefined) return;
  const text = JSON.stringify(plain(outcome.result))
    .replaceAll(directory, '$DIR')
    .replaceAll(directory.replace(/d$/, 'c'), '$CONTROLLER');
  const ours = comparable(JSON.parse(text) as Fields, each, shell);
  const theirs = comparable(expected, each, shell);
  expect(ours).toEqual(theirs);
  if (outcome.failed || each.differs?.diff !== undefined) return;
  const masked = (value: string): string =>
    shortHeader(
      value.replace(times, '').replaceAll(directory, '$DIR').replaceAll(directory.replace(/d$/, 'c'), '$CONTROLLER'),
    );
  const diffs = (outcome.plan?.diff ?? []).map((diff) =>
    Object.fromEntries(Object.entries(diff).map(([key, value]) => [key, masked(String(value))])),
  );
  expect(diffs).toEqual(diffsOf(expected.diff));
};

/** What differs from run to run and from machine to machine is taken out; so is what `find` passed over on the host. */
const comparable = (fields: Fields, each: Case, shell: string): Fields => {
  // The engine registers `changed: false` where a module says nothing of it.
  const out: Fields = 'stat' in fields || !('exists' in fields) ? { changed: false } : {};
  for (const [key, value] of Object.entries(fields)) {
    if (changing.has(key) || key.startsWith('_ansible') || (each.differs && key in each.differs)) continue;
    if (key === 'diff' || (key === 'failed' && value === false)) continue;
    if (key === 'src' && typeof value === 'string' && /\/\.ansible\/tmp\/|^\$CONTROLLER/.test(value)) continue;
    // A directory's size is its file system's affair, a link's that of the directory's name.
    if (key === 'size' && (fields.state === 'directory' || fields.state === 'link')) continue;
    if (key === 'size' && (fields.isdir === true || fields.islnk === true)) continue;
    // Where the host has neither `file` nor `lsattr`, as in busybox.
    if ((key === 'mimetype' || key === 'charset') && shell === 'busybox') continue;
    if ((key === 'attributes' || key === 'attr_flags') && shell === 'busybox') continue;
    if (key === 'stat' && typeof value === 'object' && value !== null)
      out[key] = comparable(value as Fields, each, shell);
    else if (key === 'files' && Array.isArray(value)) {
      // In the order of their names; a directory's own order is its file system's affair.
      const files = value.map((file) => comparable(file as Fields, each, shell));
      out[key] = files.sort((a, b) => (String(a.path) < String(b.path) ? -1 : 1));
    } else if (typeof value === 'string') out[key] = maskName(value);
    else out[key] = value;
    if ((key === 'uid' || key === 'gid') && value === 0) out[key] = key === 'uid' ? me.uid : me.gid;
    if (key === 'owner' && value === 'root') out[key] = me.username;
  }
  return out;
};

const changing = new Set(
  'examined start end delta atime mtime ctime inode dev version invocation warnings deprecations exception'.split(' '),
);

/** When files were read and written, in a state's diff. */
const times = / *"[am]time": .*\n/g;

/** `f.1234.2026-01-01@00:00:00~`, a backup's name. */
const maskName = (text: string): string => text.replace(/\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~/g, '.BACKUP~');

const diffsOf = (diff: unknown): Fields[] => {
  const all = (Array.isArray(diff) ? diff : diff === undefined ? [] : [diff]) as Fields[];
  return all
    .filter((each) => 'before' in each && 'after' in each && JSON.stringify(each.before) !== JSON.stringify(each.after))
    .map((each) => ({
      before: stateText(each.before),
      after: stateText(each.after),
      beforeHeader: header('before', each.before_header),
      afterHeader: header('after', each.after_header),
    }));
};

const header = (word: string, name: unknown): string => shortHeader(name ? `${word}: ${String(name)}` : word);

/** A template's name stands behind a directory of ansible-core's own. */
const shortHeader = (text: string): string =>
  text.replace(/ (\S*\/\.ansible\/tmp\/\S*\/|\$CONTROLLER\/templates\/)/, ' ');

const stateText = (state: unknown): string =>
  typeof state === 'string' ? state : `${JSON.stringify(sorted(state), null, 4)}\n`.replace(times, '');

const sorted = (state: unknown): unknown =>
  typeof state === 'object' && state !== null && !Array.isArray(state)
    ? Object.fromEntries(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)))
    : state;

const listing = (directory: string): string[] =>
  execFileSync('sh', ['-c', listScript], { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\n')
    .slice(0, -1)
    .map((line) => maskName(line).replaceAll(directory, '$DIR'));

/** The same as in oracle/generate.py. */
const listScript = String.raw`find . -mindepth 1 | LC_ALL=C sort | while IFS= read -r f; do
 if [ -L "$f" ]; then printf '%s -> %s\n' "$f" "$(readlink "$f")";
 elif [ -p "$f" ]; then printf '%s|\n' "$f";
 elif [ -d "$f" ]; then printf '%s/ %s\n' "$f" "$(stat -c %a "$f")";
 else printf '%s %s %s\n' "$f" "$(stat -c %a "$f")" "$(sha1sum < "$f" 2>/dev/null | cut -c1-40)"; fi; done`;
