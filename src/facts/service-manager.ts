import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

const byName: Readonly<Record<string, string>> = {
  procd: 'openwrt_init',
  'runit-init': 'runit',
  svscan: 'svc',
  'openrc-init': 'openrc',
};

/** What starts services: told by the name of process 1, or where that is only `init`, by what it left on the disk. */
export const serviceManager: FactFamily = {
  name: 'service_mgr',
  minimal: true,
  shell: sh`kb_line first /proc/1/comm
kb_part found
[ -d /run/systemd/system ] || [ -d /dev/.run/systemd ] || [ -d /dev/.systemd ] && echo systemd
[ -x /sbin/initctl ] && [ -d /etc/init ] && echo upstart
[ -x /sbin/openrc ] && echo openrc
[ -d /etc/init.d ] && echo sysvinit`,
  parse(parts) {
    const first = parts.text('first');
    const named = /^(init|sh|bash|dash|ash)?$/.test(first) ? undefined : (byName[first] ?? first);
    return [['service_mgr', named ?? parts.lines('found')[0] ?? 'service']];
  },
};
