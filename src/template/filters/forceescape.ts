import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { escapeHtml } from './escape.ts';

export const forceescape = plugin('', (_, value) => escapeHtml(toText(value)));
