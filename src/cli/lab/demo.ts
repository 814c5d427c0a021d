import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { execa } from 'execa';
import { registryName } from '../../lab/registry/image-registry.ts';
import { openLab } from '../../lab/up.ts';
import { UserError } from '../../util/diagnostic.ts';
import { packageRoot, programFile } from '../../util/package-root.ts';
import { tellFailures } from '../failures.ts';
import { addPlaceOptions, labHome, type PlaceOptions, say } from './place.ts';

const program = programFile();
const sample = join(packageRoot(), 'examples/nginx.yml');
const kubectl = 'docker exec -i kubelet kubectl --kubeconfig=/etc/kubernetes/admin.conf'.split(' ');
const samplePort = 30080;

/** `k8s-bm lab demo`: from nothing to a cluster that answers, by the commands that a user would type, each shown. */
export const addDemoCommand = (lab: Command): void => {
  const summary = 'hosts on this machine, a cluster on them, and a sample that answers: every command is shown';
  addPlaceOptions(lab.command('demo').description(summary)).action((flags: PlaceOptions) =>
    tellFailures((signal) => demo(flags, signal)),
  );
};

const demo = async (flags: PlaceOptions, signal: AbortSignal): Promise<void> => {
  const started = Date.now();
  const inventory = `${flags.name}.yml`;
  const place = [
    ...(flags.name === 'lab' ? [] : ['--name', flags.name]),
    ...(flags.state === undefined ? [] : ['--state', flags.state]),
  ];
  say(`k8s-bm is here ${program}; npm link puts it on your PATH.`);
  await step('The images of a cluster, and a registry for them', ['lab', 'images', '--install'], signal);
  if (existsSync(inventory) && (await isUp(flags)))
    say(`\nThe lab is up already, and ${inventory} tells of its hosts: they are taken.`);
  else await step('Three hosts', ['lab', 'up', ...place, '--hosts', '3', '--install'], signal);
  await step('Kubernetes on them: one master, two workers', ['deploy', inventory], signal);
  const onMaster = ['lab', 'ssh', ...place, 'n1', ...kubectl];
  await step('The nodes', [...onMaster, 'get', 'nodes', '-o', 'wide'], signal);
  const mirrored = `image: ${registryName}/docker.io/library/`;
  await step('A sample: three pods behind port 30080 of every host', [...onMaster, 'apply', '-f', '-'], signal, {
    shown: `sed 's,image: ,${mirrored},' examples/nginx.yml`,
    text: (await readFile(sample, 'utf8')).replaceAll('image: ', mirrored),
  });
  await step('until they run', [...onMaster, 'rollout', 'status', 'deployment/nginx', '--timeout=180s'], signal);
  const { record } = await openLab(labHome(flags), flags.name);
  const urls = record.hosts.map(({ address }) => `http://${address}:${samplePort}`);
  for (const url of urls) say(`${url} answers: ${await title(url, signal)}`);
  say(`
That took ${Math.round((Date.now() - started) / 1000)} s. What you may type next:
  k8s-bm deploy ${inventory}   # again: nothing changes
  ${['k8s-bm lab ssh', ...place, 'n1'].join(' ')}   # a host, as root
  export KUBECONFIG=$PWD/${flags.name}.kubeconfig   # then kubectl, if you have it
  curl ${urls.at(-1)}
To remove the hosts and all that was made for them:
  ${['k8s-bm lab down', ...place].join(' ')}`);
};

const isUp = (flags: PlaceOptions): Promise<boolean> =>
  openLab(labHome(flags), flags.name).then(
    () => true,
    () => false,
  );

interface Input {
  /** The command that prints it. */
  readonly shown: string;
  readonly text: string;
}

/** Shows the command as a user would type it, and runs it with this terminal. */
const step = async (what: string, args: readonly string[], signal: AbortSignal, input?: Input): Promise<void> => {
  say(`\n${what}:\n$ ${input ? `${input.shown} | ` : ''}k8s-bm ${args.join(' ')}`);
  const { exitCode } = await execa(process.execPath, [program, ...args], {
    ...(input ? { input: input.text } : { stdin: 'inherit' }),
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
    // Ctrl-C reaches it by the terminal; it cleans up after itself, and ends.
    cancelSignal: signal,
    forceKillAfterDelay: 60_000,
  });
  if (exitCode === 0) return;
  throw new UserError({
    severity: 'error',
    message: `that command failed${exitCode === undefined ? '' : ` with exit code ${exitCode}`}, and the demo ends here`,
    hint: 'the words above tell why; npm run demo goes on from here when it is mended, k8s-bm lab down removes what was made',
  });
};

/** The title of the page: a new Service takes a moment to be known on every host. */
const title = async (url: string, signal: AbortSignal): Promise<string> => {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) });
      return /<title>(.*?)<\/title>/.exec(await answer.text())?.[1] ?? `HTTP ${answer.status}`;
    } catch (error) {
      if (attempt === 20 || signal.aborted)
        throw new UserError({ severity: 'error', message: `${url} does not answer: ${(error as Error).message}` });
      await sleep(1000, undefined, { signal });
    }
  }
};
