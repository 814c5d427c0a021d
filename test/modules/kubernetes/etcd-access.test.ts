import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planModule, runModule } from '../harness.ts';

/** In place of etcdctl: what it says of a cluster whose rules were changed so many times. The real one is asked in the cluster's tests. */
const etcdctl = (folder: string): string => `#!/bin/sh
echo "$1 $2 $3" >>${folder}/calls
read -r revision <${folder}/revision
case "$1 $2" in
  'auth status') echo '{"header":{"cluster_id":1696,"member_id":32,"revision":4427,"raft_term":3},"enabled":true,"authRevision":'$revision'}' ;;
  'role get') echo '{"header":{"cluster_id":1696},"perm":[{"permType":2,"key":"L25ldC8=","range_end":"L25ldDA="}]}' ;;
  'user get') [ -e ${folder}/users ] && echo '{"header":{"cluster_id":1696},"roles":["root"]}' || { echo 'user name not found' >&2; exit 1; } ;;
  'user add') touch ${folder}/users; echo $((revision + 2)) >${folder}/revision ;;
esac`;

describe('etcd_access', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kb-etcd-'));
    writeFileSync(join(folder, 'etcdctl'), etcdctl(folder), { mode: 0o755 });
    writeFileSync(join(folder, 'revision'), '7\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const wanted = (roles = [{ name: 'flannel', prefixes: ['/net/'] }]) => ({
    etcdctl: [join(folder, 'etcdctl')],
    roles,
    users: [{ name: 'root', roles: ['root'] }],
    revision_file: join(folder, 'noted'),
  });
  const calls = (): string[] => {
    const lines = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    rmSync(join(folder, 'calls'));
    return lines.map((line) => line.split(' ').slice(0, 2).join(' ')).sort();
  };

  it('notes the cluster and the revision of its rules, and asks for them again only when that is another', async () => {
    expect((await runModule('etcd_access', wanted())).result.get('changed')).toBe(true);
    expect(readFileSync(join(folder, 'noted'), 'utf8')).toMatch(/^[0-9a-f]{64} 1696 9\n$/);
    calls();

    expect((await planModule('etcd_access', wanted())).outcome).toBe('nothing');
    expect(calls()).toEqual(['auth status']);

    writeFileSync(join(folder, 'revision'), '10\n');
    expect((await planModule('etcd_access', wanted())).outcome).toBe('nothing');
    expect(calls()).toEqual(['auth status', 'role get', 'user get']);
  });

  it('asks for them where something else is wanted', async () => {
    await runModule('etcd_access', wanted());
    const plan = await planModule('etcd_access', wanted([{ name: 'flannel', prefixes: ['/other/'] }]));
    expect(plan.outcome).toBe('change');
  });
});
