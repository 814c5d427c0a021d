import { generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configure } from '../../src/cli/role.ts';
import { RegistryServer } from '../oci/registry-server.ts';
import { GalaxyServer } from '../registry/galaxy-server.ts';
import { runCommand } from './run-command.ts';

/**
 * What the commands about roles print, whole, as a user sees it who works with a registry from his first role to his worst
 * mistakes: each part goes on where the one before it stopped, and has a file of its own in role-output/.
 */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'cli-role-')));
const before = process.cwd();
const registry = new RegistryServer({ referrers: true });
const galaxy = new GalaxyServer();
const closed = new RegistryServer({ auth: 'basic' });
let [open, asked] = ['', ''];

beforeAll(async () => {
  [open, asked] = [await registry.listen(), await closed.listen()];
  vi.stubEnv('HOME', join(root, 'home'));
  vi.stubEnv('ANSIBLE_GALAXY_SERVER', await galaxy.listen());
  vi.stubEnv('SSL_CERT_FILE', '/dev/null');
  for (const name of ['XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'DOCKER_CONFIG', 'ANSIBLE_CONFIG', 'ANSIBLE_ROLES_PATH'])
    vi.stubEnv(name, undefined);
  mkdirSync(join(root, 'work'), { recursive: true });
  process.chdir(join(root, 'work'));
}, 120_000);
afterAll(async () => {
  process.chdir(before);
  vi.unstubAllEnvs();
  for (const server of [registry, galaxy, closed]) await server.close();
  rmSync(root, { recursive: true });
});

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** A role's files: what it depends on as `name range`, all in the same registry. */
const role = (name: string, version: string, ...dependencies: string[]): void => {
  const entries = dependencies.map((each) => {
    const [other, ...range] = each.split(' ');
    return `  - {src: oci://${open}/team/${other}, version: "${range.join(' ')}"}\n`;
  });
  const info = `galaxy_info: {role_name: ${name}, version: ${version}, description: The ${name} of the team}\n`;
  write(
    `source/${name}/meta/main.yml`,
    `${info}dependencies:${entries.length > 0 ? `\n${entries.join('')}` : ' []\n'}`,
  );
  write(`source/${name}/tasks/main.yml`, `- debug: {msg: ${name} ${version}}\n`);
};

/** Names that are the same in every run, as long as those that they stand for. */
const steady = (text: string): string =>
  text
    .replaceAll(open, 'reg.example:443')
    .replaceAll(asked, 'reg.private:443')
    .replaceAll(galaxy.address.slice('http://'.length), 'galaxy.lan:8443')
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…')
    .replaceAll(root, '');

let said = '';
const run = async (...args: string[]): Promise<string> => {
  const { out, err, code } = await runCommand({ configure }, args, process.cwd());
  const shown = args.map((arg) => (/[\s*^<>]/.test(arg) ? `'${arg}'` : arg)).join(' ');
  said += steady(`$ k8s-bm role ${shown}\n${out}${err}${code === 0 ? '' : `(exit ${code})\n`}\n`);
  return `${out}${err}`;
};
const show = (path: string): void => {
  said += steady(`$ cat ${path}\n${readFileSync(path, 'utf8')}\n`);
};

/** Holds what was said since the last time against the file of that name. */
const told = async (name: string): Promise<void> => {
  const text = said;
  said = '';
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'role-output', `${name}.txt`));
};

const publish = (name: string) => run('publish', `source/${name}`, `oci://${open}/team/${name}`);

