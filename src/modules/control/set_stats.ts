import type { Dict } from '../../template/values.ts';
import { asText } from '../coerce.ts';
import { defineControl, ModuleFailure } from '../module.ts';
import { dict, flag, result } from '../read.ts';

/** Adds to what is told at the end of the run, of each host or of all together. */
export const set_stats = defineControl({
  name: 'set_stats',
  summary: 'Add to what is told at the end of the run',
  options: {
    data: { type: 'dict', required: true, description: 'What to tell, by name.' },
    per_host: { type: 'bool', default: false, description: 'Whether it is told of this host alone.' },
    aggregate: { type: 'bool', default: true, description: 'Whether it is added to what was told of that name.' },
  },
  run: (args) => {
    const data: Dict = dict(args, 'data');
    for (const name of data.keys())
      if (!/^[A-Za-z_]\w*$/.test(asText(name))) throw new ModuleFailure(`Invalid variable name '${asText(name)}'.`);
    const stats = result({ data, per_host: flag(args, 'per_host'), aggregate: flag(args, 'aggregate') });
    return result({ changed: false, ansible_stats: stats });
  },
});
