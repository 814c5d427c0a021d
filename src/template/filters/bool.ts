import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { typeName } from '../python/type-name.ts';

const yes = new Set(['yes', 'on', '1', 'true', 't', 'y']);
const no = new Set(['no', 'off', '0', 'false', 'f', 'n']);

/** Words and numbers that mean yes or no. Anything else is warned about and means no, as Ansible will have it. */
export const bool = plugin('', (context, value) => {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  const number = numeric(value);
  if (number !== undefined) return number <= 1 && number >= 1;
  if (typeof value === 'string') {
    const word = value.toLowerCase().trim();
    if (yes.has(word)) return true;
    if (no.has(word)) return false;
  }
  const shown = typeof value === 'string' ? `'${value}'` : `of type ${typeName(value)}`;
  context.surroundings.warn(`the filter 'bool' got a value ${shown}, which is neither yes nor no: it counts as no`);
  return false;
});
