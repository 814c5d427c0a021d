import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const root = join(import.meta.dirname, '../..');
/** The administrator's kubectl on a master. */
export const kubectl = 'docker exec -i kubelet kubectl --kubeconfig=/etc/kubernetes/admin.conf';

export interface JsonEvent {
  readonly type: string;
  readonly status?: string;
  readonly host?: string;
  readonly changes?: readonly unknown[];
  readonly task?: { readonly name: string };
  readonly result?: { readonly changed?: boolean; readonly msg?: string; readonly skipped?: boolean };
  readonly recap?: Record<string, Record<string, number>>;
  readonly traffic?: Record<string, Record<string, number>>;
}

export interface DeployRun {
  /** null: it was killed. */
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly failures: readonly string[];
  /** `host: task` of everything that was changed, in the order in which it was told. */
  readonly changes: readonly string[];
  readonly changed: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
}

/** Runs `k8s-bm deploy` as a user does, and reads its lines of JSON; `killAt` ends it hard after that change of that host. */
export const runDeploy = (
  inventory: string,
  options: readonly string[],
  killAt?: (change: string) => boolean,
): Promise<DeployRun> => {
  const run = startDeploy(inventory, options, (event) => {
    if (isChange(event) && killAt?.(nameOf(event))) run.signal('SIGKILL');
  });
  return run.ended;
};

export interface RunningDeploy {
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<DeployRun>;
}

/** As `runDeploy`, while it runs: every event is told as it comes. */
export const startDeploy = (
  inventory: string,
  options: readonly string[],
  listener: (event: JsonEvent) => void,
): RunningDeploy => {
  const program = spawn('node', ['bin/k8s-bm.js', 'deploy', inventory, ...options, '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<DeployRun>((resolve, reject) => {
    const started = performance.now();
    const failures: string[] = [];
    const changes: string[] = [];
    let end: JsonEvent | undefined;
    let stderr = '';
    program.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    createInterface({ input: program.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const event = JSON.parse(line) as JsonEvent;
      if (event.type === 'run-end') end = event;
      if (event.type === 'unreachable' || (event.type === 'task-result' && event.status === 'failed'))
        failures.push(`${nameOf(event)}: ${event.result?.msg ?? line.slice(0, 600)}`);
      if (isChange(event)) changes.push(nameOf(event));
      listener(event);
    });
    program.on('error', reject);
    program.on('close', (exitCode) => {
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      process.stderr.write(`deploy ${options.join(' ')}: ${seconds} s, exit code ${exitCode}\n`);
      resolve({
        exitCode,
        seconds,
        failures: [...failures, ...(end || exitCode === null ? [] : [stderr])],
        changes,
        changed: byHost(end?.recap, 'changed'),
        messages: byHost(end?.traffic, 'messages'),
      });
    });
  });
  return { signal: (name) => void program.kill(name), ended };
};

const isChange = ({ type, status }: JsonEvent): boolean => type === 'task-result' && status === 'changed';
const nameOf = ({ host, task }: JsonEvent): string => `${host}: ${task?.name}`;

const byHost = (counts: Record<string, Record<string, number>> = {}, count: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([host]) => host !== 'localhost')
      .map(([host, each]) => [host, each[count] ?? -1]),
  );
