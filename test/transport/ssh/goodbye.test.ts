import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sshTransport } from '../../../src/transport/ssh/ssh.ts';
import { sshd, startSshd, type TestSshd } from './test-sshd.ts';

/** Both halves of every connection stay open, and from `vanish` on nothing comes back: as behind a link that is down. */
const vanishingProxy = async (target: number) => {
  let gone = false;
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.push(from);
      from.on('error', () => {});
      from.on('data', (bytes) => {
        if (!gone) to.write(bytes);
      });
    }
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  return {
    port: (server.address() as AddressInfo).port,
    vanish: () => {
      gone = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

const open = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

describe.skipIf(!sshd)('a host that went away (skipped where there is no sshd program)', () => {
  let server: TestSshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.stop());

  it('is not waited for when its connection is closed: nothing keeps the program from ending', async () => {
    const target = server.target();
    const proxy = await vanishingProxy(target.port as number);
    const connection = await sshTransport.connect({ ...target, port: proxy.port, hostKeyChecking: 'no' });
    await connection.shell({ method: 'none' });
    const before = open();
    proxy.vanish();
    void connection.close();
    await vi.waitFor(() => expect(open()).toBe(before - 1), { timeout: 30_000, interval: 100 });
    proxy.close();
  });
});
