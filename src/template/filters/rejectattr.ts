import { plugin } from '../plugin.ts';
import { chosenByAttribute } from './selectattr.ts';

export const rejectattr = plugin('attribute, *args, **kwargs', (context, value, attribute, args, kwargs) =>
  chosenByAttribute(context, value, attribute, args, kwargs, false),
);
