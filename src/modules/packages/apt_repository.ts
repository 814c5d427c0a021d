import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Change, type Diff, defineModule, ModuleFailure } from '../module.ts';
import { needed, number, result, text } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { kbSection, parseSections } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';
import { formatSourceLine, isSameSource, parseSourceLine, type SourceLine, sourceFileName } from './apt-sources.ts';
import { aptUpdate } from './apt-update.ts';

interface Wanted {
  readonly repo: string;
  readonly source: SourceLine;
  readonly absent: boolean;
  readonly file: string;
  readonly mode: string;
  readonly update: boolean;
  readonly tries: number;
}

/** Every list of sources, by path. */
type Found = ReadonlyMap<string, string>;

/** Sources of apt in one-line form. Behaviour and return values after the documentation of ansible.builtin.apt_repository. */
export const apt_repository = defineModule<Wanted, Found>({
  name: 'apt_repository',
  summary: 'Adds and removes repositories of Debian packages',
  options: {
    repo: { description: 'The source as in sources.list.', type: 'str', required: true },
    state: { description: 'Whether it is there.', type: 'str', choices: ['absent', 'present'], default: 'present' },
    mode: { description: 'The mode of a new file.', type: 'raw' },
    update_cache: {
      description: "Reads the repositories' lists after a change.",
      type: 'bool',
      default: true,
      aliases: ['update-cache'],
    },
    update_cache_retries: { description: 'How often that is tried.', type: 'int', default: 5 },
    update_cache_retry_max_delay: { description: 'Accepted; tries wait 1, 2, 3 … seconds.', type: 'int', default: 12 },
    filename: { description: 'The file in sources.list.d, without .list.', type: 'str' },
    codename: { description: 'The release, for a PPA.', type: 'str' },
    install_python_apt: { description: 'Accepted; nothing has to be installed on hosts.', type: 'bool', default: true },
    validate_certs: { description: 'Accepted; apt checks by its own settings.', type: 'bool', default: true },
  },
  prepare: (args) => {
    const repo = needed(args, 'repo').trim();
    if (repo.startsWith('ppa:'))
      throw new ModuleFailure(
        `'${repo}': a PPA's key would have to be asked of Launchpad; name its deb line and its key with deb822_repository`,
      );
    const source = parseSourceLine(repo);
    if (source === undefined || !source.enabled) throw new ModuleFailure(`Invalid repository string: ${repo}`);
    const name = text(args, 'filename') ?? sourceFileName(source);
    const mode = args.get('mode');
    return {
      repo,
      source,
      absent: text(args, 'state') === 'absent',
      file: name.startsWith('/') ? name : `/etc/apt/sources.list.d/${name.replace(/\.list$/, '')}.list`,
      mode: typeof mode === 'number' ? mode.toString(8).padStart(4, '0') : (text(args, 'mode') ?? '0644'),
      update: args.get('update_cache') !== false,
      tries: number(args, 'update_cache_retries') ?? 5,
    };
  },
  look: (wanted) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: sh`for kb_file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list ${wanted.file}; do
  [ ! -f "$kb_file" ] || kb_section "$kb_file" cat "$kb_file"
done`,
    },
    parse: (reply) => new Map([...parseSections(reply.stdout)].map(([path, section]) => [path, section.text])),
  }),
  plan: (wanted, found) => {
    const writes = rewrites(wanted, found as Found);
    const changes: Change[] = [...writes.keys()].map((path) => ({
      what: path,
      before: wanted.absent ? wanted.repo : null,
      after: wanted.absent ? null : wanted.repo,
    }));
    const diff: Diff[] = [...writes].map(([path, after]) => ({
      before: (found as Found).get(path) ?? '',
      after: after ?? '',
      beforeHeader: (found as Found).has(path) ? path : '/dev/null',
      afterHeader: after === undefined ? '/dev/null' : path,
    }));
    return { outcome: writes.size > 0 ? 'change' : 'nothing', changes, result: resultOf(wanted, found as Found), diff };
  },
  apply: (wanted, found) => {
    const there = found as Found;
    const writes = [...rewrites(wanted, there)];
    // What was there comes back where the lists cannot be read, so that later updates of others do not fail.
    const before = writes.map(([path]) => [path, there.get(path)] as const);
    const all = [...writes, ...before];
    const { stdin, sizes } = contentsOf(all.map(([, content]) => content ?? ''));
    const set = (index: number): ShellText => {
      const [path, content] = all[index] as readonly [string, string | undefined];
      return content === undefined ? sh`rm -f -- ${path}` : writeFile(sh`${path}`, sizes[index] as number, wanted.mode);
    };
    const refresh = sh`${aptUpdate(wanted.tries, 60)}
if [ -n "$kb_failed" ]; then
  ${joinShell(before.map((_, index) => set(writes.length + index)))}
  kb_fail "Failed to update apt cache after ${wanted.tries} retries: $kb_said"
fi`;
    return {
      script: {
        functions: [put, fail, ...writeFileFunctions],
        environment: { LC_ALL: 'C' },
        stdin,
        text: joinShell([
          sh`mkdir -p /etc/apt/sources.list.d`,
          ...writes.map((_, index) => set(index)),
          wanted.update ? refresh : sh`:`,
        ]),
      },
      finish: (reply) => {
        readRecords({ ...reply, stderr: reply.code === 0 ? new Uint8Array() : reply.stderr });
        return resultOf(wanted, there);
      },
    };
  },
});

/** Files that must change: path → new content, undefined where nothing is left in it. */
const rewrites = (wanted: Wanted, found: Found): Map<string, string | undefined> => {
  const writes = new Map<string, string | undefined>();
  const matches = (line: string): SourceLine | undefined => {
    const there = parseSourceLine(line);
    return there !== undefined && isSameSource(there, wanted.source) ? there : undefined;
  };
  const edit = (change: (line: string) => string[]): void => {
    for (const [path, content] of found) {
      const lines = content.split('\n');
      const after = lines.flatMap(change);
      if (after.length === lines.length && after.every((line, index) => line === lines[index])) continue;
      writes.set(
        path,
        after.every((line) => line.trim() === '') && path !== '/etc/apt/sources.list' ? undefined : after.join('\n'),
      );
    }
  };
  if (wanted.absent) {
    edit((line) => (matches(line)?.enabled ? [] : [line]));
    return writes;
  }
  const lines = [...found.values()].flatMap((content) => content.split('\n'));
  if (lines.some((line) => matches(line)?.enabled)) return writes;
  if (lines.some((line) => matches(line))) {
    edit((line) => [matches(line) ? formatSourceLine(wanted.source) : line]);
    return writes;
  }
  const content = found.get(wanted.file) ?? '';
  writes.set(wanted.file, `${content === '' || content.endsWith('\n') ? content : `${content}\n`}${wanted.repo}\n`);
  return writes;
};

const resultOf = (wanted: Wanted, found: Found) => {
  const writes = rewrites(wanted, found);
  return result({
    changed: writes.size > 0,
    repo: wanted.repo,
    state: wanted.absent ? 'absent' : 'present',
    sources_added: [...writes.keys()].filter((path) => !found.has(path)),
    sources_removed: [...writes].filter(([, content]) => content === undefined).map(([path]) => path),
  });
};
