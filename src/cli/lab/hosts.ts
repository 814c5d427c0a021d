import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { sshOptions } from '../../lab/inventory.ts';
import { cut, down, kill, pick, start, uncut } from '../../lab/power.ts';
import { restore, snapshot } from '../../lab/snapshot.ts';
import { type Lab, openLab } from '../../lab/up.ts';
import { tellFailures } from '../failures.ts';
import { addPlaceOptions, labHome, type PlaceOptions, say } from './place.ts';
import { servicesOf } from './services.ts';

/** What is done to hosts that are there: each is one call of src/lab. */
export const addHostCommands = (lab: Command): void => {
  addPlaceOptions(lab.command('ssh <host> [command...]').description('log in to a host, or run a command there'))
    .passThroughOptions()
    .action((host: string, command: string[], flags: PlaceOptions) =>
      onLab(flags, (opened) => logIn(opened, host, command)),
    );
  const onHosts = { cut, uncut, kill } as const;
  for (const [name, act] of Object.entries(onHosts))
    addPlaceOptions(lab.command(`${name} <host...>`).description(descriptions[name as keyof typeof onHosts])).action(
      (hosts: string[], flags: PlaceOptions) => onLab(flags, (opened) => act(opened, hosts)),
    );
  addPlaceOptions(lab.command('start [host...]').description('power on the hosts that are off')).action(
    (hosts: string[], flags: PlaceOptions) =>
      onLab(flags, (opened, signal) => {
        const services = servicesOf(opened.record.docker);
        return start(opened, hosts, { services, signal, onProgress: say });
      }),
  );
  addPlaceOptions(lab.command('snapshot <snapshot>').description('keep the disks of all hosts as they are')).action(
    (name: string, flags: PlaceOptions) =>
      onLab(flags, (opened, signal) => snapshot(opened, name, { signal, onProgress: say })),
  );
  addPlaceOptions(lab.command('restore <snapshot>').description('put the disks of all hosts back')).action(
    (name: string, flags: PlaceOptions) =>
      onLab(flags, (opened, signal) => restore(opened, name, { signal, onProgress: say })),
  );
  addPlaceOptions(lab.command('down').description('remove the hosts and all that was made for them')).action(
    (flags: PlaceOptions) => tellFailures(() => down(labHome(flags), flags.name)),
  );
};

const descriptions = {
  cut: 'take the link of hosts down',
  uncut: 'take it up again',
  kill: 'power hosts off, as when a plug is pulled',
};

const onLab = (flags: PlaceOptions, act: (lab: Lab, signal: AbortSignal) => Promise<void>): Promise<void> =>
  tellFailures(async (signal) => act(await openLab(labHome(flags), flags.name), signal));

/** The system's ssh, with the lab's key; its exit code is ours. */
const logIn = async (lab: Lab, name: string, command: readonly string[]): Promise<void> => {
  const [host] = pick(lab, [name]);
  const args = [...sshOptions(lab.place), '-i', lab.place.key, `root@${host?.address}`, ...command];
  const child = spawn('ssh', args, { stdio: 'inherit' });
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 255));
  });
};
