import { sh } from '../transport/shell/quote.ts';
import type { Parts } from './family.ts';

/** The names that udev has for block devices, listed by one program for mounts and devices both. */
export const listDeviceLinks = sh`kb_part links
for kb_a in /dev/disk/by-id /dev/disk/by-uuid /dev/disk/by-label /dev/mapper; do [ -d $kb_a ] && set -- "$@" $kb_a; done
[ $# -gt 0 ] && ls -l "$@" /dev/null 2>/dev/null`;

export interface DeviceLinks {
  /** Device name (`sda1`) → the names of it. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  readonly uuids: ReadonlyMap<string, readonly string[]>;
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** Name under /dev/mapper → device name. */
  readonly mapped: ReadonlyMap<string, string>;
}

export const parseDeviceLinks = (parts: Parts): DeviceLinks => {
  const by: Record<string, Map<string, string[]>> = {};
  const mapped = new Map<string, string>();
  let folder = '';
  for (const line of parts.text('links').split('\n')) {
    const heading = /^(\/dev\/\S+):$/.exec(line);
    const link = / (\S+) -> (\S+)$/.exec(line);
    if (heading) folder = heading[1] as string;
    else if (link) {
      const [, name = '', target = ''] = link;
      const device = target.replace(/^.*\//, '');
      if (folder === '/dev/mapper') mapped.set(name, device);
      else {
        by[folder] ??= new Map();
        by[folder]?.set(device, [...(by[folder]?.get(device) ?? []), unescapeName(name)]);
      }
    }
  }
  const of = (kind: string): Map<string, string[]> => by[`/dev/disk/by-${kind}`] ?? new Map();
  return { ids: of('id'), uuids: of('uuid'), labels: of('label'), mapped };
};

/** udev writes what a file name should not hold as `\x20`. */
const unescapeName = (name: string): string =>
  name.replace(/\\x([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
