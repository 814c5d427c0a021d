import { plugin } from '../plugin.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import { Undefined } from '../values.ts';
import { escapeHtml } from './escape.ts';

export const xmlattr = plugin('autospace=True', (_, value, autospace) => {
  if (!isMapping(value)) throw new TemplateError('xmlattr needs a dict');
  const parts = entriesOf(value)
    .filter(([, item]) => item !== null && !(item instanceof Undefined))
    .map(([key, item]) => {
      const name = toText(key);
      if (/[\s/>=]/.test(name)) throw new TemplateError(`'${name}' can't be the name of an attribute`);
      return `${escapeHtml(name)}="${escapeHtml(toText(item))}"`;
    });
  return (truthy(autospace) && parts.length ? ' ' : '') + parts.join(' ');
});
