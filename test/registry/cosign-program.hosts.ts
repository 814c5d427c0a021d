import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { program } from '../lab/program.ts';
import { startRegistry } from './real-servers.ts';
import { useSourceRoom } from './source-room.ts';

/**
 * cosign itself, where this machine has it: on PATH, or at K8S_BM_COSIGN. Tested with 2.6.1; what it makes is kept in
 * test/fixtures/cosign besides, which needs no program.
 */
const cosign = process.env.K8S_BM_COSIGN || 'cosign';
const missing = execaSync(cosign, ['version'], { reject: false }).failed;
if (missing) console.log('skipped: there is no cosign on PATH, and none at K8S_BM_COSIGN');

const password = 'CANARY-password';
const passphrase = 'a pass phrase, ü';

/** How each form of signature is made and verified by cosign. */
const forms = [
  { form: 'tag', sign: [], verify: [] },
  { form: 'bundle', sign: ['--new-bundle-format'], verify: ['--new-bundle-format', '--trusted-root', 'root.json'] },
] as const;

describe.skipIf(missing)("cosign's own program", () => {
  const room = useSourceRoom();
  let address = '';
  const file = (name: string): string => join(room.folder, name);

  const run = async (name: string, args: readonly string[], env = {}, cwd = room.folder) => {
    const all = { ...room.environment, DOCKER_CONFIG: join(room.home, '.docker'), COSIGN_PASSWORD: passphrase, ...env };
    const done = await execa(name, args, { cwd, env: all, extendEnv: false, reject: false, all: true, input: '' });
    expect(done.all).not.toContain(password);
    return { code: done.exitCode, said: done.all };
  };
  const k8sBm = (args: readonly string[], env = {}, cwd = room.folder) =>
    run(process.execPath, [program, 'role', ...args], env, cwd);

  beforeEach(async () => {
    const server = room.keep(await startRegistry(file('registry'), password));
    address = server.address;
    room.environment.SSL_CERT_FILE = file('registry/ca.crt');
    const auth = Buffer.from(`amy:${password}`).toString('base64');
    await room.write({
      'home/.docker/config.json': JSON.stringify({ auths: { [address]: { auth } } }),
      'role/tasks/main.yml': '- debug:\n',
    });
    for (const who of ['ours', 'theirs'])
      expect(await run(cosign, ['generate-key-pair', '--output-key-prefix', who])).toMatchObject({ code: 0 });
    expect(await run(cosign, ['trusted-root', 'create', '--out', 'root.json'])).toMatchObject({ code: 0 });
  }, 120_000);

  const publish = async (version: string, flags: readonly string[] = []): Promise<string> => {
    const done = await k8sBm(['publish', ...flags, 'role', `oci://${address}/team/web@${version}`]);
    expect(done).toMatchObject({ code: 0 });
    return /sha256:[0-9a-f]{64}/.exec(done.said ?? '')?.[0] as string;
  };

  /** Into a project with a cache of its own, trusting a key; what is said where it is refused. */
  const install = async (version: string, key: string): Promise<string | undefined> => {
    await rm(file('project'), { recursive: true, force: true });
    await mkdir(file('project'));
    const text = `roles:\n  - src: oci://${address}/team/web\n    version: ${version}\n`;
    await writeFile(file('project/requirements.yml'), text);
    const env = { K8S_BM_COSIGN_KEY: file(key), XDG_CACHE_HOME: file('project/cache') };
    const done = await k8sBm(['install'], env, file('project'));
    if (done.code !== 0) return done.said;
    expect((await k8sBm(['verify', '--key', file(key)], env, file('project'))).said).toMatch(/^Unchanged: one role/);
    return undefined;
  };

  it.each(forms)('verifies what is signed here, and is verified here: $form', async ({ form, sign, verify }) => {
    const takes = async (digest: string, key: string): Promise<boolean> => {
      const args = ['verify', ...verify, '--key', key, '--insecure-ignore-tlog', `${address}/team/web@${digest}`];
      const { code, said } = await run(cosign, args);
      if (code !== 0) expect(said).toMatch(/invalid signature|no signatures found|accepted signatures do not match/);
      return code === 0;
    };
    const ours = await publish('1.0.0', ['--sign', 'ours.key', '--sign-as', form]);
    expect([await takes(ours, 'ours.pub'), await takes(ours, 'theirs.pub')]).toEqual([true, false]);
    expect(await install('1.0.0', 'ours.pub')).toBe(undefined);
    expect(await install('1.0.0', 'theirs.pub')).toMatch(
      /has a signature for .*, and none is of the key that is trusted/,
    );

    await room.write({ 'role/tasks/main.yml': '- debug: {msg: other}\n' });
    const theirs = await publish('1.1.0');
    expect(await install('1.1.0', 'theirs.pub')).toMatch(/has no signature for/);
    const args = ['sign', ...sign, '-y', '--key', 'theirs.key', '--tlog-upload=false', `${address}/team/web@${theirs}`];
    expect(await run(cosign, args)).toMatchObject({ code: 0 });
    expect(await install('1.1.0', 'theirs.pub')).toBe(undefined);
    expect(await install('1.1.0', 'ours.pub')).toMatch(
      /has a signature for .*, and none is of the key that is trusted/,
    );

    // Both sign the same, one after the other, and both hold.
    await k8sBm(['publish', '--sign', 'ours.key', '--sign-as', form, 'role', `oci://${address}/team/web@1.1.0`]);
    for (const key of ['ours.pub', 'theirs.pub']) {
      expect(await takes(theirs, key)).toBe(true);
      expect(await install('1.1.0', key)).toBe(undefined);
    }
  });

  it('verifies what the experiment of cosign 2 makes refer to a role', async () => {
    const digest = await publish('1.0.0');
    const how = ['--registry-referrers-mode=oci-1-1', '-y', '--key', 'theirs.key', '--tlog-upload=false'];
    const args = ['sign', ...how, `${address}/team/web@${digest}`];
    expect(await run(cosign, args, { COSIGN_EXPERIMENTAL: '1' })).toMatchObject({ code: 0 });
    expect(await install('1.0.0', 'theirs.pub')).toBe(undefined);
    expect(await install('1.0.0', 'ours.pub')).toMatch(/none is of the key that is trusted/);
  });
});
