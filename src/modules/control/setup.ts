import { factScript, injectedFacts, parseFacts, unknownSubsets } from '../../facts/probe.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { result, text, texts } from '../read.ts';

interface Wanted {
  readonly subset: readonly string[];
  readonly filter: readonly string[];
  readonly factPath: string | undefined;
}

/** Gathers facts: one script, which reads and changes nothing. */
export const setup = defineModule<Wanted, ReturnType<typeof parseFacts>>({
  name: 'setup',
  aliases: ['gather_facts'],
  summary: 'Gather facts about the host',
  options: {
    gather_subset: {
      type: 'list',
      elements: 'str',
      default: ['all'],
      description: 'Which families of facts; !name takes one out.',
    },
    gather_timeout: { type: 'int', default: 10, description: 'Seconds that are given to one family.' },
    filter: { type: 'list', elements: 'str', default: [], description: 'Patterns of the facts to keep.' },
    fact_path: { type: 'path', default: '/etc/ansible/facts.d', description: "Where the host's own facts are." },
  },
  prepare: (args) => {
    const subset = texts(args, 'gather_subset');
    const unknown = unknownSubsets(subset);
    if (unknown.length > 0) throw new ModuleFailure(`Bad subset '${unknown[0]}' given to Ansible.`);
    return { subset, filter: texts(args, 'filter'), factPath: text(args, 'fact_path') };
  },
  look: (wanted) => ({ script: factScript(wanted), parse: (reply) => parseFacts(reply, wanted) }),
  plan: (_, found) => ({
    outcome: 'nothing',
    changes: [],
    result: result({ changed: false, ansible_facts: injectedFacts(found ?? new Map()) }),
  }),
});
