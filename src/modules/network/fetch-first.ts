import type { Apply, ModuleContext } from '../module.ts';
import { get_url } from './get_url.ts';

/**
 * Fetches a URL to a path of the host as get_url does, by whatever the host or the controller has for it, and goes on
 * with `next`. Throws get_url's ModuleFailure where it cannot be had.
 */
export const fetchFirst = (url: string, path: string, context: ModuleContext, next: () => Apply): Apply => {
  const wanted = get_url.prepare(
    new Map<string, string | boolean>([
      ['url', url],
      ['dest', path],
      ['mode', '0644'],
      ['force', true],
    ]),
    context,
  );
  const look = get_url.look?.(wanted, context);
  const apply = get_url.apply;
  if (look === undefined || apply === undefined) throw new Error('get_url looks and applies');
  return {
    script: look.script,
    finish: (reply) => {
      const found = look.parse(reply);
      return before(apply(wanted, found, get_url.plan(wanted, found, context), context), next);
    },
  };
};

const before = (first: Apply, next: () => Apply): Apply => ({
  script: first.script,
  finish: async (reply) => {
    const ended = await first.finish(reply);
    return 'script' in ended ? before(ended, next) : next();
  },
});
