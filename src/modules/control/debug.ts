import { Template, Undefined, type Value } from '../../template/values.ts';
import { asText } from '../coerce.ts';
import { defineControl } from '../module.ts';
import { number, result } from '../read.ts';

/** Prints a message or the value of a variable; nothing below `verbosity`. */
export const debug = defineControl({
  name: 'debug',
  summary: 'Print a message or a value',
  options: {
    msg: { type: 'raw', description: 'What to print; any value.' },
    var: { type: 'raw', expression: true, description: 'A variable or expression whose value is printed.' },
    verbosity: { type: 'int', default: 0, description: 'How many -v it takes to run this task.' },
  },
  constraints: { mutuallyExclusive: [['msg', 'var']] },
  run: (args, context) => {
    const verbosity = number(args, 'verbosity') ?? 0;
    if (context.verbosity < verbosity) {
      return result({
        changed: false,
        skipped: true,
        skipped_reason: 'Verbosity threshold not met.',
        _ansible_verbose_always: true,
      });
    }
    const expression = args.get('var');
    if (expression === undefined) {
      // A message that turns out to be nothing, such as that of a lookup that ignores its errors, is not told at all.
      const msg = args.has('msg') ? (args.get('msg') ?? undefined) : 'Hello world!';
      return result({ changed: false, msg, _ansible_verbose_always: true });
    }
    const shown =
      expression instanceof Template ? expression.source.replace(/^\{\{\s*|\s*\}\}$/g, '') : asText(expression);
    const value = context.evaluate(expression);
    return new Map<Value, Value>([
      ['changed', false],
      [shown, value instanceof Undefined ? 'VARIABLE IS NOT DEFINED!' : value],
      ['_ansible_verbose_always', true],
    ]);
  },
});
