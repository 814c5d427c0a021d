import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { compare } from 'semver';
import { type NewHost, newInventory, readNewHost } from '../cluster/new-inventory.ts';
import { readVersionTable } from '../cluster/version-table.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { packageRoot } from '../util/package-root.ts';
import { ask } from './ask.ts';
import { tellFailures } from './failures.ts';

interface InitFlags {
  readonly master: readonly string[];
  readonly worker: readonly string[];
  readonly user?: string;
  readonly key?: string;
  readonly kubernetes?: string;
}

const shipped = packageRoot();

/** `k8s-bm init`: writes the inventory of a new cluster, from flags or by asking. */
export const configure = (command: Command): void => {
  command
    .argument('[inventory]', 'the file to write', 'cluster.yml')
    .option(
      '--master <host>',
      'a master, as n1=192.0.2.11, or n1 where the name resolves; may be repeated',
      collect,
      [],
    )
    .option('--worker <host>', 'a worker; may be repeated. Without any, the masters carry pods too', collect, [])
    .option('--user <name>', 'who logs in on the hosts (default: root)')
    .option('--key <file>', "the private key to log in with (default: ssh's own)")
    .option('--kubernetes <version>', 'the version of Kubernetes (default: the newest that the tests ran)')
    .addHelpText('after', '\nWhat no flag says is asked for on a terminal.')
    .action((file: string, flags: InitFlags) => tellFailures((signal) => init(file, flags, signal)));
};

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const init = async (file: string, flags: InitFlags, signal: AbortSignal): Promise<void> => {
  if (existsSync(file))
    throw new UserError({
      severity: 'error',
      message: `${file} exists already`,
      hint: 'name another file: k8s-bm init FILE',
    });
  const asked = flags.master.length === 0;
  if (asked && !process.stdin.isTTY)
    throw new UserError({
      severity: 'error',
      message: 'no master is named, and there is no terminal to ask on',
      hint: 'k8s-bm init --master n1=192.0.2.11 --worker n2=192.0.2.12',
    });
  const question = async (prompt: string, otherwise: string): Promise<string> =>
    (asked && (await ask({ prompt, echo: true }, signal)).trim()) || otherwise;
  const names = async (given: readonly string[], prompt: string): Promise<NewHost[]> =>
    readHosts(given.length > 0 ? given : (await question(prompt, '')).split(/[\s,]+/).filter(Boolean));

  const masters = await names(flags.master, 'Masters (1, 3 or 5 hosts, as n1=192.0.2.11, with spaces between): ');
  const workers = await names(flags.worker, 'Workers (none: the masters carry pods too): ');
  const user = flags.user ?? (await question('Who logs in on them? [root] ', 'root'));
  const newest = newestProven();
  const kubernetesVersion = flags.kubernetes ?? (await question(`Which version of Kubernetes? [${newest}] `, newest));
  refuse(masters, workers);
  await writeFile(
    file,
    newInventory({
      masters,
      workers,
      user,
      key: flags.key,
      kubernetesVersion: `v${kubernetesVersion.replace(/^v/, '')}`,
    }),
    { flag: 'wx' },
  );
  process.stdout.write(`${file} is written. What stands in the way on the hosts, and then the cluster:\n`);
  process.stdout.write(`  k8s-bm check ${file}\n  k8s-bm deploy ${file}\n`);
};

const readHosts = (texts: readonly string[]): NewHost[] =>
  texts.map((text) => {
    const host = readNewHost(text);
    if (host) return host;
    throw new UserError({
      severity: 'error',
      message: `${JSON.stringify(text)} does not name a host`,
      hint: 'write a name, or a name and an address: n1=192.0.2.11',
    });
  });

/** What deploy would refuse of the hosts anyway, said before a file is written. */
const refuse = (masters: readonly NewHost[], workers: readonly NewHost[]): void => {
  const problems: Diagnostic[] = [];
  const say = (message: string, hint: string): void => void problems.push({ severity: 'error', message, hint });
  if (masters.length === 0) say('a cluster needs at least one master', 'name it: n1=192.0.2.11');
  else if (masters.length % 2 === 0)
    say(
      `${masters.length} masters would carry an etcd with an even number of members, which tolerates no more failures than ${masters.length - 1}`,
      'name 1, 3 or 5 masters',
    );
  const both = masters.filter(({ name }) => workers.some((worker) => worker.name === name));
  for (const what of ['name', 'address'] as const) {
    const all = [...masters, ...workers.filter((worker) => !both.some(({ name }) => name === worker.name))];
    const values = all.map((host) => host[what]).filter((value) => value !== undefined);
    for (const twice of new Set(values.filter((value, at) => values.indexOf(value) !== at)))
      say(`two hosts have the ${what} ${twice}`, 'every host needs one of its own');
  }
  if (problems.length > 0) throw new UserError(problems);
};

const newestProven = (): string => {
  const table = readVersionTable(join(shipped, 'roles/cluster/vars/main.yml'));
  const proven = [...table.values()].flatMap((components) => components.proven).sort(compare);
  return `v${proven.at(-1)}`;
};
