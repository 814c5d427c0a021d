import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { escapeHtml } from './escape.ts';

const link = /\bhttps?:\/\/[^\s<>]*[^\s<>.,:;!?)\]'"]|\bwww\.[^\s<>]*[^\s<>.,:;!?)\]'"]|\b[\w.+-]+@[\w-]+\.[\w.-]*\w/g;

/** Links in a text made into HTML. */
export const urlize = plugin(
  'trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None',
  (_, value, limit, nofollow, target, rel) => {
    const relations = [
      ...new Set([
        ...(rel === null ? [] : toText(rel).split(' ')),
        ...(truthy(nofollow) ? ['nofollow'] : []),
        'noopener',
      ]),
    ];
    const more = ` rel="${relations.sort().join(' ')}"${target === null ? '' : ` target="${escapeHtml(toText(target))}"`}`;
    return escapeHtml(toText(value)).replace(link, (found) => {
      const shown = limit !== null && found.length > Number(limit) ? `${found.slice(0, Number(limit))}...` : found;
      if (found.includes('@') && !/^(?:https?:|www\.)/.test(found)) return `<a href="mailto:${found}">${shown}</a>`;
      return `<a href="${found.startsWith('www.') ? `https://${found}` : found}"${more}>${shown}</a>`;
    });
  },
);
