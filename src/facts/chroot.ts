import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** Whether our root is another than that of process 1; only root may see the latter. */
export const chroot: FactFamily = {
  name: 'chroot',
  shell: sh`[ -e /proc/1/root/. ] && ! [ / -ef /proc/1/root/. ] && kb_part differs`,
  parse: (parts) => [['is_chroot', parts.has('differs')]],
};
