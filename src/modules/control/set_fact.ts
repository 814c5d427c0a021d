import type { Dict, Value } from '../../template/values.ts';
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
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new ModuleFailure(`The variable name '${name}' is not valid. ${nameRule}`);
      facts.set(name, booleanOf(value));
    }
    if (facts.size === 0)
      throw new ModuleFailure('No key/value pairs provided, at least one is required for this action to succeed');
    return result({ changed: false, ansible_facts: facts, _ansible_facts_cacheable: args.get('cacheable') === true });
  },
});

export const nameRule =
  'Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.';

/** `key=yes` in one line is a boolean, as it would be in YAML. */
const booleanOf = (value: Value): Value => {
  if (typeof value !== 'string') return value;
  const word = value.toLowerCase();
  if (word === 'true' || word === 'yes') return true;
  return word === 'false' || word === 'no' ? false : value;
};
