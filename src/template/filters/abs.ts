import { plugin } from '../plugin.ts';
import { negate, plus } from '../python/arithmetic.ts';
import { numeric } from '../python/equality.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';

export const abs = plugin('', (_, value) => {
  const number = numeric(value);
  if (number === undefined) throw new TemplateError(`abs needs a number, not ${typeName(value)}`);
  return number < 0 || Object.is(number, -0) ? negate(value) : plus(value);
});
