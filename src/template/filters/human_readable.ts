import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import { parseFloatText } from './float.ts';

/** Factors of 1024 by their letters, the largest first. */
export const sizeFactors: readonly (readonly [string, number])[] = [...'YZEPTGMKB'].map((letter, index, all) => [
  letter,
  1024 ** (all.length - 1 - index),
]);

export const human_readable = plugin('isbits=False, unit=None', (_, value, isBits, unit) => {
  const size = typeof value === 'string' ? parseFloatText(value) : numeric(value);
  if (size === undefined) throw new TemplateError(`human_readable can't read the size '${toText(value)}'`);
  const wanted = unit === null ? undefined : toText(unit).slice(0, 1).toUpperCase();
  const [letter, factor] = sizeFactors.find(([name, limit]) =>
    wanted === undefined ? Number(size) >= limit : wanted === name,
  ) ?? ['B', 1];
  const base = truthy(isBits) ? 'bits' : 'Bytes';
  const suffix = letter === 'B' ? base : letter + (truthy(isBits) ? 'b' : 'B');
  return `${(Number(size) / factor).toFixed(2)} ${suffix}`;
});
