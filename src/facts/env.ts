import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** The environment that tasks run in. Values may hold newlines, so it is read where NUL bytes part it. */
export const env: FactFamily = {
  name: 'env',
  minimal: true,
  shell: sh`kb_part environ; cat /proc/self/environ`,
  parse: (parts) => [
    [
      'env',
      dict(
        parts
          .text('environ')
          .split('\0')
          .flatMap((entry) => {
            const at = entry.indexOf('=');
            return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)] as const] : [];
          }),
      ),
    ],
  ],
};
