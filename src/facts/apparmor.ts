import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

export const apparmor: FactFamily = {
  name: 'apparmor',
  minimal: true,
  shell: sh`[ -e /sys/kernel/security/apparmor ] && kb_part on`,
  parse: (parts) => [['apparmor', dict([['status', parts.has('on') ? 'enabled' : 'disabled']])]],
};
