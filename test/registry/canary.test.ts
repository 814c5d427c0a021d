import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { printDiagnostics } from '../../src/language/diagnostics.ts';
import { Cache } from '../../src/registry/cache.ts';
import { Project } from '../../src/registry/project.ts';
import { UserError } from '../../src/util/diagnostic.ts';
import { RegistryServer } from '../oci/registry-server.ts';
import { useSourceRoom } from './source-room.ts';

/** Installs that fail, with credentials in what is asked for or in Docker's file: nobody may read them afterwards. */
const room = useSourceRoom();
const name = 'CANARY-name';
const password = 'CANARY-word';
let host: string;

beforeEach(async () => {
  // It refuses whoever asks, and says what it was sent, as careless servers do.
  const server = createServer(({ headers, url }, response) => {
    const sent = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    response.writeHead(headers.authorization && url?.includes('forbidden') ? 403 : 401, {
      'www-authenticate': 'Basic realm="x"',
    });
    response.end(JSON.stringify({ errors: [{ code: 'DENIED', message: `${headers.authorization} ${sent} may not` }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  room.keep({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

/** All that an install leaves behind and says: its error with causes and stacks, what is printed of it, and every file. */
const traces = async (requirements: string): Promise<string> => {
  const folder = join(room.folder, 'project');
  await mkdir(folder, { recursive: true });
  await room.write({ 'project/requirements.yml': requirements });
  const project = new Project({
    file: join(folder, 'requirements.yml'),
    places: { roles: join(folder, 'roles'), collections: join(folder, 'collections') },
    cache: new Cache(join(room.folder, 'cache')),
    sources: async () => room.sources(),
  });
  const error = await project.install().then(
    () => undefined,
    (failed: unknown) => failed,
  );
  expect(error).toBeInstanceOf(UserError);
  const read = (file: string): string | undefined => (file.endsWith('requirements.yml') ? undefined : '');
  const printed = printDiagnostics((error as UserError).diagnostics, { cwd: folder, read });
  const files = await readdir(room.folder, { recursive: true, withFileTypes: true });
  const written = files.filter(
    (each) => each.isFile() && each.name !== 'requirements.yml' && !/\/\.(?:docker|ansible)$/.test(each.parentPath),
  );
  const texts = await Promise.all(
    written.map(async (each) => `${each.name} ${await readFile(join(each.parentPath, each.name), 'latin1')}`),
  );
  return [allOf(error), printed, ...texts].join('\n');
};

const allOf = (error: unknown): string =>
  error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${allOf(error.cause)}` : String(error ?? '');

/** As they are, as a URL has them, and as a header does. */
const forms = [
  name,
  password,
  Buffer.from(`${name}:${password}`).toString('base64'),
  encodeURIComponent(`${name}:${password}`),
];
const silent = (text: string, secrets = forms): void => {
  for (const form of secrets) expect(text).not.toContain(form);
};

describe('credentials of an install that fails', () => {
  it.each([
    ['a git repository', (at: string) => `git+http://${name}:${password}@${at}/team/closed.git`],
    ['a git repository that is forbidden', (at: string) => `git+http://${name}:${password}@${at}/forbidden.git`],
    ['an archive', (at: string) => `http://${name}:${password}@${at}/forbidden/role.tar.gz`],
    ['a signed URL of an archive', (at: string) => `http://${at}/forbidden/role.tar.gz?X-Amz-Signature=${password}`],
  ])('are told nowhere: %s', async (_what, source) => {
    const text = await traces(`roles:\n  - src: "${source(host)}"\n    version: v1.0.0\n    name: closed\n`);
    expect(text).toContain(host);
    silent(text);
  });

  it.each(['none', 'forbidden'])('are told nowhere: a registry, by docker login (%s)', async (repository) => {
    const auth = Buffer.from(`${name}:${password}`).toString('base64');
    await room.write({ 'home/.docker/config.json': JSON.stringify({ auths: { [host]: { auth } } }) });
    const text = await traces(`roles:\n  - src: oci://${host}/team/${repository}\n`);
    expect(text).toContain('********');
    // The name of an account is no secret here: `role login` shows it.
    silent(text, forms.slice(1));
  });

  it('are told nowhere: a Galaxy server with a token', async () => {
    await room.write({ 'home/.ansible/galaxy_token': `token: ${password}\n` });
    room.environment.ANSIBLE_GALAXY_SERVER = `http://${host}`;
    silent(await traces('roles:\n  - team.closed\n'));
  });

  it('are told nowhere: a registry that is refused in a login', async () => {
    const closed = room.keep(new RegistryServer({ auth: 'bearer' }));
    const at = await closed.listen();
    const { network } = room.sources();
    const failed = await network.checkCredentials(at, { username: name, password }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ status: 401 });
    silent(allOf(failed), forms.slice(1));
  });

  it('are refused in an address of a registry, without being shown', async () => {
    const text = await traces(`roles:\n  - src: oci://${name}:${password}@${host}/team/role\n`);
    silent(text);
  });
});
