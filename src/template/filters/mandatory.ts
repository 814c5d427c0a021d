import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import { Undefined } from '../values.ts';

export const mandatory = plugin(
  'msg=None',
  (_, value, message) => {
    if (!(value instanceof Undefined)) return value;
    throw new TemplateError(
      message === null ? `the mandatory variable '${value.name}' is not defined` : toText(message),
      { undefined: value },
    );
  },
  { takesUndefined: true },
);
