import type { Value } from '../../template/values.ts';
import { sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { result, texts } from '../read.ts';

interface Wanted {
  readonly managers: readonly string[];
  readonly all: boolean;
}

/** What is installed, under `ansible_facts.packages`. Fields as the documentation of ansible.builtin.package_facts lists them. */
export const package_facts = defineModule<Wanted, Value>({
  name: 'package_facts',
  summary: 'Tells what packages are installed',
  options: {
    manager: {
      description: 'Which package managers are asked; `auto`: the one that is there.',
      type: 'list',
      elements: 'str',
      default: ['auto'],
    },
    strategy: {
      description: 'The first that is there, or all.',
      type: 'str',
      choices: ['first', 'all'],
      default: 'first',
    },
  },
  prepare: (args) => ({
    managers: texts(args, 'manager').map((name) => name.toLowerCase()),
    all: args.get('strategy') === 'all',
  }),
  look: (wanted) => ({
    script: {
      environment: { LC_ALL: 'C' },
      text: sh`for kb_try in ${order(wanted.managers)}; do
  case $kb_try in
    apt) command -v dpkg-query >/dev/null 2>&1 || continue; echo @apt
      dpkg-query -W -f ${'${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\t${Section}\\t${Origin}\\n'} ;;
    rpm) command -v rpm >/dev/null 2>&1 && rpm -q rpm >/dev/null 2>&1 || continue; echo @rpm
      rpm -qa --qf ${'%{NAME}\\t%{VERSION}\\t%{RELEASE}\\t%{EPOCH}\\t%{ARCH}\\n'} ;;
    apk) command -v apk >/dev/null 2>&1 || continue; echo @apk; apk -v info 2>/dev/null ;;
    pacman) command -v pacman >/dev/null 2>&1 || continue; echo @pacman; pacman -Q ;;
  esac
  ${wanted.all ? sh`:` : sh`break`}
done`,
    },
    parse: (reply) => {
      const packages = parsePackages(decode(reply.stdout));
      if (packages === undefined)
        throw new ModuleFailure(
          `Could not detect a supported package manager from the following list: ${order(wanted.managers).join(', ')}`,
        );
      return packages;
    },
  }),
  plan: (_, packages) => ({
    outcome: 'nothing',
    changes: [],
    result: result({ changed: false, ansible_facts: new Map([['packages', packages as Value]]) }),
  }),
});

const known = ['apt', 'rpm', 'apk', 'pacman'];

const order = (managers: readonly string[]): string[] => {
  const aliases: Readonly<Record<string, string>> = { dnf: 'rpm', dnf5: 'rpm', yum: 'rpm', zypper: 'rpm' };
  return [...new Set(managers.flatMap((name) => (name === 'auto' ? known : [aliases[name] ?? name])))];
};

/** Name → a list, since kernels and other architectures may be installed several times. */
const parsePackages = (text: string): Map<Value, Value> | undefined => {
  const packages = new Map<Value, Value>();
  let source: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('@')) source = line.slice(1);
    else if (line !== '' && source !== undefined) {
      const one = parseLine(source, line);
      if (one === undefined) continue;
      const name = one.name as string;
      packages.set(name, [...((packages.get(name) as Value[] | undefined) ?? []), result({ ...one, source })]);
    }
  }
  return source === undefined ? undefined : packages;
};

const parseLine = (source: string, line: string): Record<string, Value> | undefined => {
  const at = line.split('\t') as [string, string, string, string, string, string];
  switch (source) {
    case 'apt':
      if (at[0] !== 'installed') return undefined;
      return { name: at[1], version: at[2], arch: at[3], category: at[4] ?? '', origin: at[5] ?? '' };
    case 'rpm':
      return {
        name: at[0],
        version: at[1],
        release: at[2],
        epoch: at[3] === '(none)' ? null : Number(at[3]),
        arch: at[4] === '(none)' ? null : at[4],
      };
    case 'apk': {
      const match = /^(.+)-(\d[^-]*-r\d+)$/.exec(line);
      return match ? { name: match[1] as string, version: match[2] as string } : undefined;
    }
    default: {
      const [name, version] = line.split(' ') as [string, string | undefined];
      return { name, version: version ?? '' };
    }
  }
};
