import type { Dict, Value } from '../template/values.ts';
import { joinShell, type ShellText, sh } from '../transport/shell/quote.ts';
import type { Reply, Script, ShellFunction } from '../transport/transport.ts';
import { decode } from '../util/bytes.ts';
import { families } from './families.ts';
import { type Fact, type FactFamily, Parts } from './family.ts';
import { localFacts } from './local.ts';

export interface FactOptions {
  /** `gather_subset`: families and groups of them, `!name` takes out. All of them where it is empty. */
  readonly subset?: readonly string[] | undefined;
  /** Patterns with `*`, `?` and `[…]`; a fact is kept if its name, with or without `ansible_`, fits one. */
  readonly filter?: readonly string[] | undefined;
  /** Where `*.fact` files are: /etc/ansible/facts.d. */
  readonly factPath?: string | undefined;
}

/** One script that gathers all facts: one message, one round trip. It reads and changes nothing. */
export const factScript = (options: FactOptions = {}): Script => {
  const texts = chosen(options).map((family) => joinShell([sh`kb_part ${`=${family.name}`}`, family.shell]));
  return { text: sh`${joinShell(texts)}\n:`, functions: factFunctions };
};

/** The facts of a reply, by their names without `ansible_`, as `ansible_facts` has them. */
export const parseFacts = (reply: Reply, options: FactOptions = {}): Dict => {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const piece of `\n${decode(reply.stdout)}`.split('\n\x1e').slice(1)) {
    const end = piece.indexOf('\n');
    const name = end < 0 ? piece : piece.slice(0, end);
    if (name.startsWith('=')) {
      section = new Map();
      sections.set(name.slice(1), section);
    } else section.set(name, end < 0 ? '' : piece.slice(end + 1));
  }
  const facts: Fact[] = chosen(options).flatMap((family) =>
    family.parse(new Parts(sections.get(family.name) ?? new Map())),
  );
  facts.push(['gather_subset', options.subset?.length ? [...options.subset] : ['all']], ['module_setup', true]);
  const { filter } = options;
  if (!filter?.length || filter.includes('*')) return new Map<Value, Value>(facts);
  const patterns = filter.map(globPattern);
  return new Map<Value, Value>(
    facts.filter(([name]) => patterns.some((p) => p.test(name) || p.test(`ansible_${name}`))),
  );
};

/** The variables that facts are injected as: `ansible_` before each name. */
export const injectedFacts = (facts: Dict): Dict =>
  new Map(
    [...facts].map(([name, value]) => [
      typeof name === 'string' && !/^(ansible_|module_setup$|gather_subset$)/.test(name) ? `ansible_${name}` : name,
      value,
    ]),
  );

/** Names in `gather_subset` that there are not, to be said before a host is touched. */
export const unknownSubsets = (subset: readonly string[]): string[] =>
  subset.map((word) => word.replace(/^!/, '')).filter((word) => !subsetNames().has(word));

const subsetNames = (): Set<string> =>
  new Set(['all', 'min', 'facter', 'ohai', ...families.flatMap(({ name, groups = [] }) => [name, ...groups])]);

const chosen = ({ subset = [], factPath }: FactOptions): FactFamily[] => {
  const all = families.map((family) => (family.name === 'local' ? localFacts(factPath) : family));
  const words = subset.filter((word) => word !== '');
  const without = words.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  const wanted = words.filter((word) => !word.startsWith('!'));
  return all.filter((family) => {
    const fits = (word: string): boolean => word === family.name || (family.groups?.includes(word) ?? false);
    if (wanted.some(fits)) return !without.includes(family.name);
    if (family.minimal && !without.includes('min')) return !without.some(fits);
    const every = wanted.length === 0 || wanted.includes('all');
    return every && !without.includes('all') && !without.some(fits) && !(family.minimal && without.includes('min'));
  });
};

const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[\\^$.|+(){}]/g, '\\$&')
      .replaceAll('*', '[\\s\\S]*')
      .replaceAll('?', '[\\s\\S]')
      .replaceAll('[!', '[^')}$`,
  );

const define = (name: string, body: ShellText): ShellFunction => ({ name, text: sh`${body}`.text });

/** What the families' shell texts call. */
const factFunctions: readonly ShellFunction[] = [
  define('kb_part', sh`kb_part() { printf '\\n\\036%s\\n' "$1"; }`),
  define(
    'kb_line',
    sh`kb_line() {
  if [ -r "$2" ] && { IFS= read -r kb_l <"$2" || [ "$kb_l" ]; } 2>/dev/null; then kb_part "$1"; printf '%s\\n' "$kb_l"; fi
}`,
  ),
  define('kb_file', sh`kb_file() { if [ -r "$2" ]; then kb_part "$1"; cat "$2" 2>/dev/null; fi; }`),
];
