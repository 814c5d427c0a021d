import { sh } from '../transport/shell/quote.ts';
import { listDeviceLinks, parseDeviceLinks } from './device-links.ts';
import { dict, type FactFamily } from './family.ts';

/**
 * What is mounted from a device or from another host, with its size. Sizes of other hosts' file systems are asked with
 * two seconds' patience, since a server that is gone would hold the answer back for ever.
 */
export const mounts: FactFamily = {
  name: 'mounts',
  groups: ['hardware'],
  shell: sh`kb_file mounts /proc/mounts
${listDeviceLinks}
kb_part bind; command -v findmnt >/dev/null 2>&1 && findmnt --list --noheadings --notruncate 2>/dev/null | grep ' /[^ ]*\\[/'
kb_part sizes
set --
while read -r kb_a kb_b kb_t kb_r; do
  case $kb_t in none) continue ;; esac
  case $kb_b in *\\\\*) kb_b=$(printf "$kb_b") ;; esac
  case $kb_a in
    /*) set -- "$@" "$kb_b" ;;
    *:/*) timeout 2 stat -f -c '%S %b %a %c %d %n' "$kb_b" 2>/dev/null ;;
  esac
done </proc/mounts
[ $# -gt 0 ] && stat -f -c '%S %b %a %c %d %n' "$@" 2>/dev/null`,
  parse(parts) {
    const sizes = new Map(
      parts.lines('sizes').map((line) => {
        const [, numbers = '', path = ''] = /^((?:\S+ ){5})(.*)$/.exec(line) ?? [];
        return [path, numbers.trim().split(' ').map(Number)] as const;
      }),
    );
    const { uuids, mapped } = parseDeviceLinks(parts);
    const bound = new Set(parts.lines('bind').map((line) => line.split(/\s+/)[0] as string));
    const list = parts.lines('mounts').flatMap((line) => {
      const [device = '', mount = '', fstype = '', options = '', dump, passno] = line.split(' ').map(unescapeOctal);
      if (fstype === 'none' || !(device.startsWith('/') || device.includes(':/'))) return [];
      const name = mapped.get(device.replace(/^\/dev\/mapper\//, '')) ?? device.replace(/^.*\//, '');
      const known = dict([
        ['mount', mount],
        ['device', device],
        ['fstype', fstype],
        ['options', bound.has(mount) && !/\bbind\b/.test(options) ? `${options},bind` : options],
        ['dump', Number(dump)],
        ['passno', Number(passno)],
      ]);
      const [size, total, available, inodes, inodesLeft] = sizes.get(mount) ?? [];
      if (
        size !== undefined &&
        total !== undefined &&
        available !== undefined &&
        inodes !== undefined &&
        inodesLeft !== undefined
      ) {
        known.set('size_total', size * total);
        known.set('size_available', size * available);
        known.set('block_size', size);
        known.set('block_total', total);
        known.set('block_available', available);
        known.set('block_used', total - available);
        known.set('inode_total', inodes);
        known.set('inode_available', inodesLeft);
        known.set('inode_used', inodes - inodesLeft);
      }
      known.set('uuid', uuids.get(name)?.[0] ?? 'N/A');
      return [known];
    });
    return [['mounts', list]];
  },
};

const unescapeOctal = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
