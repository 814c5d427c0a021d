import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** /proc/meminfo in whole MiB, and the time since boot. */
export const memory: FactFamily = {
  name: 'memory',
  groups: ['hardware'],
  shell: sh`kb_file meminfo /proc/meminfo
kb_line uptime /proc/uptime`,
  parse(parts) {
    const mb = (key: string): number =>
      Math.floor(Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(parts.text('meminfo'))?.[1] ?? 0) / 1024);
    const [total, free, swapTotal, swapFree] = [mb('MemTotal'), mb('MemFree'), mb('SwapTotal'), mb('SwapFree')];
    const available = free + mb('Cached') + mb('Buffers');
    const value = dict([
      [
        'real',
        dict([
          ['total', total],
          ['used', total - free],
          ['free', free],
        ]),
      ],
      [
        'nocache',
        dict([
          ['free', available],
          ['used', total - available],
        ]),
      ],
      [
        'swap',
        dict([
          ['total', swapTotal],
          ['free', swapFree],
          ['used', swapTotal - swapFree],
          ['cached', mb('SwapCached')],
        ]),
      ],
    ]);
    return [
      ['memtotal_mb', total],
      ['memfree_mb', free],
      ['swaptotal_mb', swapTotal],
      ['swapfree_mb', swapFree],
      ['memory_mb', value],
      ['uptime_seconds', Math.floor(Number(parts.text('uptime').split(' ')[0]))],
    ];
  },
};
