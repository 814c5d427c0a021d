import { readFile } from 'node:fs/promises';
import { isOn } from './host.ts';
import { runInside } from './inside.ts';
import { linkOf } from './state.ts';
import type { Lab } from './up.ts';

export interface HostStatus {
  readonly name: string;
  readonly address: string;
  readonly kind: 'container' | 'vm';
  readonly docker: string;
  readonly power: 'on' | 'off';
  readonly link: 'up' | 'cut' | 'none';
  /** What systemd says of the whole host: `running`, `starting`, `degraded` …; unknown for what cannot be asked. */
  readonly system: string;
  /** The units that make it degraded. */
  readonly failed: readonly string[];
}

/** How every host of the lab is, asked of the hosts themselves. */
export const statusOf = ({ place, record }: Lab): Promise<HostStatus[]> =>
  Promise.all(
    record.hosts.map(async (host) => {
      const on = await isOn(place, host);
      const flags = await readFile(`/sys/class/net/${linkOf(place, host.index)}/flags`, 'utf8').catch(() => '');
      const said = on && host.kind === 'container' ? await runInside(place, host, ask) : undefined;
      const [system = '', ...failed] = said?.stdout.trim().split('\n') ?? [];
      return {
        name: host.name,
        address: host.address,
        kind: host.kind,
        docker: host.docker,
        power: on ? 'on' : 'off',
        link: flags === '' ? 'none' : Number(flags) & 1 ? 'up' : 'cut',
        system: system || (on ? 'unknown' : ''),
        failed,
      } as const;
    }),
  );

const ask = "systemctl is-system-running; systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1";
