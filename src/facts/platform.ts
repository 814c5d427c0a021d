import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** The machine's name and kind, as uname(1) and the resolver have them. */
export const platform: FactFamily = {
  name: 'platform',
  minimal: true,
  shell: sh`kb_part machine; uname -m
kb_line system /proc/sys/kernel/ostype
kb_line nodename /proc/sys/kernel/hostname
kb_line kernel /proc/sys/kernel/osrelease
kb_line version /proc/sys/kernel/version
kb_part fqdn; hostname -f 2>/dev/null
kb_line id /etc/machine-id
kb_line dbus_id /var/lib/dbus/machine-id
kb_part bits; getconf LONG_BIT 2>/dev/null`,
  parse(parts) {
    const machine = parts.text('machine');
    const nodename = parts.text('nodename');
    const fqdn = parts.text('fqdn').trim() || nodename;
    const bits = parts.text('bits') || (/64|s390x|alpha/.test(machine) ? '64' : '32');
    const architecture = /^i[3-6]86$/.test(machine) ? 'i386' : machine;
    const id = parts.text('id') || parts.text('dbus_id');
    return [
      ['system', parts.text('system')],
      ['kernel', parts.text('kernel')],
      ['kernel_version', parts.text('version')],
      ['machine', machine],
      ['architecture', architecture],
      ['userspace_bits', bits],
      ...(architecture === 'x86_64' || architecture === 'i386'
        ? [['userspace_architecture', bits === '64' ? 'x86_64' : 'i386'] as const]
        : []),
      ['nodename', nodename],
      ['hostname', nodename.split('.')[0] as string],
      ['fqdn', fqdn],
      ['domain', fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.') + 1) : ''],
      ...(id ? [['machine_id', id] as const] : []),
    ];
  },
};
