import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** From selinuxfs and /etc/selinux/config: what libselinux would say. */
export const selinux: FactFamily = {
  name: 'selinux',
  minimal: true,
  shell: sh`kb_line enforce /sys/fs/selinux/enforce
kb_line version /sys/fs/selinux/policyvers
kb_file config /etc/selinux/config`,
  parse(parts) {
    if (!parts.has('enforce'))
      return [
        ['selinux', dict([['status', 'disabled']])],
        ['selinux_python_present', true],
      ];
    const setting = (key: string): string =>
      new RegExp(`^${key}=(\\S+)`, 'm').exec(parts.text('config'))?.[1] ?? 'unknown';
    const value = dict([
      ['status', 'enabled'],
      ['policyvers', Number(parts.text('version'))],
      ['config_mode', setting('SELINUX')],
      ['mode', parts.text('enforce') === '1' ? 'enforcing' : 'permissive'],
      ['type', setting('SELINUXTYPE')],
    ]);
    return [
      ['selinux', value],
      ['selinux_python_present', true],
    ];
  },
};
