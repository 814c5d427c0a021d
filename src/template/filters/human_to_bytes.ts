import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import { sizeFactors } from './human_readable.ts';

/** `'1.5 MB'` → 1572864; always by factors of 1024. */
export const human_to_bytes = plugin('default_unit=None, isbits=False', (_, value, defaultUnit, isBits) => {
  const text = toText(value);
  const [, digits, unit = ''] = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(text) ?? [];
  if (!digits || Number.isNaN(Number(digits))) throw new TemplateError(`human_to_bytes can't read the size '${text}'`);
  const given = unit || (defaultUnit === null ? '' : toText(defaultUnit));
  if (given === '') return Math.round(Number(digits));
  const factor = sizeFactors.find(([letter]) => letter === given[0]?.toUpperCase())?.[1];
  const rest = given.slice(1);
  const word = truthy(isBits) ? ['b', 'bit', 'bits'] : ['B', 'b', 'byte', 'bytes'];
  const isBase = given[0]?.toUpperCase() === 'B';
  const fits =
    rest === '' ||
    (isBase ? word.includes(given.toLowerCase()) : word.includes(rest) || word.includes(rest.toLowerCase()));
  if (factor === undefined || !fits) throw new TemplateError(`human_to_bytes does not know the unit of '${text}'`);
  if (truthy(isBits) ? given.endsWith('B') : /^[A-Z]?b$/.test(given) && given.length > 1) {
    throw new TemplateError(`'${text}' counts ${truthy(isBits) ? 'bytes, not bits' : 'bits, not bytes'}`);
  }
  return Math.round(Number(digits) * factor);
});
