import { plugin } from '../plugin.ts';
import { numeric } from '../python/equality.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';

export const filesizeformat = plugin('binary=False', (_, value, binary) => {
  const bytes = Number(numeric(value) ?? toText(value));
  const [base, mark] = truthy(binary) ? [1024, 'iB'] : [1000, 'B'];
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const units = [...(truthy(binary) ? 'KMGTPEZY' : 'kMGTPEZY')];
  const index = Math.max(
    0,
    units.findIndex((_unit, place) => bytes < base ** (place + 2)),
  );
  const place = bytes >= base ** (units.length + 1) ? units.length - 1 : index;
  return `${(bytes / base ** (place + 1)).toFixed(1)} ${units[place]}${mark}`;
});
