import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { numeric } from '../python/equality.ts';
import { toText } from '../python/text.ts';
import { formatTime } from '../python/time-format.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** The input is the format; `second` the time since 1970, or now. Local time unless `utc`. */
export const strftime = plugin(
  'second=None, utc=False',
  (context, value, second, utc) => {
    const time = second === null ? context.surroundings.now() : new Date(secondsOf(second) * 1000);
    return formatTime(time, toText(value), truthy(utc));
  },
  { impure: true },
);

const secondsOf = (value: Value): number => {
  const number = typeof value === 'string' ? Number(value) : Number(numeric(value) ?? asInteger(value, 'second'));
  if (Number.isNaN(number)) throw new TemplateError(`strftime can't read the second '${toText(value)}'`);
  return number;
};
