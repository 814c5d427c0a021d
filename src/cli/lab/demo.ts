import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { execa } from 'execa';
import { openLab } from '../../lab/up.ts';
import { UserError } from '../../util/diagnostic.ts';
import { tellFailures } from '../failures.ts';
import { labHome, say } from './place.ts';

const program = fileURLToPath(new URL('../../../bin/k8s-bm.js', import.meta.url));
const sample = fileURLToPath(new URL('../../../examples/nginx.yml', import.meta.url));
const kubectl = 'docker exec -i kubelet kubectl --kubeconfig=/etc/kubernetes/admin.conf'.split(' ');
const samplePort = 30080;

/** `k8s-bm lab demo`: from nothing to a cluster that answers, by the commands that a user would type, each shown. */
export const addDemoCommand = (lab: Command): void => {
  lab
    .command('demo')
    .description('hosts on this machine, a cluster on them, and a sample that answers: every command is shown')
    .action(() => tellFailures(demo));
};

const demo = async (signal: AbortSignal): Promise<void> => {
  const started = Date.now();
  const flags = { name: 'lab' };
  await step('The images of a cluster, and a registry for them', ['lab', 'images', '--install'], signal);
  if (existsSync('lab.yml') && (await isUp(flags)))
    say('\nThe lab is up already, and lab.yml tells of its hosts: they are taken.');
  else await step('Three hosts', ['lab', 'up', '--hosts', '3', '--install'], signal);
  await step('Kubernetes on them: one master, two workers', ['deploy', 'lab.yml'], signal);
  const onMaster = ['lab', 'ssh', 'n1', ...kubectl];
  await step('The nodes', [...onMaster, 'get', 'nodes', '-o', 'wide'], signal);
  await step('A sample: three pods behind port 30080 of every host', [...onMaster, 'apply', '-f', '-'], signal, sample);
  await step('until they run', [...onMaster, 'rollout', 'status', 'deployment/nginx', '--timeout=180s'], signal);
  const { record } = await openLab(labHome(flags), flags.name);
  const urls = record.hosts.map(({ address }) => `http://${address}:${samplePort}`);
  for (const url of urls) say(`${url} answers: ${await title(url, signal)}`);
  say(`
That took ${Math.round((Date.now() - started) / 1000)} s. What you may type next:
  k8s-bm deploy lab.yml                    # again: nothing changes
  k8s-bm lab ssh n1                        # a host, as root
  export KUBECONFIG=$PWD/lab.kubeconfig    # then kubectl, if you have it
  curl ${urls.at(-1)}
To remove the hosts and all that was made for them:
  k8s-bm lab down`);
};

const isUp = ({ name }: { name: string }): Promise<boolean> =>
  openLab(labHome({ name }), name).then(
    () => true,
    () => false,
  );

/** Shows the command as a user would type it, and runs it with this terminal. */
const step = async (what: string, args: readonly string[], signal: AbortSignal, input?: string): Promise<void> => {
  say(`\n${what}:\n$ k8s-bm ${args.join(' ')}${input ? ' < examples/nginx.yml' : ''}`);
  const { exitCode } = await execa(process.execPath, [program, ...args], {
    stdio: [input ? { file: input } : 'inherit', 'inherit', 'inherit'],
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
