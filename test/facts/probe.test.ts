import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { families } from '../../src/facts/families.ts';
import { factScript, injectedFacts, parseFacts, unknownSubsets } from '../../src/facts/probe.ts';
import { type Dict, Float } from '../../src/template/values.ts';
import type { Connection } from '../../src/transport/transport.ts';
import { decode } from '../../src/util/bytes.ts';
import { connectLocally, shells } from '../transport/shell/local-shells.ts';

const gather = async (connection: Connection, options: Parameters<typeof factScript>[0] = {}): Promise<Dict> => {
  const shell = await connection.shell({ method: 'none' });
  const [reply] = await shell.send([factScript(options)]);
  if (reply?.code !== 0 || reply.stderr.length > 0)
    throw new Error(`the probe failed (${reply?.code}): ${decode(reply?.stderr ?? new Uint8Array())}`);
  return parseFacts(reply, options);
};

describe.each(shells())('facts by %s', (name, path) => {
  let connection: Connection;
  let facts: Dict;
  beforeAll(async () => {
    connection = await connectLocally(path);
    facts = await gather(connection);
  });
  afterAll(() => connection.close());

  it('come in one message', () => {
    expect(connection.traffic.messages).toBe(1);
  });

  it('are those of this machine', () => {
    const { username, uid, homedir } = userInfo();
    expect(facts.get('nodename')).toBe(hostname());
    expect(facts.get('kernel')).toBe(readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
    expect([facts.get('user_id'), facts.get('user_uid'), facts.get('user_dir')]).toEqual([username, uid, homedir]);
    expect(facts.get('system')).toBe('Linux');
    expect(facts.get('distribution_file_parsed')).toBe(true);
    expect((facts.get('env') as Dict).get('HOME')).toBe(process.env.HOME);
    expect((facts.get('loadavg') as Dict).get('1m')).toBeInstanceOf(Float);
    expect(facts.get('memtotal_mb')).toBe(
      Math.floor(Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024),
    );
    expect(facts.get('interfaces')).toContain('lo');
    expect((facts.get('lo') as Dict).get('type')).toBe('loopback');
    expect(Math.abs(Number((facts.get('date_time') as Dict).get('epoch')) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('have the same mounts as the kernel, with sizes', () => {
    const mounts = facts.get('mounts') as Dict[];
    const root = mounts.find((mount) => mount.get('mount') === '/');
    if (root) expect(root.get('size_total')).toBeGreaterThan(0);
    expect(mounts.every((mount) => !String(mount.get('mount')).includes('\\'))).toBe(true);
  });

  it('can be gathered in part', async () => {
    const some = await gather(connection, { subset: ['!all', 'network'] });
    expect(some.has('interfaces')).toBe(true);
    expect(some.has('distribution')).toBe(true);
    expect(some.has('mounts')).toBe(false);
    const fewer = await gather(connection, { subset: ['!all', '!min', 'virtual'] });
    expect([...fewer.keys()].sort()).toEqual([
      'gather_subset',
      'module_setup',
      'virtualization_role',
      'virtualization_tech_guest',
      'virtualization_tech_host',
      'virtualization_type',
    ]);
    expect((await gather(connection, { subset: ['!hardware'] })).has('processor')).toBe(false);
  });

  it('can be filtered, by either name', async () => {
    const some = await gather(connection, { filter: ['ansible_mem*', 'kernel'] });
    expect([...some.keys()].sort()).toEqual(['kernel', 'memfree_mb', 'memory_mb', 'memtotal_mb']);
  });

  it(`ask of ${name} nothing that it has not`, async () => {
    expect((await gather(connection, { subset: ['all'] })).get('pkg_mgr')).toBeTypeOf('string');
  });
});

it('are injected with their prefix', () => {
  const injected = injectedFacts(
    new Map([
      ['kernel', '6'],
      ['ansible_local', new Map()],
      ['module_setup', true],
    ] as never),
  );
  expect([...injected.keys()]).toEqual(['ansible_kernel', 'ansible_local', 'module_setup']);
});

it('tell subsets that there are not', () => {
  expect(unknownSubsets(['all', '!min', 'hardware', 'hardwear'])).toEqual(['hardwear']);
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
});
