import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageRegistry } from '../../src/lab/registry/image-registry.ts';
import { restore, snapshot } from '../../src/lab/snapshot.ts';
import { kubectl, root, startDeploy } from '../cluster/deploy-command.ts';
import { sampleAnswers, startSample } from '../cluster/sample.ts';
import { type TestHost, useLab } from '../lab-hosts.ts';
import { halfWritten, isUnfinished, ownFiles, rewritten } from './own-files.ts';
import { addResult, readResults, type TrialResult } from './results.ts';
import { type Trial, trialOf } from './trial.ts';

/** Set by `npm run test:chaos`, whose flags they are. */
const runs = Number(process.env.K8S_BM_CHAOS_RUNS ?? 4);
const file = process.env.K8S_BM_CHAOS_RESULTS ?? '';
const only = process.env.K8S_BM_CHAOS_ONLY;

const version = ['-e', 'kubernetes_version=v1.36.3'];
const hostCount = Number(process.env.K8S_BM_CHAOS_HOSTS ?? 3);
/** How many tasks a first deploy begins at least, until a trial has counted them. */
const tasksOfADeploy = 80;

const earlier = file ? await readResults(file) : [];
const seed = Number(process.env.K8S_BM_CHAOS_SEED ?? earlier.at(-1)?.seed ?? Date.now() % 100_000);
const tasks = earlier.findLast((result) => result.tasks !== undefined)?.tasks ?? tasksOfADeploy;
const done = new Set(earlier.map(({ number }) => number));
const numbers =
  only === undefined ? Array.from({ length: runs }, (_, at) => at).filter((at) => !done.has(at)) : [Number(only)];

describe('a deploy that is interrupted at a random moment', () => {
  const lab = useLab({ hosts: hostCount, docker: '28', services: [imageRegistry] });
  beforeAll(async () => {
    await execa('node', ['bin/k8s-bm.js', 'play', 'test/chaos/filled.yml', '-i', lab.inventory, ...version], {
      cwd: root,
      env: { ANSIBLE_ROLES_PATH: 'roles' },
    });
    await snapshot(lab.lab, 'filled');
  }, 900_000);

  const trials = numbers.map((number) => trialOf(number, seed, hostCount, tasks));
  it.each(trials)(
    'is completed by the next: number $number, $fault, seed $seed',
    { timeout: 900_000 },
    async (trial) => {
      await restore(lab.lab, 'filled');
      const result = await tryOut(trial, lab.inventory, lab.hosts);
      process.stderr.write(`${tell(result)}\n`);
      if (file) await addResult(file, result);
      expect(result.wrong).toEqual([]);
    },
  );
});

/** Strikes a deploy, looks at what it left, completes it, and asks the sample. */
const tryOut = async (trial: Trial, inventory: string, hosts: readonly TestHost[]): Promise<TrialResult> => {
  const wrong: string[] = [];
  const struck = trial.fault === 'cut off' || trial.fault === 'powered off' ? hosts[trial.host] : undefined;
  const first = await strike(trial, inventory, struck);
  if (first.during !== undefined && !exitCodes[trial.fault].includes(first.exitCode))
    wrong.push(
      `the deploy that was ${trial.fault} ended with exit code ${first.exitCode}: ${first.failures.join('; ')}`,
    );
  const left = await Promise.all(hosts.map(ownFiles));
  wrong.push(...left.flatMap((files, at) => halfWritten(files).map((each) => `${hosts[at]?.name}: ${each}`)));
  if (trial.fault === 'cut off') await struck?.uncut();
  if (trial.fault === 'powered off') await struck?.start();

  let begun = 0;
  const next = await startDeploy(inventory, version, ({ type }) => {
    if (type === 'task-start') begun++;
  }).ended;
  if (next.exitCode !== 0) wrong.push(`the next deploy ended with exit code ${next.exitCode}`, ...next.failures);
  else wrong.push(...(await look(inventory, hosts, left)));
  return {
    ...trial,
    when: new Date().toISOString(),
    struck: struck?.name,
    during: first.during,
    exitCode: first.exitCode,
    struckSeconds: first.seconds,
    completedSeconds: next.exitCode === 0 ? next.seconds : undefined,
    wrong,
    tasks: next.exitCode === 0 ? begun : undefined,
  };
};

/** A host that fails to answer makes a deploy say so; one that was unreachable from a host fails a task there. */
const exitCodes: Record<Trial['fault'], readonly (number | null)[]> = {
  interrupted: [130],
  killed: [null],
  'cut off': [2, 4],
  'powered off': [2, 4],
};

const strike = async (trial: Trial, inventory: string, host: TestHost | undefined) => {
  let tasksBegun = 0;
  let running: string | undefined;
  let during: string | undefined;
  let over = false;
  let struck: Promise<void> = Promise.resolve();
  const deploy = startDeploy(inventory, version, ({ type, task }) => {
    if (type !== 'task-start') return;
    running = task?.name;
    if (++tasksBegun === trial.task) struck = hit();
  });
  const hit = async (): Promise<void> => {
    await delay(trial.delayMs);
    if (over) return;
    during = running;
    if (trial.fault === 'interrupted') deploy.signal('SIGINT');
    if (trial.fault === 'killed') deploy.signal('SIGKILL');
    if (trial.fault === 'cut off') await host?.cut();
    if (trial.fault === 'powered off') await host?.kill();
  };
  const ended = await deploy.ended;
  over = true;
  await struck;
  return { ...ended, during };
};

/** What is wrong with the cluster and its hosts after the deploy that completed it. */
const look = async (
  inventory: string,
  hosts: readonly TestHost[],
  left: readonly ReadonlyMap<string, string>[],
): Promise<string[]> => {
  const wrong: string[] = [];
  const files = await Promise.all(hosts.map(ownFiles));
  for (const [at, host] of hosts.entries()) {
    const after = files[at] as Map<string, string>;
    const unfinished = [...after.keys()].filter(isUnfinished).map((path) => `${path} stays behind`);
    const all = [...rewritten(left[at] as Map<string, string>, after), ...halfWritten(after), ...unfinished];
    wrong.push(...all.map((each) => `${host.name}: ${each}`));
  }
  const master = hosts[0] as TestHost;
  try {
    await startSample(master);
    await Promise.all(hosts.map(({ address }) => sampleAnswers(address)));
    const ready = await master.must(
      `${kubectl} get nodes -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {end}'`,
    );
    if (ready !== 'True '.repeat(hosts.length)) wrong.push(`nodes are ready: ${ready}`);
  } catch (error) {
    wrong.push(`the sample: ${(error as Error).message}`);
  }
  const again = await startDeploy(inventory, version, () => {}).ended;
  if (again.exitCode !== 0)
    wrong.push(`the deploy after that ended with exit code ${again.exitCode}`, ...again.failures);
  wrong.push(...again.changes.map((change) => `the deploy after that changed ${change}`));
  return wrong;
};

const tell = ({ number, fault, struck, during, struckSeconds, completedSeconds, wrong }: TrialResult): string =>
  [
    `number ${number}: ${fault}${struck ? ` (${struck})` : ''} after ${struckSeconds} s, during "${during}"; completed in ${completedSeconds} s`,
    ...wrong.map((each) => `  ${each}`),
  ].join('\n');
