import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

export const striptags = plugin('', (_, value) => {
  const text = toText(value)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<[^>]*>/g, '');
  return text
    .split(/\s+/)
    .filter(Boolean)
    .join(' ')
    .replace(/&(?:amp|lt|gt|quot|#39|#34);/g, characterOf);
});

const characterOf = (entity: string): string =>
  ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#34;': '"' })[entity] as string;
