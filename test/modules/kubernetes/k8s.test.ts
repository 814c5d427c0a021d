import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runModule } from '../harness.ts';

/** A `kubectl` that answers from files of its folder, and writes down what it was asked and given. */
const stand_in = `#!/bin/sh
cd "$(dirname "$0")"
case $1 in
  get) case $* in
    *--raw*) [ -e up ] && echo '{}' || { n=$(cat tries 2>/dev/null || echo 0); echo $((n + 1)) >tries; [ "$n" -ge 2 ] && : >up; echo 'Unable to connect to the server: EOF' >&2; exit 1; } ;;
    *configmap*) cat inventory 2>/dev/null || : ;;
    esac ;;
  diff) cat >/dev/null; [ -e up ] || echo 'compared with nobody' >>asked; cat differs 2>/dev/null; [ ! -s differs ] ;;
  *) echo "$*" >>asked; cat >>asked; echo >>asked; echo configmap/some ;;
esac
exit $?
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8s-bm-kubectl-'));
  writeFileSync(join(folder, 'kubectl'), stand_in);
  chmodSync(join(folder, 'kubectl'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, content = ''): void => writeFileSync(join(folder, name), content);
const asked = (): string => (existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8') : '');
const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'some' } });
const k8s = (definition: readonly unknown[], more = {}, check = false) =>
  runModule('k8s', { kubectl: [join(folder, 'kubectl')], definition, ...more }, { check });

describe('k8s', () => {
  it('changes nothing where the server sees no difference', async () => {
    put('up');
    const { plan } = await k8s([map('a')]);
    expect(plan?.outcome).toBe('nothing');
    expect(asked()).toBe('');
  });

  it('applies what differs', async () => {
    put('up');
    put('differs', '+ data\n');
    const { plan, failed } = await k8s([map('a')]);
    expect(failed).toBe(false);
    expect(plan?.changes).toEqual([{ what: 'ConfigMap some a', before: 'otherwise', after: 'applied' }]);
    expect(asked()).toContain('apply --server-side');
  });

  it('says in check mode what it would apply to a cluster that is not there yet', async () => {
    const { plan, failed } = await k8s([map('a')], {}, true);
    expect(failed).toBe(false);
    expect(plan?.changes[0]?.before).toBe('not known: no API server answers');
    expect(asked()).toBe('');
  });

  it('waits for a server that is about to answer', async () => {
    const { failed } = await k8s([map('a')]);
    expect(failed).toBe(false);
    expect(asked()).toContain('apply --server-side');
  });
});

it('reads objects from files', async () => {
  put('up');
  put('differs', 'new');
  put('two.yml', `${JSON.stringify(map('a'))}\n---\n---\n${JSON.stringify(map('b'))}\n`);
  const { plan } = await runModule('k8s', { kubectl: [join(folder, 'kubectl')], src: [join(folder, 'two.yml')] });
  expect(plan?.changes[0]?.what).toBe('ConfigMap some a, ConfigMap some b');
});

it('takes no files for no objects', async () => {
  put('up');
  const args = { kubectl: [join(folder, 'kubectl')], src: [], inventory: 'kube-system/mine' };
  expect((await runModule('k8s', args)).plan?.outcome).toBe('nothing');
});

describe('k8s with an inventory', () => {
  const inventory = { inventory: 'kube-system/mine' };

  it('remembers what it applies, before it applies it', async () => {
    put('up');
    put('differs', 'new');
    await k8s([map('a'), map('b')], inventory);
    const [, list = ''] = asked().split('\n');
    const [first, ...others] = (JSON.parse(list) as { items: { metadata: { name: string }; data?: object }[] }).items;
    expect(first?.metadata.name).toBe('mine');
    expect(first?.data).toEqual({ objects: 'v1 ConfigMap some a\nv1 ConfigMap some b' });
    expect(others.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  it('removes what was left out, the last first, and keeps what only moved to another version of its API', async () => {
    put('up');
    put('differs', 'other');
    put('inventory', 'v1 ConfigMap some a\napps/v1beta1 Deployment some d\nv1 ConfigMap some b\nv1 Namespace - n');
    const { plan } = await k8s([map('a'), { ...map('d'), apiVersion: 'apps/v1', kind: 'Deployment' }], inventory);
    expect(plan?.changes.map(({ what, after }) => [what, after])).toEqual([
      ['ConfigMap some a, Deployment some d', 'applied'],
      ['Namespace n', null],
      ['ConfigMap some b', null],
    ]);
    const verbs = asked()
      .split('\n')
      .flatMap((line) => /^(delete|apply)/.exec(line)?.[0] ?? []);
    expect(verbs).toEqual(['delete', 'delete', 'apply']);
  });

  it('removes the last one too, and forgets it', async () => {
    put('up');
    put('inventory', 'v1 ConfigMap some a');
    const { plan } = await k8s([], inventory);
    expect(plan?.changes).toEqual([{ what: 'ConfigMap some a', before: 'present', after: null }]);
    expect(asked()).toContain('"data":{"objects":""}');
  });

  it('has nothing to do where nothing is wanted and nothing was', async () => {
    put('up');
    expect((await k8s([], inventory)).plan?.outcome).toBe('nothing');
  });

  it('refuses a name without a namespace', async () => {
    const { result } = await k8s([], { inventory: 'mine' });
    expect(result.get('msg')).toBe('inventory names a ConfigMap as NAMESPACE/NAME, and this does not: mine');
  });
});

describe('nodes_ready', () => {
  const ready = (more = {}, check = false) =>
    runModule('nodes_ready', { kubectl: [join(folder, 'kubectl')], names: ['n1'], ...more }, { check });

  it('is done when kubectl has waited', async () => {
    expect((await ready()).failed).toBe(false);
    expect(asked()).toContain('wait --for=condition=Ready --timeout=10s node/n1');
  });

  it('does not wait where all are ready', async () => {
    writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\n[ "$1" = get ] && echo True && exit 0\nexit 1\n');
    expect((await ready()).failed).toBe(false);
  });

  it('tells of the nodes when they do not come', async () => {
    writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\n[ "$1" = get ] && echo "n1 NotReady" && exit 0\nexit 1\n');
    const { result } = await ready({ timeout: 1 });
    expect(result.get('msg')).toMatch(/^not all nodes were ready after 1 s: \n?n1 NotReady/);
  });

  it('waits for nothing in check mode', async () => {
    expect((await ready({}, true)).failed).toBe(false);
    expect(asked()).toBe('');
  });
});
