import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** Volume groups, logical and physical volumes; `N/A` where there is no LVM, or we are not root. */
export const lvm: FactFamily = {
  name: 'lvm',
  groups: ['hardware'],
  shell: sh`if command -v vgs >/dev/null 2>&1 && [ -w / ]; then
  for kb_a in "vgs -o vg_name,pv_count,lv_count,vg_size,vg_free" "lvs -o lv_name,vg_name,lv_size" "pvs -o pv_name,vg_name,pv_size,pv_free"; do
    kb_part "\${kb_a%% *}"; $kb_a --readonly --noheadings --nosuffix --units g --separator , 2>/dev/null
  done
fi`,
  parse(parts) {
    if (!parts.has('vgs')) return [['lvm', 'N/A']];
    const rows = (part: string): string[][] => parts.lines(part).map((line) => line.trim().split(','));
    const value = dict([
      [
        'vgs',
        dict(
          rows('vgs').map(([name = '', pvs = '', lvs = '', size = '', free = '']) => [
            name,
            dict([
              ['size_g', size],
              ['free_g', free],
              ['num_lvs', lvs],
              ['num_pvs', pvs],
            ]),
          ]),
        ),
      ],
      [
        'lvs',
        dict(
          rows('lvs').map(([name = '', group = '', size = '']) => [
            name,
            dict([
              ['size_g', size],
              ['vg', group],
            ]),
          ]),
        ),
      ],
      [
        'pvs',
        dict(
          rows('pvs').map(([name = '', group = '', size = '', free = '']) => [
            name,
            dict([
              ['size_g', size],
              ['free_g', free],
              ['vg', group],
            ]),
          ]),
        ),
      ],
    ]);
    return [['lvm', value]];
  },
};
