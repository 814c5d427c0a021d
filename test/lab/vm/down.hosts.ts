import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { k8sBm, program } from '../program.ts';
import { traces } from '../traces.ts';

const runs = Number(process.env.LAB_KILLS ?? 20) / 4;

describe('lab down, of a lab with a virtual machine and a registry', () => {
  const lab = 'tvmdown';
  let folder = '';
  let before: string[] = [];
  const found = () => traces(lab, [folder]);
  /** Only what came: this machine's other users come and go meanwhile. */
  const left = async () => (await found()).filter((trace) => !before.includes(trace) && /kb-|lab|qemu/.test(trace));
  const place = () => ['--name', lab, '--state', join(folder, 'state')];
  const upArguments = () => {
    const inventory = join(folder, 'lab.yml');
    return ['lab', 'up', ...place(), '--hosts', '1', '--vm', '1', '--docker', '28', '--inventory', inventory];
  };
  const down = () => k8sBm(['lab', 'down', ...place()]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k8s-bm-lab-'));
    await down();
    before = await found();
  });
  afterAll(async () => {
    await down();
    await rm(folder, { recursive: true });
  });

  it('leaves nothing', async () => {
    expect(await k8sBm(upArguments())).toMatchObject({ code: 0 });
    const there = (await found()).join('\n');
    for (const mark of ['link kb-tvmdown-2', 'process qemu-system', 'process docker-registry', 'process busybox'])
      expect(there).toContain(mark);
    expect(await down()).toMatchObject({ code: 0, err: '' });
    expect(await left()).toEqual([]);
    expect(await readdir(join(folder, 'state'))).toEqual([]);
  });

  it('leaves nothing after lab up was killed at random moments', async () => {
    for (let run = 0; run < runs; run++) {
      const moment = Math.round(Math.random() * 8000);
      const child = spawn(process.execPath, [program, ...upArguments()], { stdio: 'ignore' });
      await Promise.race([sleep(moment), new Promise((resolve) => child.once('exit', resolve))]);
      child.kill('SIGKILL');
      expect(await down(), `down after a kill at ${moment} ms`).toMatchObject({ code: 0, err: '' });
      await expect.poll(left, { timeout: 3000, message: `left after a kill at ${moment} ms` }).toEqual([]);
      expect(await readdir(join(folder, 'state'))).toEqual([]);
    }
  });
});
