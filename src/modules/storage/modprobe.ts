import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure, type Result } from '../module.ts';
import { needed, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';

interface Wanted {
  readonly name: string;
  readonly state: 'present' | 'absent';
  readonly params: string;
  readonly persistent: 'disabled' | 'absent' | 'present';
}

interface Found {
  readonly loaded: boolean;
  /** Files below modules-load.d and modprobe.d, by path. */
  readonly loadFiles: ReadonlyMap<string, string>;
  readonly optionFiles: ReadonlyMap<string, string>;
}

/** Kernel modules, now and at boot. Behaviour and return values after the documentation of community.general.modprobe. */
export const modprobe = defineModule<Wanted, Found>({
  name: 'modprobe',
  aliases: ['community.general.modprobe'],
  summary: 'Loads and unloads kernel modules',
  options: {
    name: { description: 'The module.', type: 'str', required: true },
    state: { description: 'Whether it is loaded.', type: 'str', choices: ['absent', 'present'], default: 'present' },
    params: { description: 'Its parameters.', type: 'str', default: '' },
    persistent: {
      description: 'Whether it is loaded at boot.',
      type: 'str',
      choices: ['disabled', 'present', 'absent'],
      default: 'disabled',
    },
  },
  prepare: (args) => ({
    name: needed(args, 'name'),
    state: (text(args, 'state') ?? 'present') as Wanted['state'],
    params: text(args, 'params') ?? '',
    persistent: (text(args, 'persistent') ?? 'disabled') as Wanted['persistent'],
  }),
  look: (wanted) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`kb_section loaded grep -q ${`^${escaped(underscored(wanted.name))} `} /proc/modules`,
        sh`kb_section builtin grep -q ${`/${escaped(wanted.name).replace(/[-_]/g, '[-_]')}\\.ko`} "/lib/modules/$(uname -r)/modules.builtin"`,
        ...(wanted.persistent === 'disabled'
          ? []
          : [
              sh`for kb_file in /etc/modules-load.d/*.conf /etc/modprobe.d/*.conf; do [ ! -f "$kb_file" ] || kb_section "$kb_file" cat "$kb_file"; done`,
            ]),
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const files = (folder: string): Map<string, string> =>
        new Map([...sections].filter(([name]) => name.startsWith(folder)).map(([name, { text }]) => [name, text]));
      return {
        loaded: sectionOf(sections, 'loaded').code === 0 || sectionOf(sections, 'builtin').code === 0,
        loadFiles: files('/etc/modules-load.d/'),
        optionFiles: files('/etc/modprobe.d/'),
      };
    },
  }),
  plan: (wanted, found) => {
    const changes = changesOf(wanted, found as Found);
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: resultOf(wanted, changes.length > 0),
    };
  },
  apply: (wanted, found) => {
    const writes = [...rewrites(wanted, found as Found)];
    const { stdin, sizes } = contentsOf(writes.map(([, content]) => content));
    const moves = (wanted.state === 'present') !== (found as Found).loaded;
    const words = wanted.params.split(/\s+/).filter((word) => word !== '');
    const move =
      wanted.state === 'present'
        ? sh`modprobe ${[wanted.name, ...words]} </dev/null`
        : sh`modprobe -r ${wanted.name} </dev/null`;
    return {
      script: {
        functions: writeFileFunctions,
        environment: { LC_ALL: 'C' },
        stdin,
        text: joinShell([
          ...(moves ? [sh`${move} || exit`] : []),
          writes.length > 0 ? sh`mkdir -p /etc/modules-load.d /etc/modprobe.d` : sh`:`,
          ...writes.map(([path], index) => writeFile(sh`${path}`, sizes[index] as number)),
        ]),
      },
      finish: (reply) => {
        if (reply.code === 0) return resultOf(wanted, true);
        const said = /error=(.*?)\0/s.exec(decode(reply.stdout))?.[1] ?? decode(reply.stderr).trim();
        throw new ModuleFailure(said, [
          ['rc', reply.code],
          ['stdout', decode(reply.stdout)],
          ['stderr', decode(reply.stderr)],
          ...resultOf(wanted, false).entries(),
        ] as [string, string][]);
      },
    };
  },
});

const changesOf = (wanted: Wanted, found: Found): Change[] => {
  const what = `kernel module ${wanted.name}`;
  const changes: Change[] = [];
  if (wanted.state === 'present' && !found.loaded) changes.push({ what, before: 'not loaded', after: 'loaded' });
  if (wanted.state === 'absent' && found.loaded) changes.push({ what, before: 'loaded', after: 'not loaded' });
  for (const [path, content] of rewrites(wanted, found)) {
    const before = found.loadFiles.get(path) ?? found.optionFiles.get(path) ?? null;
    changes.push({ what: path, before: before?.trim() ?? null, after: content.trim() });
  }
  return changes;
};

/** Files of modules-load.d and modprobe.d that must be written: path → new content. */
const rewrites = (wanted: Wanted, found: Found): Map<string, string> => {
  const { name, params, persistent } = wanted;
  const files = new Map<string, string>();
  if (persistent === 'disabled') return files;
  const loads = (line: string): boolean => /^[^#;]/.test(line.trim()) && underscored(line.trim()) === underscored(name);
  const options = (line: string): string | undefined => {
    const match = /^\s*options\s+(\S+)\s+(.*)$/.exec(line);
    return match && underscored(match[1] as string) === underscored(name) ? (match[2] as string).trim() : undefined;
  };
  const comment = (from: ReadonlyMap<string, string>, matches: (line: string) => boolean): void => {
    for (const [path, content] of from) {
      const lines = content.split('\n').map((line) => (matches(line) ? `#${line}` : line));
      if (lines.join('\n') !== content) files.set(path, lines.join('\n'));
    }
  };
  if (persistent === 'absent') {
    comment(found.loadFiles, loads);
    comment(found.optionFiles, (line) => options(line) !== undefined);
    return files;
  }
  const present = [...found.loadFiles.values()].some((content) => content.split('\n').some(loads));
  if (!present) files.set(`/etc/modules-load.d/${name}.conf`, `${name}\n`);
  const current = [...found.optionFiles.values()].flatMap((content) => content.split('\n').map(options));
  if (params !== '' && !current.some((each) => each === params.trim())) {
    comment(found.optionFiles, (line) => options(line) !== undefined);
    files.set(`/etc/modprobe.d/${name}.conf`, `options ${name} ${params}\n`);
  }
  return files;
};

const underscored = (name: string): string => name.replaceAll('-', '_');
const escaped = (name: string): string => name.replace(/[.[\]*^$\\]/g, '\\$&');

const resultOf = (wanted: Wanted, changed: boolean): Result =>
  result({ changed, name: wanted.name, params: wanted.params, state: wanted.state });
