import { plugin } from '../plugin.ts';
import { chosen } from './select.ts';

export const reject = plugin('*args, **kwargs', (context, value, args, kwargs) =>
  chosen(context, value, args, kwargs, false),
);
