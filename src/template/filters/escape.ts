import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>'"]/g, (character) => entities[character] as string);

export const escapeFilter = plugin('', (_, value) => escapeHtml(toText(value)));
