import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** What capsh(1) prints after `Current:`; `=ep` is every capability there is. */
export const capabilities: FactFamily = {
  name: 'caps',
  minimal: true,
  shell: sh`if command -v capsh >/dev/null 2>&1; then kb_part capsh; capsh --print 2>/dev/null; fi`,
  parse(parts) {
    const current = /^Current:(.*)$/m.exec(parts.text('capsh'))?.[1]?.trim();
    if (current === undefined) return [];
    if (current === '=ep')
      return [
        ['system_capabilities', []],
        ['system_capabilities_enforced', 'False'],
      ];
    const names = (current.split('=')[1] ?? '').split(',').map((name) => name.trim());
    return [
      ['system_capabilities', names],
      ['system_capabilities_enforced', 'True'],
    ];
  },
};
