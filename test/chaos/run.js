// npm run test:chaos -- --runs 40: so many trials in all, those of earlier runs counted; each a line in the file of results.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const state = process.env.XDG_STATE_HOME || join(homedir(), '.local/state');
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '4' },
    hosts: { type: 'string', default: '3' },
    // What the moments follow from; the file's own where it has any.
    seed: { type: 'string' },
    results: { type: 'string', default: join(state, 'k8s-bm/chaos.jsonl') },
    // One trial of that number again, whose seed is given too.
    only: { type: 'string' },
  },
});
mkdirSync(dirname(resolve(values.results)), { recursive: true });
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'chaos'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    K8S_BM_CHAOS_RUNS: values.runs,
    K8S_BM_CHAOS_HOSTS: values.hosts,
    K8S_BM_CHAOS_RESULTS: values.only === undefined ? resolve(values.results) : '',
    ...(values.seed === undefined ? {} : { K8S_BM_CHAOS_SEED: values.seed }),
    ...(values.only === undefined ? {} : { K8S_BM_CHAOS_ONLY: values.only }),
  },
});
process.exit(status ?? 1);
