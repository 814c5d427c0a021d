import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runModule } from '../harness.ts';

/** What an API server keeps by path, and what a dry run would make of it; test/cluster/deploy.hosts.ts asks a real one. */
let kept: Record<string, unknown>;
let wanted: Record<string, { code: number; body: unknown }>;
let asked: string[];
/** The path at which the server fails. */
let broken: string;
let server: Server;
beforeEach(async () => {
  [kept, wanted, asked, broken] = [{}, {}, [], ''];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    asked.push(`${request.method} ${request.url}`);
    let sent = '';
    request.on('data', (chunk) => {
      sent += chunk;
    });
    request.on('end', () => {
      const said = wanted[url.pathname] ?? { code: 200, body: JSON.parse(sent || '{}') };
      const missing = { code: 404, body: { kind: 'Status', message: `${url.pathname} not found` } };
      const there = url.pathname in kept ? { code: 200, body: kept[url.pathname] } : missing;
      if (url.pathname === broken) return void response.writeHead(500).end('{"message":"etcd has no leader"}\n');
      const { code, body } = request.method === 'PATCH' ? said : there;
      response.writeHead(code).end(`${JSON.stringify(body)}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close());

const path = '/api/v1/namespaces/some/configmaps/a';
const map = (data: Record<string, string>, more = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'some', ...more },
  data,
});
const files = { ca_cert: '/ca', client_cert: '/cert', client_key: '/key' };
const k8s = (definition: unknown, more = {}) =>
  runModule(
    'k8s',
    {
      kubectl: ['false'],
      host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...files,
      definition,
      ...more,
    },
    { check: true },
  );

it('sees no change in what only the server counts', async () => {
  kept[path] = map({ a: '1' }, { resourceVersion: '7', generation: 1, managedFields: [{ manager: 'else' }] });
  wanted[path] = { code: 200, body: map({ a: '1' }, { resourceVersion: '7', generation: 2 }) };
  const { plan } = await k8s(map({ a: '1' }));
  expect(plan?.outcome).toBe('nothing');
  expect(asked).toEqual([
    `GET ${path}?pretty=false`,
    `PATCH ${path}?dryRun=All&force=true&fieldManager=k8s-bm&pretty=false`,
  ]);
});

it('tells each object that would change, and how', async () => {
  kept[path] = map({ a: '1' });
  const { plan } = await k8s([map({ a: '"2"\\n\n' }), { ...map({}), metadata: { name: 'b', namespace: 'some' } }]);
  expect(plan?.changes.map(({ what }) => what)).toEqual(['ConfigMap some a', 'ConfigMap some b']);
  const [changed, made] = plan?.diff ?? [];
  expect(changed?.before).toContain('a: "1"'.replaceAll('"', "'"));
  expect(changed?.after).toContain('"2"');
  expect(made?.before).toBe('');
});

it('takes an object for new whose namespace is to come', async () => {
  wanted[path] = { code: 404, body: { message: 'namespaces "some" not found' } };
  expect((await k8s(map({}))).plan?.outcome).not.toBe('nothing');
});

it('shows that a Secret differs, and not its values', async () => {
  const place = '/api/v1/namespaces/some/secrets/a';
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"key":"b2xk"}}' };
  kept[place] = { ...map({ key: 'b2xk' }, { annotations }), kind: 'Secret' };
  const { plan } = await k8s({ ...map({ key: 'bmV3' }), kind: 'Secret' });
  expect(plan?.diff?.[0]?.after).toContain('*** (after)');
  expect(JSON.stringify(plan)).not.toMatch(/b2xk|bmV3/);
});

it("fails with the server's words where it refuses", async () => {
  wanted[path] = { code: 422, body: { message: 'data: Invalid value' } };
  const { result } = await k8s(map({}));
  expect(result.get('msg')).toBe('the API server refuses ConfigMap some a: data: Invalid value');
});

it('reads what was applied before', async () => {
  kept['/api/v1/namespaces/some/configmaps/list'] = {
    data: { objects: 'v1 ConfigMap some a\nv1 ConfigMap some gone' },
  };
  kept[path] = map({});
  const { plan } = await k8s([map({})], { inventory: 'some/list' });
  expect(plan?.changes.map(({ what }) => what)).toContain('ConfigMap some gone');
});

it('forgets nothing where the server can not tell what was applied before', async () => {
  broken = '/api/v1/namespaces/some/configmaps/list';
  const { result } = await k8s([map({})], { inventory: 'some/list' });
  expect(result.get('msg')).toBe('the API server refuses ConfigMap some list: etcd has no leader');
});

it('looks for what is to be gone', async () => {
  expect((await k8s(map({}), { state: 'absent' })).plan?.outcome).toBe('nothing');
  kept[path] = map({});
  expect((await k8s(map({}), { state: 'absent' })).plan?.changes).toEqual([
    { what: 'ConfigMap some a', before: 'present', after: null },
  ]);
});

it('says that nobody answers', async () => {
  const { plan } = await k8s(map({}), { host: 'http://127.0.0.1:1' });
  expect(plan?.changes[0]?.before).toBe('not known: no API server answers');
});

it('leaves kinds that it does not know to kubectl', async () => {
  const { plan } = await k8s({ ...map({}), apiVersion: 'example.org/v1', kind: 'Thing' });
  expect(plan?.changes[0]?.before).toBe('not known: no API server answers');
  expect(asked).toEqual([]);
});

it('asks once whether all nodes are ready', async () => {
  const rows = [
    ['n1', 'Ready,SchedulingDisabled', 'control-plane'],
    ['n2', 'NotReady', '<none>'],
  ].map((cells) => ({ cells }));
  kept['/api/v1/nodes'] = { kind: 'Table', rows };
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ready = (names: string[]) =>
    runModule('nodes_ready', { kubectl: ['false'], timeout: 0, host, ...files, names });
  expect((await ready(['n1'])).failed).toBe(false);
  expect((await ready(['n1', 'n2'])).failed).toBe(true);
  expect((await ready(['n3'])).failed).toBe(true);
});
