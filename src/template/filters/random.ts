import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { numeric } from '../python/equality.ts';
import { iterate } from '../python/iterate.ts';
import { Undefined } from '../values.ts';
import { generator } from './seeded.ts';

/** An item of a list, or a whole number from `start` up to the input, by `step`. With a seed the same each time. */
export const random = plugin(
  'start=None, step=None, seed=None',
  (context, value, start, step, seed) => {
    const next = generator(context, seed);
    const end = numeric(value);
    if (end !== undefined) {
      const [from, by] = [start === null ? 0 : asInteger(start, 'start'), step === null ? 1 : asInteger(step, 'step')];
      return from + by * Math.floor(next() * Math.ceil((Number(end) - from) / by));
    }
    const list = iterate(value);
    return list[Math.floor(next() * list.length)] ?? new Undefined('random', 'No random item, sequence was empty.');
  },
  { impure: true },
);
