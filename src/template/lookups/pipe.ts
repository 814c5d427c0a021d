import { spawnSync } from 'node:child_process';
import { decode } from '../../util/bytes.ts';
import { type Context, plugin } from '../plugin.ts';
import { splitLines } from '../python/string-search.ts';
import { toText } from '../python/text.ts';
import { TemplateError } from '../template-error.ts';
import type { Value } from '../values.ts';

/** What a command of the controller's shell prints, without the line ends at its end. */
const run = (context: Context, command: string): string => {
  const { environment, workingDirectory } = context.surroundings;
  const folder = context.scope.get('playbook_dir');
  const result = spawnSync('/bin/sh', ['-c', command], {
    cwd: typeof folder === 'string' ? folder : workingDirectory,
    env: environment,
    maxBuffer: 1 << 28,
  });
  if (result.status === 0) return decode(result.stdout).replace(/\s+$/, '');
  const reason = result.error?.message ?? `it ended with ${result.status}: ${decode(result.stderr).trim()}`;
  throw new TemplateError(`the command '${command}' on the controller failed: ${reason}`);
};

export const pipe = plugin('', (context, terms) => (terms as Value[]).map((term) => run(context, toText(term))), {
  impure: true,
});

/** The same, each line an item. */
export const lines = plugin(
  '',
  (context, terms) => (terms as Value[]).flatMap((term) => splitLines(run(context, toText(term)), false)),
  { impure: true },
);
