import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy as companies have them: it connects through for HTTPS, asks by itself for HTTP, and may want a password. */
export class WebProxy {
  /** `CONNECT host:port`, or `METHOD URL`, of everything that came this way. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** `password` is amy's; `refuse` answers every CONNECT with this status. */
  constructor({ password, refuse }: { readonly password?: string; readonly refuse?: number } = {}) {
    const wanted = password && `Basic ${Buffer.from(`amy:${password}`).toString('base64')}`;
    this.#server = createServer(({ method, url = '', headers }, response) => {
      this.asked.push(`${method} ${url}`);
      if (wanted && headers['proxy-authorization'] !== wanted) return response.writeHead(407).end();
      const { 'proxy-authorization': _own, ...rest } = headers;
      request(url, { method: method as string, headers: rest }, (answer) => {
        response.writeHead(answer.statusCode as number, answer.headers);
        answer.pipe(response);
      }).end();
      return undefined;
    });
    this.#server.on('connect', ({ url = '', headers }, client: Socket) => {
      this.asked.push(`CONNECT ${url}`);
      client.on('error', () => {});
      const status = wanted && headers['proxy-authorization'] !== wanted ? 407 : refuse;
      if (status !== undefined) return client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      const [host, port] = url.split(':');
      const there = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        there.pipe(client).pipe(there);
      });
      for (const socket of [there, client]) {
        this.#sockets.add(socket);
        socket.on('error', () => client.destroy());
      }
      return undefined;
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
