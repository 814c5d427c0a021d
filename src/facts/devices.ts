import type { Value } from '../template/values.ts';
import { sh } from '../transport/shell/quote.ts';
import { type DeviceLinks, listDeviceLinks, parseDeviceLinks } from './device-links.ts';
import { dict, type FactFamily, type Parts } from './family.ts';

/** Block devices by /sys/block, with their partitions, holders and the names that udev has for them. */
export const devices: FactFamily = {
  name: 'devices',
  groups: ['hardware'],
  shell: sh`${listDeviceLinks}
kb_part paths; ls -ld /sys/block/* 2>/dev/null
for kb_d in /sys/block/*; do
  [ -e "$kb_d/size" ] || continue
  kb_part "d\${kb_d##*/}"
  for kb_f in vendor model sas_address sas_device_handle removable size queue/rotational queue/scheduler queue/logical_block_size queue/discard_granularity device/vendor device/model device/serial; do
    [ -r "$kb_d/$kb_f" ] && IFS= read -r kb_l <"$kb_d/$kb_f" && echo "$kb_f=$kb_l"
  done 2>/dev/null
  for kb_f in "$kb_d"/holders/*; do [ -e "$kb_f" ] && echo "holder=\${kb_f##*/}"; done
  for kb_f in "$kb_d"/*/partition; do
    [ -e "$kb_f" ] || continue
    kb_f=\${kb_f%/*}
    read -r kb_l <"$kb_f/start"; read -r kb_r <"$kb_f/size"
    echo "partition=\${kb_f##*/} $kb_l $kb_r"
    for kb_a in "$kb_f"/holders/*; do [ -e "$kb_a" ] && echo "partition_holder=\${kb_f##*/} \${kb_a##*/}"; done
  done
done 2>/dev/null
kb_part masters; for kb_f in /sys/block/*/slaves/*; do [ -e "$kb_f" ] && echo "$kb_f"; done`,
  parse(parts) {
    const links = parseDeviceLinks(parts);
    const masters = new Map<string, string[]>();
    for (const path of parts.lines('masters')) {
      const [, , , master = '', , slave = ''] = path.split('/');
      masters.set(slave, [...(masters.get(slave) ?? []), master]);
    }
    const virtual = new Set(
      parts.lines('paths').flatMap((line) => (/\/virtual\//.test(line) ? [line.replace(/^.*\//, '')] : [])),
    );
    const found = parts
      .under('d')
      .map(([name]) => [name, device(parts, name, links, masters, virtual.has(name))] as const);
    return [
      ['devices', dict(found)],
      [
        'device_links',
        dict([
          ['ids', listed(links.ids)],
          ['uuids', listed(links.uuids)],
          ['labels', listed(links.labels)],
          ['masters', listed(masters)],
        ]),
      ],
    ];
  },
};

type Names = ReadonlyMap<string, readonly string[]>;

const device = (parts: Parts, name: string, links: DeviceLinks, masters: Names, virtual: boolean): Value => {
  const lines = parts
    .lines(`d${name}`)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).trim()] as const);
  const all = (key: string): string[] => lines.flatMap(([each, value]) => (each === key ? [value] : []));
  const one = (...keys: string[]): string | null =>
    keys.map((key) => all(key)[0]).find((value) => value !== undefined) ?? null;
  const sectorSize = one('queue/logical_block_size') ?? '512';
  // The kernel counts in units of 512 bytes, whatever the device's own sectors are.
  const sectors = Number(one('size') ?? 0);
  const scheduler = one('queue/scheduler') ?? '';
  const serial = one('device/serial');
  return dict([
    ['virtual', virtual ? 1 : 0],
    ['links', namesOf(name, links, masters)],
    ['vendor', one('vendor', 'device/vendor')],
    ['model', one('model', 'device/model')],
    ['sas_address', one('sas_address')],
    ['sas_device_handle', one('sas_device_handle')],
    ...(serial ? ([['serial', serial]] as const) : []),
    ['removable', one('removable')],
    ['support_discard', one('queue/discard_granularity')],
    [
      'partitions',
      dict(all('partition').map((text) => partition(text, all('partition_holder'), sectorSize, links, masters))),
    ],
    ['rotational', one('queue/rotational')],
    ['scheduler_mode', /\[(.*?)\]/.exec(scheduler)?.[1] ?? scheduler],
    ['sectors', sectors],
    ['sectorsize', sectorSize],
    ['size', humanSize(sectors * 512)],
    ['host', ''],
    ['holders', all('holder')],
  ]);
};

const partition = (
  text: string,
  holders: string[],
  sectorSize: string,
  links: DeviceLinks,
  masters: Names,
): [string, Value] => {
  const [name = '', start = '0', size = '0'] = text.split(' ');
  const value = dict([
    ['links', namesOf(name, links, masters)],
    ['start', start],
    ['sectors', Number(size)],
    ['sectorsize', Number(sectorSize)],
    ['size', humanSize(Number(size) * 512)],
    ['uuid', links.uuids.get(name)?.[0] ?? null],
    ['holders', holders.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))],
  ]);
  return [name, value];
};

const namesOf = (name: string, { ids, uuids, labels }: DeviceLinks, masters: Names): Value =>
  dict([
    ['ids', [...(ids.get(name) ?? [])]],
    ['uuids', [...(uuids.get(name) ?? [])]],
    ['labels', [...(labels.get(name) ?? [])]],
    ['masters', [...(masters.get(name) ?? [])]],
  ]);

const listed = (names: Names): Value => dict([...names].map(([key, values]) => [key, [...values]]));

/** `20.00 GB`: powers of 1024 under decimal names, as Ansible writes them. */
const humanSize = (bytes: number): string => {
  const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`;
};
