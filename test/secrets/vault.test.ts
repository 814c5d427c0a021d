import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isVaulted, Vault } from '../../src/secrets/vault.ts';
import { readVaultSecrets } from '../../src/secrets/vault-passwords.ts';

/** Texts that `ansible-vault encrypt` of ansible-core 2.19 made. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases/vault.json'), 'utf8')) as {
  password: string;
  plaintext: string;
  vaulted: string;
}[];

const folder = mkdtempSync(join(tmpdir(), 'vault-'));
afterAll(() => rmSync(folder, { recursive: true }));

const vault = (...secrets: [id: string, password: string][]) =>
  new Vault(secrets.map(([id, password]) => ({ id, password })));

describe('Ansible Vault', () => {
  it.each(cases)('reads what ansible-vault wrote: $plaintext', ({ password, plaintext, vaulted }) => {
    expect(isVaulted(vaulted)).toBe(true);
    expect(vault(['default', 'wrong'], ['default', password]).decrypt(vaulted)).toBe(plaintext);
    // As a block scalar in YAML gives it: without the last newline, or indented.
    expect(vault(['x', password]).decrypt(vaulted.trimEnd().replaceAll('\n', '\n    '))).toBe(plaintext);
  });

  it('writes what it reads, of any length', () => {
    const both = vault(['default', 'one'], ['dev', 'two']);
    for (let length = 0; length < 40; length++)
      expect(both.decrypt(both.encrypt('é'.repeat(length)))).toBe('é'.repeat(length));
    const labelled = both.encrypt('x', 'dev');
    expect(labelled.split('\n')[0]).toBe('$ANSIBLE_VAULT;1.2;AES256;dev');
    expect(labelled.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(vault(['other', 'two']).decrypt(labelled)).toBe('x');
  });

  it('tells every plaintext to who hides it, and derives keys once for a text', () => {
    const seen: string[] = [];
    const [first] = cases;
    const one = new Vault([{ id: 'default', password: first?.password ?? '' }], (text) => seen.push(text));
    for (let i = 0; i < 3; i++) one.decrypt(first?.vaulted ?? '');
    expect(seen).toEqual([first?.plaintext]);
  });

  it('says what is wrong', () => {
    const text = vault(['dev', 'right']).encrypt('x');
    expect(() => vault().decrypt(text, 'x.yml')).toThrow('x.yml is vaulted and no vault password was given');
    expect(() => vault(['a', 'wrong']).decrypt(text, 'x.yml')).toThrow(
      'no vault password fits x.yml (it was made with the vault id dev)',
    );
    const lines = text.split('\n');
    expect(() => vault(['dev', 'right']).decrypt(`${lines[0]}\n${lines[1]}`)).toThrow('damaged');
    expect(() => vault(['dev', 'right']).decrypt(`${lines[0]}\nzz`)).toThrow('damaged');
    expect(() => vault(['dev', 'right']).decrypt('$ANSIBLE_VAULT;3.0;X\n61')).toThrow('not vaulted in a format');
    expect(() => vault(['dev', 'right']).encrypt('x', 'prod')).toThrow('no vault password has the id prod');
  });
});

describe('vault passwords', () => {
  const file = (name: string, text: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };
  const noPrompt = () => Promise.reject(new Error('asked'));

  it('come from files, programs and the prompt, in that order of asking', async () => {
    const plain = file('plain', '  pass word \n');
    const program = file('program', '#!/bin/sh\necho from-program\n', 0o700);
    const client = file('my-client', '#!/bin/sh\necho "$1 $2"\n', 0o700);
    const secrets = await readVaultSecrets(
      { ids: [plain, `dev@${program}`, `prod@${client}`, 'asked@prompt'], files: [plain], ask: true },
      async (question) => `answer to ${question.trim()}`,
    );
    expect(secrets).toEqual([
      { id: 'default', password: 'pass word' },
      { id: 'dev', password: 'from-program' },
      { id: 'prod', password: '--vault-id prod' },
      { id: 'asked', password: 'answer to Vault password (asked):' },
      { id: 'default', password: 'pass word' },
      { id: 'default', password: 'answer to Vault password:' },
    ]);
  });

  it('that can not be had are said', async () => {
    await expect(readVaultSecrets({ files: [join(folder, 'none')] }, noPrompt)).rejects.toThrow(
      'there is no vault password file',
    );
    await expect(readVaultSecrets({ files: [file('empty', '\n')] }, noPrompt)).rejects.toThrow('is empty');
    const failing = file('failing', '#!/bin/sh\necho no >&2; exit 3\n', 0o700);
    await expect(readVaultSecrets({ files: [failing] }, noPrompt)).rejects.toThrow('ended with 3: no');
  });
});
