import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { configure } from '../../src/cli/vault.ts';
import { loadYaml } from '../../src/language/yaml.ts';
import { Vault } from '../../src/secrets/vault.ts';
import type { Dict, Vaulted } from '../../src/template/values.ts';
import { runCommand } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-vault-'));
const file = (name: string, text: string, mode = 0o644): string => {
  writeFileSync(join(folder, name), text, { mode });
  return join(folder, name);
};
const [one, two] = [file('pw1', 'first'), file('pw2', 'second')];
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

const run = (...args: string[]) => runCommand({ configure }, args);
const read = (path: string): string => readFileSync(path, 'utf8');

describe('k8s-bm vault', () => {
  it('encrypts in place and keeps the mode, shows, changes the password, decrypts', async () => {
    const path = file('secret.yml', 'a: 1\n', 0o640);
    await run('encrypt', '--vault-password-file', one, path);
    expect(read(path)).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect((await run('view', '--vault-password-file', one, path)).out).toBe('a: 1\n');
    await run('rekey', '--vault-password-file', one, '--new-vault-password-file', two, path);
    expect((await run('view', '--vault-password-file', one, path)).err).toContain('no vault password fits');
    await run('decrypt', '--vault-pass-file', two, path);
    expect(read(path)).toBe('a: 1\n');
  });

  it('edits with $EDITOR and keeps the id', async () => {
    const path = file('labelled.yml', 'a: old\n');
    await run('encrypt', '--vault-id', `dev@${one}`, path);
    vi.stubEnv('VISUAL', '');
    vi.stubEnv('EDITOR', 'sed -i s/old/new/');
    await run('edit', '--vault-id', `dev@${one}`, path);
    expect(read(path)).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/);
    expect((await run('view', '--vault-id', `dev@${one}`, path)).out).toBe('a: new\n');
    vi.stubEnv('EDITOR', 'false');
    const before = read(path);
    expect((await run('edit', '--vault-id', `dev@${one}`, path)).err).toContain('nothing was changed');
    expect(read(path)).toBe(before);
  });

  it('prints strings to paste into YAML', async () => {
    const { out } = await run('encrypt_string', '--vault-password-file', one, 's3cret', '-n', 'password');
    const value = (loadYaml(out, 'x').documents[0] as Dict).get('password') as Vaulted;
    expect(new Vault([{ id: 'default', password: 'first' }]).decrypt(value.ciphertext)).toBe('s3cret');
  });

  it('says what is wrong and leaves files alone', async () => {
    const path = file('twice.yml', 'x');
    expect((await run('encrypt', path)).err).toContain('no vault password was given');
    await run('encrypt', '--vault-password-file', one, path);
    const before = read(path);
    expect((await run('encrypt', '--vault-password-file', one, path)).err).toContain('is vaulted already');
    expect((await run('decrypt', '--vault-password-file', two, path)).err).toContain('no vault password fits');
    const missing = await run('view', '--vault-password-file', one, join(folder, 'none'));
    expect(missing).toMatchObject({ err: expect.stringContaining("can't read"), code: 1 });
    expect(read(path)).toBe(before);
  });
});
