import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before an sshd, that can cut connections and counts whose turn it was to speak. */
export interface CuttingProxy {
  readonly port: number;
  /** How often the client spoke after the server had. */
  readonly turns: () => number;
  /** Resets every connection. */
  cut(): void;
  close(): void;
}

export const cuttingProxy = (target: number): Promise<CuttingProxy> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>();
    let turns = 0;
    const server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      let last: 'client' | 'server' = 'server';
      client.on('data', (bytes) => {
        if (last === 'server') turns++;
        last = 'client';
        upstream.write(bytes);
      });
      upstream.on('data', (bytes) => {
        last = 'server';
        client.write(bytes);
      });
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
    }).listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        turns: () => turns,
        cut: () => {
          for (const socket of sockets) socket.resetAndDestroy();
        },
        close: () => void server.close(),
      }),
    );
  });
