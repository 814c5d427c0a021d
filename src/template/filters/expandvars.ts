import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';

/** `$NAME` and `${NAME}` of the controller's environment; an unknown one stays as it is. */
export const expandvars = plugin('', (context, value) =>
  toText(value).replace(
    /\$(?:(\w+)|\{([^}]*)\})/g,
    (whole, bare, braced) => context.surroundings.environment[bare ?? braced] ?? whole,
  ),
);

/** `~` at the beginning is the home of who runs this. */
export const expanduser = plugin('', (context, value) =>
  toText(value).replace(/^~(?=\/|$)/, () => context.surroundings.environment.HOME ?? '~'),
);
