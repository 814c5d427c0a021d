import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCgroups } from '../../src/lab/cgroup.ts';
import { layerKey, layersFor } from '../../src/lab/layers.ts';
import { lock, withLock } from '../../src/lab/lock.ts';
import { checkMachine } from '../../src/lab/machine.ts';
import { mirrorIn } from '../../src/lab/mirror.ts';
import { chooseRange, overlap } from '../../src/lab/network.ts';
import { inParallel } from '../../src/lab/parallel.ts';

describe('this machine', () => {
  it.runIf(process.platform === 'linux')('is refused when it is a Mac, in words', async () => {
    const check = checkMachine({ needs: [], install: false, platform: 'darwin' });
    await expect(check).rejects.toMatchObject({
      diagnostics: [
        {
          message: "the lab makes its hosts with Linux' own means, and this is macOS",
          hint: 'run it in a Linux virtual machine with 4 GB or more; k8s-bm itself runs here',
        },
      ],
    });
  });

  it.runIf(process.getuid?.() === 0)(
    'is asked for the programs that it lacks before anything is tried with them',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'kb-path-'));
      const path = process.env.PATH;
      try {
        for (const program of ['sh', 'mount', 'mkdir', 'unshare'])
          await symlink(join('/usr/bin', program), join(folder, program));
        process.env.PATH = folder;
        const check = checkMachine({ needs: [{ program: 'ip', package: 'iproute2' }], install: false });
        await expect(check).rejects.toThrow(/^ip is missing/);
      } finally {
        process.env.PATH = path;
        await rm(folder, { recursive: true });
      }
    },
  );

  it('has cgroup v2, or v1, or v1 with a v2 tree beside it', () => {
    const line = (at: string, type: string) => `30 20 0:26 / ${at} rw,nosuid shared:9 - ${type} cgroup rw`;
    expect(findCgroups(line('/sys/fs/cgroup', 'cgroup2'))).toEqual({ version: 'v2', hierarchies: ['/sys/fs/cgroup'] });
    const mixed = [
      line('/sys/fs/cgroup', 'tmpfs'),
      line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup'),
      line('/sys/fs/cgroup/unified', 'cgroup2'),
      line('/elsewhere/cgroup', 'cgroup'),
    ];
    expect(findCgroups(mixed.join('\n'))).toEqual({
      version: 'v1',
      hierarchies: ['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/unified'],
    });
    expect(() => findCgroups(line('/', 'ext4'))).toThrow('no cgroup file system is mounted');
  });
});

describe('address ranges', () => {
  it.each([
    ['10.99.0.0/24', '10.99.0.7/32', true],
    ['10.99.0.0/24', '10.0.0.0/8', true],
    ['10.99.0.0/24', '10.99.1.0/24', false],
    ['200.1.2.0/24', '200.1.0.0/16', true],
    ['10.99.0.0/24', '0.0.0.0/0', true],
  ])('%s and %s overlap: %s', (one, other, answer) => {
    expect(overlap(one, other)).toBe(answer);
    expect(overlap(other, one)).toBe(answer);
  });

  it('are the first that is free, unless one is asked for', () => {
    expect(chooseRange([])).toBe('10.99.0.0/24');
    expect(chooseRange([{ range: '10.99.0.0/23', by: 'a route' }])).toBe('10.99.2.0/24');
    expect(chooseRange([{ range: '10.0.0.0/8', by: 'a route by vpn0' }])).toBe('172.30.0.0/24');
    expect(chooseRange([], '192.168.77.0/24')).toBe('192.168.77.0/24');
  });

  it('are refused when taken, by the name of what has them', () => {
    const taken = [{ range: '10.0.0.0/8', by: 'a route by vpn0' }];
    expect(() => chooseRange(taken, '10.1.2.0/24')).toThrow(
      'the address range 10.1.2.0/24 is in use on this machine: 10.0.0.0/8, a route by vpn0',
    );
    expect(() => chooseRange([...taken, { range: '172.16.0.0/12', by: '' }])).toThrow('no address range');
  });
});

describe('the archive that packages come from', () => {
  it.each([
    ['deb http://mirror.example/debian/ bookworm main\n', 'http://mirror.example/debian'],
    [
      '# deb http://no.example/debian trixie main\ndeb [signed-by=/k.gpg arch=amd64] https://m.example/d trixie main',
      'https://m.example/d',
    ],
    [
      'Types: deb\nURIs: http://m.example/debian\nSuites: trixie trixie-updates\nComponents: main\n',
      'http://m.example/debian',
    ],
    [
      'Types: deb\n# URIs: http://no.example\nURIs: http://s.example/security\nSuites: trixie-security\n\nTypes: deb\nURIs: http://m.example/d\nSuites: trixie\n',
      'http://m.example/d',
    ],
    ['deb http://archive.example/ubuntu noble main\n', undefined],
    ['deb cdrom:[Debian]/ trixie main\n', undefined],
    ['', undefined],
  ])('is read from %j', (text, mirror) => {
    expect(mirrorIn(text)).toBe(mirror);
  });
});

describe('layers', () => {
  it('have a name of all that goes into them', () => {
    const [base, docker] = layersFor({ docker: '28', python: false });
    if (!base || !docker) throw new Error('there are two');
    const key = layerKey([base, docker], 'amd64');
    expect(key).toMatch(/^trixie-amd64-base\+docker28-[0-9a-f]{12}$/);
    expect(layerKey([{ ...base, script: `${base.script}\ntrue` }, docker], 'amd64')).not.toBe(key);
    expect(layerKey([{ ...base, minutes: 9 }, docker], 'amd64')).toBe(key);
  });

  it('have no Python unless asked', () => {
    expect(layersFor({ docker: 'none', python: false }).map(({ name }) => name)).toEqual(['base']);
    expect(layersFor({ docker: '26', python: true }).map(({ name }) => name)).toEqual(['base', 'docker26', 'python']);
  });
});

describe('locks', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k8s-bm-lock-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('let one in at a time', async () => {
    const file = join(folder, 'one');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(file, work, { remove: true })));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('say when another has them, and wait no longer than the signal', async () => {
    const file = join(folder, 'two');
    const held = await lock(file);
    expect(await lock(file, { wait: false })).toBeUndefined();
    const stop = new AbortController();
    const waiting = lock(file, { onWait: () => stop.abort(new Error('enough')), signal: stop.signal });
    await expect(waiting).rejects.toThrow('enough');
    await held?.release();
    const again = await lock(file, { wait: false });
    expect(again).toBeDefined();
    await again?.release();
  });

  it('are not kept by who holds a file that was taken away', async () => {
    const file = join(folder, 'three');
    const held = await lock(file);
    await rm(file);
    await writeFile(file, '');
    const other = await lock(file, { wait: false });
    expect(other).toBeDefined();
    await Promise.all([held?.release(), other?.release()]);
  });
});

describe('work in parallel', () => {
  it('keeps its order, its limit, and begins nothing after a failure', async () => {
    let now = 0;
    let most = 0;
    const results = await inParallel([3, 1, 2], 2, async (n) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, n * 5));
      now--;
      return n * 10;
    });
    expect([results, most]).toEqual([[30, 10, 20], 2]);
    const begun: number[] = [];
    const failing = inParallel([1, 2, 3, 4], 1, async (n) => {
      begun.push(n);
      if (n === 2) throw new Error('two');
    });
    await expect(failing).rejects.toThrow('two');
    expect(begun).toEqual([1, 2]);
  });
});
