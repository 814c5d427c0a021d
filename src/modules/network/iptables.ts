import { joinShell, type ShellText, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure, type Result } from '../module.ts';
import { flag, number, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import { describesRule, ruleOptions, ruleWords } from './iptables-rule.ts';

interface Wanted {
  readonly programs: readonly string[];
  readonly ipVersion: string;
  readonly table: string;
  readonly chain: string | undefined;
  readonly absent: boolean;
  readonly insert: boolean;
  readonly position: number | undefined;
  readonly flush: boolean;
  readonly policy: string | undefined;
  readonly managesChain: boolean;
  readonly words: readonly string[];
  readonly hasRule: boolean;
  readonly wait: readonly string[];
}

/** By program: whether the chain and the rule are there, and the chain's policy. */
type Found = ReadonlyMap<
  string,
  { readonly chain: boolean; readonly rule: boolean; readonly policy: string | undefined; readonly error: string }
>;

/** Rules of the packet filter. Behaviour and return values after the documentation of ansible.builtin.iptables. */
export const iptables = defineModule<Wanted, Found>({
  name: 'iptables',
  summary: "Adds and removes rules of the host's packet filter",
  options: {
    ...ruleOptions,
    table: {
      description: 'The table.',
      type: 'str',
      choices: ['filter', 'nat', 'mangle', 'raw', 'security'],
      default: 'filter',
    },
    chain: { description: 'The chain.', type: 'str' },
    state: {
      description: 'Whether the rule is there.',
      type: 'str',
      choices: ['absent', 'present'],
      default: 'present',
    },
    action: { description: 'Where a new rule goes.', type: 'str', choices: ['append', 'insert'], default: 'append' },
    rule_num: { description: 'The place of an inserted rule.', type: 'str' },
    ip_version: { description: 'The protocol.', type: 'str', choices: ['ipv4', 'ipv6', 'both'], default: 'ipv4' },
    flush: { description: 'Empties the chain, or the table.', type: 'bool', default: false },
    policy: { description: "The chain's policy.", type: 'str', choices: ['ACCEPT', 'DROP', 'QUEUE', 'RETURN'] },
    chain_management: { description: 'Makes the chain, or removes it when empty.', type: 'bool', default: false },
    wait: { description: 'Seconds to wait for the lock.', type: 'str' },
    numeric: { description: 'Accepted; nothing is looked up.', type: 'bool', default: false },
  },
  constraints: {
    mutuallyExclusive: [
      ['set_dscp_mark', 'set_dscp_mark_class'],
      ['flush', 'policy'],
    ],
  },
  prepare: (args) => {
    const ipVersion = text(args, 'ip_version') ?? 'ipv4';
    const chain = text(args, 'chain');
    if (chain === undefined && !flag(args, 'flush'))
      throw new ModuleFailure('Either chain or flush parameter must be specified.');
    const words = ruleWords(args, ipVersion);
    return {
      programs: ipVersion === 'both' ? ['iptables', 'ip6tables'] : [ipVersion === 'ipv6' ? 'ip6tables' : 'iptables'],
      ipVersion,
      table: text(args, 'table') ?? 'filter',
      chain,
      absent: text(args, 'state') === 'absent',
      insert: text(args, 'action') === 'insert',
      position: number(args, 'rule_num'),
      flush: flag(args, 'flush'),
      policy: text(args, 'policy'),
      managesChain: flag(args, 'chain_management'),
      words,
      hasRule: describesRule(args),
      wait: args.has('wait') ? ['-w', String(text(args, 'wait'))] : ['-w'],
    };
  },
  look: (wanted) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell(
        wanted.programs.flatMap((program) =>
          wanted.chain === undefined
            ? []
            : [
                sh`kb_section ${`${program} chain`} ${command(wanted, program)} -S ${wanted.chain}`,
                ...(wanted.hasRule
                  ? [sh`kb_section ${`${program} rule`} ${command(wanted, program)} -C ${wanted.chain} ${wanted.words}`]
                  : []),
              ],
        ),
      ),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      return new Map(
        wanted.programs.map((program) => {
          const chain = sectionOf(sections, `${program} chain`);
          const rule = sectionOf(sections, `${program} rule`);
          const policy = /^-P \S+ (\S+)/m.exec(chain.text)?.[1];
          return [
            program,
            { chain: chain.code === 0, rule: rule.code === 0, policy, error: chain.code > 1 ? chain.text : '' },
          ];
        }),
      );
    },
  }),
  plan: (wanted, found) => {
    for (const [program, { error }] of found as Found) {
      if (error !== '' && !wanted.flush) throw new ModuleFailure(`${program} failed: ${error.trim()}`);
    }
    const changes = wanted.programs.flatMap((program) =>
      stepsFor(wanted, program, found as Found).map((step) => step.change),
    );
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: resultOf(wanted, changes.length > 0),
    };
  },
  apply: (wanted, found) => ({
    script: {
      environment: { LC_ALL: 'C' },
      text: joinShell(
        wanted.programs.flatMap((program) =>
          stepsFor(wanted, program, found as Found).map(
            (step) => sh`${command(wanted, program)} ${step.words} || exit`,
          ),
        ),
      ),
    },
    finish: (reply) => {
      if (reply.code !== 0) throw new ModuleFailure(decode(reply.stderr).trim(), [['rc', reply.code]]);
      return resultOf(wanted, true);
    },
  }),
});

interface Step {
  readonly words: readonly string[];
  readonly change: Change;
}

const stepsFor = (wanted: Wanted, program: string, found: Found): Step[] => {
  const { chain, table, words } = wanted;
  const there = found.get(program);
  const what = `${program} ${table} ${chain ?? ''}`.trim();
  if (wanted.flush)
    return [
      { words: ['-F', ...(chain === undefined ? [] : [chain])], change: { what, before: null, after: 'flushed' } },
    ];
  const name = chain as string;
  if (wanted.policy !== undefined) {
    if (there?.policy === wanted.policy) return [];
    return [
      {
        words: ['-P', name, wanted.policy],
        change: { what: `${what} policy`, before: there?.policy ?? null, after: wanted.policy },
      },
    ];
  }
  const steps: Step[] = [];
  const rule = words.join(' ');
  if (wanted.managesChain && !wanted.absent && !there?.chain)
    steps.push({ words: ['-N', name], change: { what, before: null, after: 'made' } });
  if (wanted.hasRule && wanted.absent && there?.rule)
    steps.push({ words: ['-D', name, ...words], change: { what, before: rule, after: null } });
  if (wanted.hasRule && !wanted.absent && !there?.rule) {
    const place = wanted.insert
      ? ['-I', name, ...(wanted.position === undefined ? [] : [String(wanted.position)])]
      : ['-A', name];
    steps.push({ words: [...place, ...words], change: { what, before: null, after: rule } });
  }
  if (wanted.managesChain && wanted.absent && !wanted.hasRule && there?.chain)
    steps.push({ words: ['-X', name], change: { what, before: 'made', after: null } });
  return steps;
};

const command = (wanted: Wanted, program: string): ShellText => sh`${[program, ...wanted.wait, '-t', wanted.table]}`;

const resultOf = (wanted: Wanted, changed: boolean): Result =>
  result({
    changed,
    failed: false,
    ip_version: wanted.ipVersion,
    table: wanted.table,
    chain: wanted.chain ?? null,
    flush: wanted.flush,
    rule: wanted.words.join(' '),
    state: wanted.absent ? 'absent' : 'present',
    chain_management: wanted.managesChain,
  });
