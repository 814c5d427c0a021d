import type { Dict } from '../../template/values.ts';
import { defineControl, ModuleFailure } from '../module.ts';
import { result } from '../read.ts';

/** Sets host variables for the rest of the run; `cacheable` makes facts of them too, at a lower precedence. */
export const set_fact = defineControl({
  name: 'set_fact',
  summary: 'Set host variables',
  openEnded: true,
  options: { cacheable: { type: 'bool', default: false, description: 'Whether they are kept as facts, too.' } },
  run: (args) => {
    const facts: Dict = new Map();
    for (const [name, value] of args) {
      if (name === 'cacheable') continue;
      if (!/^[A-Za-z_]\w*$/.test(name)) throw new ModuleFailure(`Invalid variable name '${name}'.`);
      facts.set(name, value);
    }
    if (facts.size === 0)
      throw new ModuleFailure('No key/value pairs provided, at least one is required for this action to succeed');
    return result({ changed: false, ansible_facts: facts, _ansible_facts_cacheable: args.get('cacheable') === true });
  },
});
