import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerCredentials, eraseCredentials, saveCredentials } from '../../src/oci/docker-config.ts';

let home: string;
let environment: Record<string, string | undefined>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'k8s-bm-docker-'));
  environment = { PATH: `${join(home, 'bin')}:${process.env.PATH}`, KEPT: join(home, 'kept') };
});
afterEach(() => rm(home, { recursive: true, force: true }));

const write = async (path: string, content: string, mode = 0o644): Promise<void> => {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), content);
  await chmod(join(home, path), mode);
};

const config = (content: object) => write('.docker/config.json', JSON.stringify(content));
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const find = (registry: string) => dockerCredentials({ environment, home })(registry);

/** A helper as those of Docker are, which keeps one secret in a file. */
const helper = (name: string) =>
  write(
    `bin/docker-credential-${name}`,
    `#!/bin/sh
case $1 in
  store) cat > "$KEPT" ;;
  erase) rm -f "$KEPT" ;;
  get) read -r server
    case $server in
      token.example) echo '{"ServerURL":"x","Username":"<token>","Secret":"identity"}' ;;
      broken.example) echo canary; exit 1 ;;
      odd.example) echo canary ;;
      *) [ -e "$KEPT" ] && cat "$KEPT" || { echo 'credentials not found in native keychain'; exit 1; } ;;
    esac ;;
esac
`,
    0o755,
  );

describe('credentials', () => {
  it('are found in the file, whatever form its keys have', async () => {
    await config({
      auths: {
        'registry.example:5000': auth('amy:se:cret'),
        'https://url.example/v1/': auth('bob:secret'),
        'https://index.docker.io/v1/': auth('hub:secret'),
        'token.example': { auth: '', identitytoken: 'identity' },
        'empty.example': {},
      },
    });
    expect(await find('registry.example:5000')).toEqual({ username: 'amy', password: 'se:cret' });
    expect(await find('registry.example')).toBeUndefined();
    expect(await find('url.example')).toEqual({ username: 'bob', password: 'secret' });
    expect(await find('docker.io')).toEqual({ username: 'hub', password: 'secret' });
    expect(await find('token.example')).toEqual({ identityToken: 'identity' });
    expect(await find('empty.example')).toBeUndefined();
  });

  it('are found where DOCKER_CONFIG says, and in Podman’s file', async () => {
    expect(await find('registry.example')).toBeUndefined();
    environment.DOCKER_CONFIG = join(home, 'other');
    environment.XDG_RUNTIME_DIR = join(home, 'run');
    await write('run/containers/auth.json', JSON.stringify({ auths: { 'registry.example': auth('pod:man') } }));
    expect(await find('registry.example')).toEqual({ username: 'pod', password: 'man' });
    await write('other/config.json', JSON.stringify({ auths: { 'registry.example': auth('amy:docker') } }));
    expect(await find('registry.example')).toEqual({ username: 'amy', password: 'docker' });
  });

  it('are asked of the helper for this registry, of the one for all, and then of the file', async () => {
    await helper('one');
    await helper('all');
    await config({
      credsStore: 'all',
      credHelpers: { 'token.example': 'one' },
      auths: { 'registry.example': auth('amy:file') },
    });
    expect(await find('token.example')).toEqual({ identityToken: 'identity' });
    expect(await find('registry.example')).toEqual({ username: 'amy', password: 'file' });
    await write('kept', '{"ServerURL":"x","Username":"amy","Secret":"helper"}');
    expect(await find('registry.example')).toEqual({ username: 'amy', password: 'helper' });
  });

  it('that cannot be had are told of in words, without what was said', async () => {
    await helper('one');
    await config({ credHelpers: { 'broken.example': 'one', 'odd.example': 'one', 'gone.example': 'gone' } });
    const failed = await Promise.all(
      ['broken.example', 'odd.example', 'gone.example'].map((one) => find(one).catch(String)),
    );
    expect(failed).toEqual([
      "UserError: docker-credential-one, which Docker's configuration names, failed (exit 1)",
      'UserError: docker-credential-one answers with something else',
      "UserError: docker-credential-gone, which Docker's configuration names, is not installed",
    ]);
    await config({ credsStore: '../../bin/sh' });
    await expect(find('registry.example')).rejects.toThrow(/is no program's name/);
    await write('.docker/config.json', '{"auths": canary');
    await expect(find('registry.example')).rejects.toThrow(
      /^\S+config.json is not the JSON of a Docker configuration$/,
    );
  });
});

describe('logging in', () => {
  const amy = { username: 'amy', password: 'se:cret' };

  it('keeps what else is in the file, for its owner only', async () => {
    await config({ HttpHeaders: { a: 'b' }, auths: { 'other.example': auth('bob:secret') } });
    await saveCredentials('registry.example', amy, { environment, home });
    expect(await find('registry.example')).toEqual(amy);
    expect(await find('other.example')).toEqual({ username: 'bob', password: 'secret' });
    const path = join(home, '.docker/config.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8')).HttpHeaders).toEqual({ a: 'b' });
    expect(await eraseCredentials('registry.example', { environment, home })).toBe(true);
    expect(await eraseCredentials('registry.example', { environment, home })).toBe(false);
    expect(await find('other.example')).toEqual({ username: 'bob', password: 'secret' });
    expect(await readdir(join(home, '.docker'))).toEqual(['config.json']);
  });

  it('gives them to the helper where there is one, and leaves none in the file', async () => {
    await helper('all');
    await config({ credsStore: 'all' });
    await saveCredentials('registry.example', amy, { environment, home });
    expect(await readFile(join(home, '.docker/config.json'), 'utf8')).not.toMatch(/se:cret|YW15/);
    expect(await find('registry.example')).toEqual(amy);
    expect(await eraseCredentials('registry.example', { environment, home })).toBe(true);
    expect(await find('registry.example')).toBeUndefined();
  });
});
