import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issue, makeAuthority } from '../../src/pki/issue.ts';
import { WebProxy } from '../oci/proxy.ts';
import { RegistryServer } from '../oci/registry-server.ts';
import { useSourceRoom } from './source-room.ts';

const room = useSourceRoom();
let authority: Awaited<ReturnType<typeof makeAuthority>>;
let tls: { readonly cert: string; readonly key: string };
let address: string;

beforeAll(async () => {
  authority = await makeAuthority('a company of a test');
  const names = { commonName: 'localhost', usages: ['server' as const], alternativeNames: ['127.0.0.1', 'localhost'] };
  const { certificate, key } = await issue(authority, names);
  tls = { cert: certificate, key };
}, 120_000);

const serve = async (options: { readonly plain?: boolean } = {}): Promise<RegistryServer> => {
  const server = room.keep(new RegistryServer(options.plain ? {} : { tls }));
  address = await server.listen();
  return server;
};

const through = async (options: ConstructorParameters<typeof WebProxy>[0] = {}) => {
  const proxy = room.keep(new WebProxy(options));
  return { proxy, at: await proxy.listen() };
};

const ping = async (): Promise<void> => (await room.sources().network.registry(address)).ping();
const failure = async (): Promise<string> => {
  const error = await ping().catch((failed: unknown) => failed as Error & { diagnostics: { hint?: string }[] });
  return error ? `${error.message} | ${error.diagnostics[0]?.hint ?? ''}` : '';
};

describe('a proxy', () => {
  beforeEach(async () => {
    await serve();
    await room.write({ 'ca.crt': authority.certificate });
    room.environment.SSL_CERT_FILE = `${room.folder}/ca.crt`;
  });

  it('is asked to connect to a registry with TLS, and sees nothing of what is said', async () => {
    const { proxy, at } = await through();
    room.environment.HTTPS_PROXY = `http://${at}`;
    await ping();
    expect(proxy.asked).toEqual([`CONNECT ${address}`]);
  });

  it('in lower case counts first', async () => {
    const { proxy, at } = await through();
    room.environment.HTTPS_PROXY = 'http://127.0.0.1:1';
    room.environment.https_proxy = `http://${at}`;
    await ping();
    expect(proxy.asked).toHaveLength(1);
  });

  it('is left out for what NO_PROXY names', async () => {
    const { proxy, at } = await through();
    room.environment.HTTPS_PROXY = `http://${at}`;
    for (const name of ['127.0.0.1', address, '*', 'example.org, 127.0.0.1']) {
      room.environment.NO_PROXY = name;
      await ping();
    }
    expect(proxy.asked).toEqual([]);
    room.environment.NO_PROXY = 'example.org,.0.0.2';
    await ping();
    expect(proxy.asked).toHaveLength(1);
  });

  it('is given the name and the password of its URL, and nobody else is', async () => {
    const { proxy, at } = await through({ password: 'canary-proxy' });
    room.environment.HTTPS_PROXY = `http://amy:canary-proxy@${at}`;
    await ping();
    expect(proxy.asked).toHaveLength(1);
    room.environment.HTTPS_PROXY = `http://amy:canary-wrong@${at}`;
    const wrong = await failure();
    expect(wrong).toMatch(
      /the registry \S+ cannot be reached: the proxy on the way wants a name and a password \| .*HTTPS_PROXY=http/,
    );
    expect(wrong).not.toContain('canary');
  });

  it('that refuses, or is not there, is told of', async () => {
    const { at } = await through({ refuse: 403 });
    room.environment.HTTPS_PROXY = `http://amy:canary@${at}`;
    expect(await failure()).toBe(
      `the registry ${address} cannot be reached: the proxy on the way refuses | HTTPS_PROXY is http://${at}: NO_PROXY=${address} would go without it`,
    );
    room.environment.HTTPS_PROXY = 'http://amy:canary@127.0.0.1:1';
    expect(await failure()).toBe(
      `the registry ${address} cannot be reached: nothing listens there | HTTPS_PROXY is http://127.0.0.1:1: NO_PROXY=${address} would go without it`,
    );
  });
});

it('a proxy for HTTP is asked for whole URLs, since many connect to nothing but HTTPS', async () => {
  await serve({ plain: true });
  const { proxy, at } = await through();
  room.environment.HTTP_PROXY = `http://${at}`;
  await ping();
  expect(proxy.asked).toEqual([`GET http://${address}/v2/`]);
});

describe("a company's own authority", () => {
  beforeEach(async () => {
    await serve();
  });

  it('is trusted where SSL_CERT_FILE names it, and only then', async () => {
    expect(await failure()).toMatch(/cannot be reached: its certificate is signed by an unknown authority \| .*CA/);
    await room.write({ 'ca.crt': authority.certificate });
    room.environment.SSL_CERT_FILE = `${room.folder}/ca.crt`;
    await ping();
  });

  it('is trusted for the registry that it was put down for, as Docker and Podman have it, and for no other', async () => {
    await room.write({ [`home/.config/containers/certs.d/${address}/ca.crt`]: authority.certificate });
    await ping();
    await serve();
    expect(await failure()).toMatch(/unknown authority/);
  });

  it('is trusted through a proxy, too', async () => {
    const { proxy, at } = await through();
    room.environment.HTTPS_PROXY = `http://${at}`;
    expect(await failure()).toMatch(/unknown authority/);
    await room.write({ [`home/.config/containers/certs.d/${address}/ca.crt`]: authority.certificate });
    await ping();
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${address}`]));
  });
});
