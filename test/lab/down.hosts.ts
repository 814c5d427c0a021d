import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testHome } from '../lab-hosts.ts';
import { k8sBm, program } from './program.ts';
import { newTraces, traces } from './traces.ts';

const runs = Number(process.env.LAB_KILLS ?? 20);

describe('lab down leaves nothing', () => {
  const lab = 'tdown';
  let folder = '';
  let before: string[] = [];
  let usual = 0;
  const found = () => traces(lab, [folder]);
  const left = async () => newTraces(before, await found());
  const args = (docker: string) => {
    const at = ['--name', lab, '--state', join(folder, 'state')];
    const up = ['lab', 'up', ...at, '--hosts', '2', '--docker', docker, '--inventory', join(folder, 'lab.yml')];
    return { up, down: ['lab', 'down', ...at] };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k8s-bm-lab-'));
    await k8sBm(args('26').down);
    before = await found();
  });
  afterAll(async () => {
    await k8sBm(args('26').down);
    await rm(folder, { recursive: true });
  });

  it('after a whole lab up', async () => {
    await k8sBm(args('26').up);
    const { down } = args('26');
    await k8sBm(down);
    const began = Date.now();
    expect((await k8sBm(args('26').up)).code).toBe(0);
    usual = Date.now() - began;
    const there = (await found()).join('\n');
    for (const mark of ['link kb-tdown', 'link kb-tdown-2', 'netns kb-tdown-n1', 'cgroup ', 'process systemd-nspawn'])
      expect(there).toContain(mark);
    expect(await k8sBm(down)).toMatchObject({ code: 0, err: '' });
    expect(await left()).toEqual([]);
    expect(await readdir(join(folder, 'state'))).toEqual([]);
  });

  it(`after lab up was killed at ${runs} random moments`, async () => {
    for (let run = 1; run <= runs; run++) {
      const docker = run % 3 === 0 ? '26' : 'none';
      const moment = Math.round(Math.random() * usual);
      const child = spawn(process.execPath, [program, ...args(docker).up], { stdio: 'ignore' });
      await Promise.race([sleep(moment), new Promise((resolve) => child.once('exit', resolve))]);
      child.kill('SIGKILL');
      expect(await k8sBm(args(docker).down), `down after a kill at ${moment} ms`).toMatchObject({ code: 0, err: '' });
      await expect.poll(left, { timeout: 3000, message: `left after a kill at ${moment} ms` }).toEqual([]);
      expect(await readdir(join(folder, 'state'))).toEqual([]);
    }
  });

  it('and lab up after such a kill makes the lab', async () => {
    const child = spawn(process.execPath, [program, ...args('none').up], { stdio: 'ignore' });
    await sleep(usual * 0.6);
    child.kill('SIGKILL');
    await expect.poll(() => child.signalCode ?? child.exitCode).not.toBeNull();
    const again = await k8sBm(args('none').up);
    // A kill that came too late left a whole lab, which is not to be made twice.
    expect(again.code === 0 || again.err.includes('is there already')).toBe(true);
    expect((await k8sBm(args('none').down)).code).toBe(0);
    expect(await left()).toEqual([]);
  });

  it('after Ctrl-C, without lab down', async () => {
    const child = spawn(process.execPath, [program, ...args('none').up], { stdio: 'ignore' });
    await sleep(usual * 0.5);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code === 130) expect(await left()).toEqual([]);
    else await k8sBm(args('none').down);
    expect([0, 130]).toContain(code);
  });

  it('when it was killed while a root file system was being built', async () => {
    const env = { XDG_CACHE_HOME: join(folder, 'cache') };
    const child = spawn(process.execPath, [program, ...args('none').up], {
      stdio: 'ignore',
      env: { ...process.env, ...env },
    });
    const half = async () => (await readdir(join(folder, 'cache/k8s-bm/lab/rootfs')).catch(() => [])).join(' ');
    await expect.poll(half, { timeout: 30_000 }).toContain('.half');
    await sleep(4000);
    child.kill('SIGKILL');
    await expect.poll(left, { timeout: 3000 }).toEqual([]);
    expect((await k8sBm(args('none').down)).code).toBe(0);
    expect(testHome.cache).not.toContain(folder);
  });
});
