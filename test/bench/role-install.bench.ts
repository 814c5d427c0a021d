import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSources } from '../../src/registry/sources/sources.ts';
import { program } from '../lab/program.ts';
import { type RunningServer, startRegistry } from '../registry/real-servers.ts';
import { publishThirtyRoles } from '../registry/thirty-roles.ts';

/**
 * Thirty roles that depend on each other, from Debian's docker-registry with TLS and passwords on this machine, as whole
 * processes. Aims: 3 s with nothing there (cold), 0.3 s where everything is (warm).
 */
const missing = ['docker-registry', 'htpasswd'].filter((name) => execaSync('which', [name], { reject: false }).failed);
if (missing.length > 0) console.log(`not measured: there is no ${missing.join(', ')}`);
const rounds = Number(process.env.K8S_BM_BENCH_ROUNDS ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'kb-bench-'));
const project = join(folder, 'project');
const environment = {
  PATH: process.env.PATH,
  HOME: join(folder, 'home'),
  SSL_CERT_FILE: join(folder, 'registry/ca.crt'),
};
let registry: RunningServer | undefined;

/** Seconds of the clock and of the processor for one whole process, children and all. */
const timed = async (
  args: readonly string[],
): Promise<{ readonly wall: number; readonly cpu: number; out: string }> => {
  const options = { cwd: project, env: environment, extendEnv: false };
  const before = performance.now();
  const { stdout, stderr } = await execa('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', ...args], options);
  const wall = (performance.now() - before) / 1000;
  const [user = 0, system = 0] = (stderr.split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wall, cpu: user + system, out: stdout };
};

const tell = (what: string, times: readonly { readonly wall: number; readonly cpu: number }[], aim?: number): void => {
  const median = (pick: 'wall' | 'cpu'): string =>
    (times.map((each) => each[pick]).sort((a, b) => a - b)[Math.floor(times.length / 2)] as number).toFixed(2);
  console.log(`${what}: ${median('wall')} s (${median('cpu')} s of processor)${aim ? `; aim ${aim} s` : ''}`);
};

describe.skipIf(missing.length > 0)('k8s-bm role install of thirty roles', () => {
  beforeAll(async () => {
    registry = await startRegistry(join(folder, 'registry'), 'password');
    const auth = Buffer.from('amy:password').toString('base64');
    mkdirSync(join(environment.HOME, '.docker'), { recursive: true });
    writeFileSync(
      join(environment.HOME, '.docker/config.json'),
      JSON.stringify({ auths: { [registry.address]: { auth } } }),
    );
    const sources = openSources({ environment, home: environment.HOME });
    const text = await publishThirtyRoles(join(folder, 'source'), `oci://${registry.address}/team`, sources);
    await sources.close();
    mkdirSync(project);
    writeFileSync(join(project, 'requirements.yml'), text);
  });
  afterAll(async () => {
    await registry?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const install = [process.execPath, program, 'role', 'install'];
  const times = async (prepare: () => void, args: readonly string[], says: string) => {
    const found = [];
    for (let round = 0; round < rounds; round++) {
      prepare();
      const one = await timed(args);
      expect(one.out).toContain(says);
      found.push(one);
    }
    return found;
  };
  const forget = (...paths: string[]): void => {
    for (const path of paths) rmSync(join(folder, path), { recursive: true, force: true });
  };

  it('cold, from the lock, and warm', async () => {
    const everything = ['home/.cache', 'project/roles', 'project/requirements.lock'];
    tell('node alone', await times(() => {}, [process.execPath, '-e', ''], ''));
    tell('cold', await times(() => forget(...everything), install, '30 added'), 3);
    tell(
      'from the lock and the cache',
      await times(() => forget('project/roles'), [...install, '--offline'], '30 added'),
    );
    tell('warm', await times(() => {}, install, 'Nothing to do: 30 roles'), 0.3);
  });
});
