import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { Float } from '../values.ts';

export const float = plugin('default=0.0', (_, value, fallback) => {
  const number = typeof value === 'string' ? parseFloatText(value) : numeric(value);
  return number === undefined ? fallback : new Float(Number(number));
});

/** Python's `float(text)`. */
export const parseFloatText = (text: string): number | undefined => {
  const trimmed = text.trim().replace(/(?<=\d)_(?=\d)/g, '');
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(trimmed);
  if (special) return special[2] ? (special[1] === '-' ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : undefined;
};
