import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { typeName } from '../python/type-name.ts';
import { TemplateError } from '../template-error.ts';
import { Float, type Value } from '../values.ts';

/** The number that a filter of mathematics needs. */
const number = (value: Value, filter: string): number => {
  const found = numeric(value);
  if (found === undefined) throw new TemplateError(`${filter} needs a number, not ${typeName(value)}`);
  return Number(found);
};

/** To the base e unless another is given; base 10 is exact. */
export const log = plugin('base=2.718281828459045', (_, value, base) => {
  const [x, b] = [number(value, 'log'), number(base, 'log')];
  if (x <= 0) throw new TemplateError('log needs a number above zero');
  return new Float(b === 10 ? Math.log10(x) : b === Math.E ? Math.log(x) : Math.log(x) / Math.log(b));
});
export const pow = plugin('y', (_, x, y) => new Float(number(x, 'pow') ** number(y, 'pow')));
export const root = plugin('base=2', (_, value, base) => {
  const [x, b] = [number(value, 'root'), number(base, 'root')];
  return new Float(b === 2 ? Math.sqrt(x) : x ** (1 / b));
});
