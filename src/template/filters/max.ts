import { plugin } from '../plugin.ts';
import { extreme } from './extreme.ts';

export const max = plugin('case_sensitive=True, attribute=None', (context, value, caseSensitive, attribute) =>
  extreme(context, value, caseSensitive, attribute, 1),
);
