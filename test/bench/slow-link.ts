import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before a host's sshd through which every byte takes `delayMs` to get there, and as long back. */
export const slowLink = (address: string, delayMs: number) =>
  new Promise<{ readonly port: number; close(): void }>((resolve) => {
    const server = createServer({ noDelay: true }, (client) => {
      const host = connect({ host: address, port: 22, noDelay: true });
      pass(client, host, delayMs);
      pass(host, client, delayMs);
    }).listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as { port: number }).port, close: () => void server.close() }),
    );
  });

/** Timers of equal length fire in the order in which they were set. */
const pass = (from: Socket, to: Socket, delayMs: number): void => {
  from.on('error', () => {});
  from.on('data', (bytes) => setTimeout(() => to.write(bytes), delayMs));
  from.on('close', () => setTimeout(() => to.destroy(), delayMs));
};
