import type { Command } from 'commander';
import { snapshotNames } from '../../lab/snapshot.ts';
import { labNames } from '../../lab/state.ts';
import { type HostStatus, statusOf } from '../../lab/status.ts';
import { openLab } from '../../lab/up.ts';
import { tellFailures } from '../failures.ts';
import { addPlaceOptions, labHome, type PlaceOptions, say } from './place.ts';

export const addStatusCommand = (lab: Command): void => {
  addPlaceOptions(lab.command('status').description('how the hosts are'))
    .option('--json', 'for programs')
    .action((flags: PlaceOptions & { json?: boolean }) => tellFailures(() => run(flags)));
};

const run = async (flags: PlaceOptions & { readonly json?: boolean }): Promise<void> => {
  const home = labHome(flags);
  const lab = await openLab(home, flags.name);
  const hosts = await statusOf(lab);
  const snapshots = await snapshotNames(lab);
  const { name, network } = lab.record;
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ name, network, hosts, snapshots }, null, 2)}\n`);
    return;
  }
  const rows = [['HOST', 'ADDRESS', 'KIND', 'DOCKER', 'STATE'], ...hosts.map(row)];
  process.stdout.write(`${table(rows)}\n`);
  say(`Lab ${name}: bridge ${network.bridge}, ${network.range}; snapshots: ${snapshots.join(', ') || 'none'}.`);
  const others = (await labNames(home)).filter((other) => other !== name);
  if (others.length > 0) say(`Other labs: ${others.join(', ')}.`);
};

const row = (host: HostStatus): string[] => [host.name, host.address, host.kind, host.docker, stateOf(host)];

const stateOf = ({ power, link, system, failed }: HostStatus): string => {
  if (power === 'off') return 'off';
  return [system, link === 'cut' ? 'cut off' : '', failed.length > 0 ? `failed: ${failed.join(', ')}` : '']
    .filter(Boolean)
    .join(', ');
};

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
