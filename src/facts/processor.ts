import { sh } from '../transport/shell/quote.ts';
import type { Fact, FactFamily } from './family.ts';

const listed = new Set(['model name', 'Processor', 'vendor_id', 'cpu', 'Vendor', 'processor']);

/** /proc/cpuinfo: `processor` lists what names each CPU in turn; the counts follow sockets and cores where it tells them. */
export const processor: FactFamily = {
  name: 'cpu',
  groups: ['hardware'],
  shell: sh`kb_file cpuinfo /proc/cpuinfo
kb_part machine; uname -m
kb_part available; nproc 2>/dev/null`,
  parse(parts) {
    const names: string[] = [];
    const count = { processor: 0, vendor_id: 0, 'model name': 0 } as Record<string, number>;
    const sockets = new Map<string, number>();
    const cores = new Map<string, number>();
    let flags: string[] | undefined;
    let [socket, core] = ['', ''];
    for (const line of parts.lines('cpuinfo')) {
      const at = line.indexOf(':');
      if (at < 0) continue;
      const [key, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      if (key === 'flags' || key === 'Features') flags ??= value.split(/\s+/);
      if (listed.has(key)) {
        names.push(value);
        count[key] = (count[key] ?? 0) + 1;
      } else if (key === 'physical id') {
        socket = value;
        sockets.set(socket, sockets.get(socket) ?? 1);
      } else if (key === 'core id') {
        core = value;
        cores.set(core, cores.get(core) ?? 1);
      } else if (key === 'cpu cores') sockets.set(socket, Number(value));
      else if (key === 'siblings') cores.set(core, Number(value));
    }
    const byProcessor = /^(armv|aarch|ppc)/.test(parts.text('machine'));
    const { processor: processors = 0, vendor_id: vendors = 0, 'model name': models = 0 } = count;
    const plain = byProcessor ? processors : vendors > 0 && vendors === models ? vendors : names.length;
    const sockets0 = [...sockets.values()][0];
    const cores0 = [...cores.values()][0];
    const perSocket = sockets0 || 1;
    const threads = cores0 ? Math.max(1, Math.floor(cores0 / perSocket)) : 1;
    const processorCount = sockets.size || plain;
    const facts: Fact[] = [
      ['processor', names],
      ['processor_count', processorCount],
      ['processor_cores', perSocket],
      ['processor_threads_per_core', threads],
      ['processor_vcpus', threads * processorCount * perSocket],
      ['processor_nproc', Number(parts.text('available')) || processors],
    ];
    return flags ? [...facts, ['flags', flags]] : facts;
  },
};
