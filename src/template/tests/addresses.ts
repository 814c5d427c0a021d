import { plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { Vaulted } from '../values.ts';

/** RFC 3986's generic form: a scheme and what stands behind it. */
const parts = (text: string): { scheme: string; authority: string | undefined; path: string } | undefined => {
  const match = /^([A-Za-z][A-Za-z\d+.-]*):(?:\/\/([^/?#]*))?([^?#]*)/.exec(text);
  return match ? { scheme: match[1] as string, authority: match[2], path: match[3] as string } : undefined;
};

const isUri = (text: string, schemes: readonly string[]): boolean => {
  const found = parts(text);
  if (!found || (schemes.length > 0 && !schemes.includes(found.scheme))) return false;
  return Boolean(found.authority || found.path);
};

export const uri = plugin('schemes=None', (_, value, schemes) =>
  isUri(toText(value), truthy(schemes) ? iterate(schemes).map(toText) : []),
);
export const url = plugin('schemes=None', (_, value, schemes) => {
  const text = toText(value);
  return isUri(text, truthy(schemes) ? iterate(schemes).map(toText) : []) && Boolean(parts(text)?.authority);
});
export const urn = plugin('', (_, value) => /^urn:[^:]+:.+/i.test(toText(value)));
export const vault_encrypted = plugin(
  '',
  (_, value) => value instanceof Vaulted || (typeof value === 'string' && value.startsWith('$ANSIBLE_VAULT;')),
);
