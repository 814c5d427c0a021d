import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { flag, needed, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { contentsOf, writeFile, writeFileFunctions } from '../shell/write-file.ts';

interface Wanted {
  readonly name: string;
  /** Undefined with `state: absent`. */
  readonly value: string | undefined;
  readonly file: string;
  /** Whether the running kernel is compared and set too. */
  readonly live: boolean;
  readonly reload: boolean;
  readonly ignoreErrors: boolean;
}

interface Found {
  readonly content: string;
  readonly inFile: string | undefined;
  readonly inKernel: string | undefined;
}

/** Kernel parameters. Behaviour and return values after the documentation of ansible.posix.sysctl. */
export const sysctl = defineModule<Wanted, Found>({
  name: 'sysctl',
  aliases: ['ansible.posix.sysctl'],
  summary: 'Sets kernel parameters, in a file and in the running kernel',
  options: {
    name: { description: 'The parameter.', type: 'str', required: true, aliases: ['key'] },
    value: { description: 'Its value.', type: 'str', aliases: ['val'] },
    state: { description: 'Whether the file has it.', type: 'str', choices: ['present', 'absent'], default: 'present' },
    sysctl_file: { description: 'The file.', type: 'path', default: '/etc/sysctl.conf' },
    sysctl_set: { description: 'Sets it in the running kernel too.', type: 'bool', default: false },
    reload: { description: 'Reads the file into the kernel when it changed.', type: 'bool', default: true },
    ignoreerrors: { description: 'Passes over unknown parameters.', type: 'bool', default: false },
  },
  constraints: { requiredIf: [['state', 'present', ['value']]] },
  prepare: (args) => {
    const name = needed(args, 'name').trim();
    const value = text(args, 'value')?.trim();
    const absent = text(args, 'state') === 'absent';
    if (name === '') throw new ModuleFailure('name cannot be blank');
    if (!absent && !value) throw new ModuleFailure('value cannot be blank');
    return {
      name,
      value: absent ? undefined : asWord(value as string),
      file: text(args, 'sysctl_file') ?? '/etc/sysctl.conf',
      live: flag(args, 'sysctl_set'),
      reload: args.get('reload') !== false,
      ignoreErrors: flag(args, 'ignoreerrors'),
    };
  },
  look: (wanted) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`[ ! -e ${wanted.file} ] || kb_section file cat ${wanted.file}`,
        wanted.live ? sh`kb_section kernel sysctl -n -- ${wanted.name}` : sh`:`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const kernel = sectionOf(sections, 'kernel');
      const content = sectionOf(sections, 'file').text;
      return {
        content,
        inFile: lastValue(content, wanted.name),
        inKernel: kernel.code === 0 ? kernel.text.trim() : undefined,
      };
    },
  }),
  plan: (wanted, found) => {
    const changes = changesOf(wanted, found as Found);
    return planned(changes);
  },
  apply: (wanted, found) => {
    const { content } = found as Found;
    const writes = changesFile(wanted, found as Found);
    const { stdin, sizes } = contentsOf([edited(content, wanted)]);
    return {
      script: {
        functions: writeFileFunctions,
        environment: { LC_ALL: 'C' },
        ...(writes ? { stdin } : {}),
        text: joinShell([
          ...(changesKernel(wanted, found as Found) ? [setLive(wanted)] : []),
          ...(writes ? [writeFile(sh`${wanted.file}`, sizes[0] as number)] : []),
          ...(writes && wanted.reload ? [reload(wanted)] : []),
        ]),
      },
      finish: (reply) => {
        const failed = /(?:^|\0)error=(.*?)\0/s.exec(decode(reply.stdout));
        if (failed || reply.code !== 0) throw new ModuleFailure(failed?.[1] ?? decode(reply.stderr).trim());
        return result({ changed: true });
      },
    };
  },
});

const changesFile = (wanted: Wanted, found: Found): boolean =>
  wanted.value === undefined
    ? found.inFile !== undefined
    : found.inFile === undefined || !same(found.inFile, wanted.value);

const changesKernel = (wanted: Wanted, found: Found): boolean =>
  wanted.live && wanted.value !== undefined && (found.inKernel === undefined || !same(found.inKernel, wanted.value));

const changesOf = (wanted: Wanted, found: Found): Change[] => {
  const { name, file, value = null } = wanted;
  const changes: Change[] = [];
  if (changesKernel(wanted, found))
    changes.push({ what: `sysctl ${name}`, before: found.inKernel ?? null, after: value });
  if (changesFile(wanted, found))
    changes.push({ what: `sysctl ${name} in ${file}`, before: found.inFile ?? null, after: value });
  return changes;
};

/** The file with the parameter's line set, once: where it stands, or at the end; or without it. */
const edited = (content: string, { name, value }: Wanted): string => {
  const lines = content === '' ? [] : content.replace(/\n$/, '').split('\n');
  const kept: string[] = [];
  let placed = value === undefined;
  for (const line of lines) {
    if (keyOf(line) !== name) kept.push(line);
    else if (!placed) {
      kept.push(`${name}=${value}`);
      placed = true;
    }
  }
  if (!placed) kept.push(`${name}=${value}`);
  return kept.map((line) => `${line}\n`).join('');
};

const lastValue = (content: string, name: string): string | undefined => {
  const lines = content.split('\n').filter((line) => keyOf(line) === name);
  return lines
    .at(-1)
    ?.replace(/^[^=]*=/, '')
    .trim();
};

const keyOf = (line: string): string | undefined =>
  /^\s*[#;]/.test(line) || !line.includes('=') ? undefined : (line.split('=')[0] as string).trim();

const same = (a: string, b: string): boolean => a.split(/\s+/).join(' ') === b.split(/\s+/).join(' ');

/** As Ansible's module: a boolean in words is a number to the kernel. */
const asWord = (value: string): string => {
  if (/^(yes|on|true|y|t)$/i.test(value)) return '1';
  if (/^(no|off|false|n|f)$/i.test(value)) return '0';
  return value;
};

const setLive = ({ name, value, ignoreErrors }: Wanted): ShellText =>
  sh`kb_said=$(sysctl ${ignoreErrors ? ['-e'] : []} -w ${`${name}=${value}`} 2>&1 >/dev/null) && [ -z "$kb_said" ] || ${
    ignoreErrors ? sh`:` : sh`kb_fail ${`setting ${name} failed: `}"$kb_said"`
  }`;

const reload = ({ file, ignoreErrors }: Wanted): ShellText =>
  sh`kb_said=$(sysctl ${ignoreErrors ? ['-e'] : []} -p ${file} 2>&1 >/dev/null) || ${
    ignoreErrors ? sh`:` : sh`kb_fail "Failed to reload sysctl: $kb_said"`
  }`;
