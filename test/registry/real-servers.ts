import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { registryConfig } from '../../src/lab/registry/docker-registry.ts';
import { issue, makeAuthority } from '../../src/pki/issue.ts';

/** A server of this machine's own packages, on loopback, that ends with the test. */
export interface RunningServer {
  /** Host and port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Debian's docker-registry with TLS by a CA of its own (`ca.crt` in the folder), for `amy` with her password alone. */
export const startRegistry = async (folder: string, password: string): Promise<RunningServer> => {
  await mkdir(folder, { recursive: true });
  const authority = await makeAuthority('a registry of a test');
  const names = { commonName: 'localhost', usages: ['server' as const], alternativeNames: ['127.0.0.1', 'localhost'] };
  const { certificate, key } = await issue(authority, names);
  const file = (name: string): string => join(folder, name);
  await writeFile(file('ca.crt'), authority.certificate);
  await writeFile(file('tls.crt'), certificate);
  await writeFile(file('tls.key'), key, { mode: 0o600 });
  const { stdout } = await execa('htpasswd', ['-Bbn', 'amy', password]);
  await writeFile(file('htpasswd'), `${stdout.trim()}\n`);
  const listen = `127.0.0.1:${await freePort()}`;
  const tls = { certificate: file('tls.crt'), key: file('tls.key') };
  const config = registryConfig({ listen, storage: file('storage'), tls, htpasswd: file('htpasswd') });
  await writeFile(file('config.json'), config);
  return started(listen, 'docker-registry', ['serve', file('config.json')]);
};

/** git http-backend behind nginx, for the repositories below `root`; `/private/` is for `amy` with her password alone. */
export const startGitHttp = async (folder: string, root: string, password: string): Promise<RunningServer> => {
  await mkdir(folder, { recursive: true });
  // nginx's workers are another user's, and must come through to the socket.
  await chmod(folder, 0o755);
  const file = (name: string): string => join(folder, name);
  const { stdout } = await execa('htpasswd', ['-Bbn', 'amy', password]);
  await writeFile(file('htpasswd'), `${stdout.trim()}\n`);
  const listen = `127.0.0.1:${await freePort()}`;
  const backend = `
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param GIT_PROJECT_ROOT ${root};
      fastcgi_param GIT_CONFIG_COUNT 1;
      fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
      fastcgi_param GIT_CONFIG_VALUE_0 *;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
      fastcgi_pass unix:${file('cgi.sock')};`;
  await writeFile(
    file('nginx.conf'),
    `user ${userInfo().username};
pid ${file('nginx.pid')};
error_log ${file('error.log')};
events {}
http {
  access_log ${file('access.log')};
  client_body_temp_path ${file('body')};
  fastcgi_temp_path ${file('fastcgi')};
  proxy_temp_path ${file('proxy')};
  uwsgi_temp_path ${file('uwsgi')};
  scgi_temp_path ${file('scgi')};
  server {
    listen ${listen};
    location /private/ { auth_basic "git"; auth_basic_user_file ${file('htpasswd')}; ${backend} }
    location / { ${backend} }
  }
}
`,
  );
  const cgi = execa('/usr/sbin/fcgiwrap', ['-s', `unix:${file('cgi.sock')}`], { reject: false, all: true });
  const nginx = await started(listen, '/usr/sbin/nginx', ['-c', file('nginx.conf'), '-g', 'daemon off;']);
  return {
    address: listen,
    close: async () => {
      await nginx.close();
      cgi.kill('SIGKILL');
      await cgi;
    },
  };
};

const started = async (address: string, program: string, args: readonly string[]): Promise<RunningServer> => {
  const running = execa(program, args, { reject: false, all: true, stdin: 'ignore', maxBuffer: 1024 * 1024 });
  let ended = false;
  void running.then(() => {
    ended = true;
  });
  const close = async (): Promise<void> => {
    running.kill('SIGTERM');
    const killer = setTimeout(() => running.kill('SIGKILL'), 3000);
    await running;
    clearTimeout(killer);
  };
  const deadline = Date.now() + 60_000;
  while (!(await listens(address))) {
    if (ended || Date.now() > deadline) {
      await close();
      throw new Error(`${program} does not start: ${(await running).all}`);
    }
    await delay(50);
  }
  return { address, close };
};

const listens = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect({ host: host as string, port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
