import { joinShell, sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** By the program that a host has; where it has several, the last one counts, but dpkg's own goes first on Debian. */
const programs: readonly (readonly [string, string])[] = [
  ['/usr/bin/swupd', 'swupd'],
  ['/usr/bin/pkg5', 'pkg5'],
  ['/opt/local/bin/pkgin', 'pkgin'],
  ['/usr/bin/emerge', 'portage'],
  ['/usr/bin/xbps-install', 'xbps'],
  ['/bin/opkg', 'opkg'],
  ['/sbin/apk', 'apk'],
  ['/usr/bin/pacman', 'pacman'],
  ['/usr/bin/zypper', 'zypper'],
  ['/usr/bin/yum', 'yum'],
  ['/usr/bin/microdnf', 'dnf'],
  ['/usr/bin/dnf-3', 'dnf'],
  ['/usr/bin/dnf', 'dnf'],
  ['/usr/bin/dnf5', 'dnf5'],
  ['/usr/bin/apt-get', 'apt'],
];

export const packageManager: FactFamily = {
  name: 'pkg_mgr',
  minimal: true,
  shell: joinShell([
    sh`kb_part found`,
    ...programs.map(([path, name]) => sh`[ -e ${path} ] && echo ${name}`),
    sh`[ -e /usr/bin/rpm ] && [ -e /run/ostree-booted ] && echo atomic_container
kb_line redhat /etc/redhat-release`,
  ]),
  parse(parts) {
    const found = parts.lines('found').filter((name) => name !== 'apt' || !parts.has('redhat'));
    return [['pkg_mgr', found.at(-1) ?? 'unknown']];
  },
};
