import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programFile } from '../util/package-root.ts';
import { launch, processesOf } from './process.ts';
import type { Furnishing, LabService } from './service.ts';
import type { LabNetwork } from './state.ts';

/**
 * Hosts of a lab have no way out but this: an HTTP proxy on the bridge's address, which apt on the hosts is set to. So
 * packages install wherever they do on this machine, and neither forwarding nor address translation is switched on for it.
 */
export const packageProxy: LabService = {
  name: 'proxy',
  needs: [],
  start: async (place, network) => {
    if ((await processesOf(place, 'proxy')).length === 0) {
      const program = programFile();
      const argv = [process.execPath, program, 'lab', 'proxy', network.gateway, String(proxyPort)];
      await launch(place, 'proxy', argv, { log: join(place.folder, 'proxy.log') });
      await listening(network.gateway);
    }
    return proxyFurnishing(network);
  },
};

export const proxyPort = 3128;

/** What hosts need to use a proxy at the bridge's address. */
export const proxyFurnishing = ({ gateway }: LabNetwork): Furnishing => {
  const url = `http://${gateway}:${proxyPort}`;
  return {
    files: [
      {
        path: '/etc/apt/apt.conf.d/81proxy',
        content: `Acquire::http::Proxy "${url}";\nAcquire::https::Proxy "${url}";\n`,
      },
    ],
  };
};

/**
 * Serves as a forward proxy (RFC 9112 §3.2.2, RFC 9110 §9.3.6): plain requests by absolute URI, all else by CONNECT.
 * Resolves once it listens; rejects when the address is taken.
 */
export const serveProxy = (address: string, port = proxyPort): Promise<Server> => {
  const server = createServer(forward);
  server.on('connect', tunnel);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
};

const forward = (asked: IncomingMessage, reply: ServerResponse): void => {
  const url = URL.canParse(asked.url ?? '') ? new URL(asked.url as string) : undefined;
  if (url?.protocol !== 'http:') {
    reply.writeHead(400).end('this is a proxy: ask it for absolute http URIs\n');
    return;
  }
  const { 'proxy-connection': _, ...headers } = asked.headers;
  const onward = request(url, { method: asked.method, headers }, (answer) => {
    reply.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(reply);
  });
  onward.once('error', (error) => {
    if (reply.headersSent) reply.destroy();
    else reply.writeHead(502).end(`${url.host}: ${error.message}\n`);
  });
  reply.once('close', () => onward.destroy());
  asked.pipe(onward);
};

const tunnel = (asked: IncomingMessage, near: Socket, head: Buffer): void => {
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(asked.url ?? '') ?? [];
  const far = connect({ host: host ?? '', port: Number(port ?? 443) }, () => {
    near.write('HTTP/1.1 200 Connection established\r\n\r\n');
    far.write(head);
    far.pipe(near).pipe(far);
  });
  far.once('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  near.once('error', () => far.destroy());
  near.once('close', () => far.destroy());
};

const listening = async (address: string): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port: proxyPort });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(100);
  }
  throw new Error(`the lab's package proxy does not listen at ${address}:${proxyPort}`);
};
