import type { Value } from '../../template/values.ts';
import { sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { needed, result, text } from '../read.ts';

interface Wanted {
  readonly database: string;
  readonly key: string | undefined;
  readonly split: string | undefined;
  readonly service: string | undefined;
  readonly failKey: boolean;
}

interface Found {
  readonly code: number;
  readonly lines: readonly string[];
  readonly error: string;
}

/** Entries of the name service, under `ansible_facts.getent_<database>`. After the documentation of ansible.builtin.getent. */
export const getent = defineModule<Wanted, Found>({
  name: 'getent',
  summary: 'Asks the name service for users, groups, hosts, services',
  options: {
    database: { description: 'passwd, group, hosts, services …', type: 'str', required: true },
    key: { description: 'One entry; without it, all.', type: 'str', default: '' },
    service: { description: 'Only this source (files, sss …).', type: 'str' },
    split: { description: 'What fields are separated by.', type: 'str' },
    fail_key: { description: 'Fails where the key is not found.', type: 'bool', default: true },
  },
  prepare: (args) => ({
    database: needed(args, 'database'),
    key: text(args, 'key') || undefined,
    split: text(args, 'split'),
    service: text(args, 'service'),
    failKey: args.get('fail_key') !== false,
  }),
  look: ({ database, key, service }) => ({
    script: {
      environment: { LC_ALL: 'C' },
      text: sh`getent ${service === undefined ? [] : ['-s', service]} ${[database, ...(key === undefined ? [] : [key])]}`,
    },
    parse: (reply) => ({
      code: reply.code,
      lines: decode(reply.stdout)
        .split('\n')
        .filter((line) => line !== ''),
      error: decode(reply.stderr).trim(),
    }),
  }),
  plan: (wanted, found) => {
    const entries = entriesOf(wanted, found as Found);
    const facts = new Map<Value, Value>([[`getent_${wanted.database}`, entries]]);
    const msg = (found as Found).code === 2 ? reasons[2] : undefined;
    return { outcome: 'nothing', changes: [], result: result({ changed: false, ansible_facts: facts, msg }) };
  },
});

const reasons: Readonly<Record<number, string>> = {
  1: 'Missing arguments, or database unknown.',
  2: 'One or more supplied key could not be found in the database.',
  3: 'Enumeration not supported on this database.',
  127: 'the host has no getent',
};

const entriesOf = (wanted: Wanted, { code, lines, error }: Found): Value => {
  const entries = new Map<Value, Value>();
  if (code === 0) {
    const colon = ['passwd', 'shadow', 'group', 'gshadow'].includes(wanted.database);
    for (const line of lines) {
      const [name, ...fields] = line.split(wanted.split ?? (colon ? ':' : /\s+/)) as [string, ...string[]];
      const earlier = entries.get(name) as Value[] | undefined;
      entries.set(name, earlier && !colon ? [...earlier, ...fields] : fields);
    }
    return entries;
  }
  if (code === 2 && !wanted.failKey && wanted.key !== undefined) {
    entries.set(wanted.key, null);
    return entries;
  }
  throw new ModuleFailure(reasons[code] ?? `Unexpected failure! ${error}`);
};
