import { Template, type Value } from '../../template/values.ts';
import { asText } from '../coerce.ts';
import { defineControl } from '../module.ts';
import { flag, list, result } from '../read.ts';

/** Fails where one of its conditions does not hold, and names it. */
export const assert = defineControl({
  name: 'assert',
  summary: 'Fail where a condition does not hold',
  options: {
    that: { type: 'raw', required: true, expression: true, description: 'A condition as in when, or a list of them.' },
    fail_msg: {
      type: 'raw',
      aliases: ['msg'],
      description: 'What to say where one does not hold: text, or a list of texts.',
    },
    success_msg: { type: 'raw', description: 'What to say where all hold.' },
    quiet: { type: 'bool', default: false, description: 'Whether to say little where all hold.' },
  },
  run: (args, context) => {
    const given = args.get('that') as Value;
    const quiet = flag(args, 'quiet');
    for (const condition of Array.isArray(given) ? list(args, 'that') : [given]) {
      if (context.holds(condition)) continue;
      return result({
        changed: false,
        failed: true,
        evaluated_to: false,
        assertion:
          condition instanceof Template
            ? condition.source
            : typeof condition === 'boolean'
              ? condition
              : asText(condition),
        msg: args.get('fail_msg') ?? 'Assertion failed',
        _ansible_verbose_always: quiet ? undefined : true,
      });
    }
    return result({
      changed: false,
      msg: args.get('success_msg') ?? 'All assertions passed',
      _ansible_verbose_always: quiet ? undefined : true,
    });
  },
});