describe('k8s-bm role', () => {
  it('init makes a role that can be published', async () => {
    await run('init', 'motd');
    await run('init', 'motd');
    await run('init', 'my role');
    await run('publish', 'motd', `oci://${open}/team/motd`);
    await told('init');
  });

  it('publish takes the version of the role, or another, and never replaces by itself', async () => {
    role('common', '1.0.0');
    await publish('common');
    await publish('common');
    write('source/common/tasks/main.yml', '- debug: {msg: something else}\n');
    await publish('common');
    role('common', '1.1.0');
    await publish('common');
    await run('publish', 'source/common', `oci://${open}/team/common@2.0.0`);
    await run('publish', 'source/common', `oci://${open}/team/common`, '--version', 'next');
    await run('publish', 'source', `oci://${open}/team/source`);
    await run('publish', 'source/common', 'registry.example/team/common');
    role('web', '1.0.0', 'common ^1.0');
    await publish('web');
    role('proxy', '3.0.0', 'common ^2.0');
    await publish('proxy');
    await told('publish');
  });

  it('search and info tell what there is', async () => {
    await run('search', `oci://${open}/team`);
    await run('search', `oci://${open}`, 'prox');
    await run('search', `oci://${open}`, 'nothing-like-it');
    await run('info', `oci://${open}/team/web`);
    await run('info', `oci://${open}/team/none`);
    await run('info', 'web');
    await told('search-and-info');
  });

  it('install says what is missing in a folder without requirements', async () => {
    for (const command of ['install', 'update', 'list', 'tree', 'verify']) await run(command);
    await run('why', 'web');
    expect(readdirSync('.').sort()).toEqual(['motd', 'source']);
    await told('nothing-here');
  });

  it('add writes the requirement and installs it', async () => {
    await run('add', `oci://${open}/team/web`);
    show('requirements.yml');
    await run('add', `oci://${open}/team/web`);
    await run('add', `oci://${open}/team/none`);
    await run('add', 'webserver');
    await run('add', `oci://${open}/team/proxy`);
    show('requirements.yml');
    await told('add');
  });

  it('install, list, tree and why tell of the lock', async () => {
    await run('install');
    await run('list');
    await run('list', '--json');
    rmSync('roles', { recursive: true });
    await run('list');
    await run('install', '--offline', '--frozen');
    await run('tree');
    await run('why', 'common');
    await run('why', 'nginx');
    await run('info', 'web');
    await told('install');
    said += steady(readFileSync('requirements.lock', 'utf8'));
    await told('requirements.lock');
  });

  it('outdated and update tell what is newer', async () => {
    await run('outdated');
    role('web', '1.2.0', 'common ^1.1');
    await publish('web');
    role('web', '2.0.0', 'common ^2.0');
    await publish('web');
    said = '';
    await run('outdated');
    await run('update', 'nginx');
    await run('update', 'web');
    await run('update');
    await run('outdated');
    await told('update');
  });

  it('verify tells what differs, and who has signed', async () => {
    await run('verify');
    write('roles/web/tasks/main.yml', '- debug: {msg: mine}\n');
    await run('verify');
    await run('update');
    await run('install', '--force');
    rmSync('roles/web', { recursive: true });
    await run('verify');
    await run('install');
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    write('cosign.pub', publicKey.export({ format: 'pem', type: 'spki' }) as string);
    write('cosign.key', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
    await run('verify', '--key', 'cosign.pub');
    role('web', '1.2.0', 'common ^1.1');
    await run('publish', 'source/web', `oci://${open}/team/web`, '--sign', 'cosign.key');
    await run('verify', '--key', 'cosign.pub');
    await run('verify', '--key', 'cosign.key');
    await run('verify', '--key', 'none.pub');
    vi.stubEnv('K8S_BM_COSIGN_KEY', 'cosign.pub');
    await run('install', '--offline');
    await run('install');
    vi.stubEnv('K8S_BM_COSIGN_KEY', undefined);
    await told('verify');
  });

  it('remove takes away what nobody needs any more', async () => {
    await run('remove', 'nginx');
    await run('remove', 'proxy');
    await run('remove', 'web');
    show('requirements.yml');
    expect(existsSync('roles/common')).toBe(false);
    await told('remove');
  });

  it('login keeps a password that the registry takes', async () => {
    await run('login', asked, '-u', 'amy');
    const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
    for (const password of ['wrong', 'secret']) {
      const typed = Object.assign(new PassThrough(), { isTTY: true });
      Object.defineProperty(process, 'stdin', { value: typed, configurable: true });
      typed.write(`${password}\n`);
      await run('login', asked, '-u', 'amy');
    }
    Object.defineProperty(process, 'stdin', stdin);
    const kept = readFileSync(join(root, 'home/.docker/config.json'), 'utf8');
    expect(JSON.parse(kept)).toEqual({ auths: { [asked]: { auth: Buffer.from('amy:secret').toString('base64') } } });
    await told('login');
  });

  it('publish-own says what to write into an inventory', async () => {
    await run('publish-own', `oci://${open}/k8s/cluster`);
    await run('publish-own', `oci://${open}/k8s/cluster`, '--sign', 'cosign.key', '--sign-as', 'bundle');
    said = said.replaceAll(/@\d+\.\d+\.\d+/g, '@VERSION');
    await told('publish-own');
  });
});

describe('mistakes', () => {
  const project = (requirements: string): void => {
    rmSync('requirements.lock', { force: true });
    rmSync('roles', { recursive: true, force: true });
    write('requirements.yml', requirements);
    show('requirements.yml');
  };
  const wish = (name: string, version?: string): string =>
    `  - src: oci://${open}/team/${name}\n${version ? `    version: "${version}"\n` : ''}`;

  it('in requirements.yml are all told at once, with their lines', async () => {
    project('roles:\n  - geerlingguy\n  - src: ../../etc\n    version: ^1\n    verison: 1\n  - src: ext::sh -c x\n');
    await run('install');
    project('role:\n  - geerlingguy.docker\n');
    await run('install');
    await told('mistakes-in-requirements');
  });

  it('in what is asked for are told with what there is', async () => {
    project(`roles:\n${wish('none')}`);
    await run('install');
    project(`roles:\n${wish('web', '^9')}`);
    await run('install');
    project('roles:\n  - nobody.nothing\n');
    await run('install');
    await run('publish', 'source/none', `oci://${open}/team/none`);
    await run('publish', 'source/web', `${open}/team/web`);
    await told('not-there');
  });

  it('of signatures that nobody looks at are told of', async () => {
    write('acme/galaxy.yml', 'namespace: acme\nname: tools\nversion: 1.0.0\n');
    project('collections:\n  - name: ./acme\n    type: dir\n    signatures: [https://example.org/acme-tools.asc]\n');
    await run('install');
    await run('install');
    await told('signatures');
    rmSync('collections', { recursive: true });
  });

  it('of several that contradict each other are told as chains', async () => {
    role('site', '1.0.0', 'web ^1.2', 'proxy ^3');
    await publish('site');
    role('site', '1.1.0', 'web ^1.2', 'proxy ^3.0');
    await publish('site');
    role('proxy', '3.1.0', 'common >=2.0.0');
    await publish('proxy');
    said = '';
    project(`roles:\n${wish('site', '^1')}${wish('common', '<1.1')}`);
    await run('install');
    await told('conflict');
  });

  it('of others who change what was locked are refused', async () => {
    project(`roles:\n${wish('common', '^1')}`);
    await run('install');
    role('common', '1.1.0');
    write('source/common/tasks/main.yml', '- shell: something evil\n');
    await run('publish', 'source/common', `oci://${open}/team/common`, '--replace');
    rmSync(join(root, 'home/.cache'), { recursive: true });
    registry.manifests.clear();
    await run('publish', 'source/common', `oci://${open}/team/common`);
    rmSync('roles', { recursive: true });
    await run('install');
    await run('install', '--offline');
    await run('install', '--frozen', '--offline');
    write('requirements.yml', `roles:\n${wish('common', '^2')}`);
    await run('install', '--frozen');
    await run('install', '--offline');
    await told('changed-and-offline');
  });

  it('of who installed something else there are left alone', async () => {
    project(`roles:\n${wish('common', '^1')}`);
    write('roles/common/tasks/main.yml', 'mine\n');
    await run('install');
    expect(readFileSync('roles/common/tasks/main.yml', 'utf8')).toBe('mine\n');
    await told('in-the-way');
  });
});
