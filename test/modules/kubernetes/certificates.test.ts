import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCertificate } from '../../../src/pki/certificate.ts';
import { expectIdempotent, planModule, runModule, shells } from '../harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "k8s-bm it's "));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const authority = () => ({
  path: join(folder, 'pki/ca.crt'),
  key_path: join(folder, 'pki/ca.key'),
  common_name: 'kubernetes',
});
const leaf = (more: Record<string, unknown> = {}) => ({
  path: join(folder, 'n1.crt'),
  key_path: join(folder, 'n1.key'),
  authority: read('pki/ca.crt'),
  authority_key: read('pki/ca.key'),
  common_name: 'system:node:n1',
  organizations: ['system:nodes'],
  usages: ['client'],
  ...more,
});

describe.each(shells)('in %s', (shell) => {
  it('makes an authority once, with a key that only its owner reads', async () => {
    const made = await expectIdempotent('certificate_authority', authority(), { shell });
    expect(made.get('changed')).toBe(true);
    expect(readCertificate(read('pki/ca.crt'))).toMatchObject({
      commonName: 'kubernetes',
      isAuthority: true,
      fingerprint: made.get('fingerprint'),
    });
    expect(statSync(join(folder, 'pki/ca.key')).mode & 0o777).toBe(0o600);
    const again = await runModule('certificate_authority', { ...authority(), common_name: 'another' }, { shell });
    expect(again.result.get('changed')).toBe(false);
    expect(again.result.get('fingerprint')).toBe(made.get('fingerprint'));
  });

  it('refuses to guess where half of an authority is gone, or is of another', async () => {
    await runModule('certificate_authority', authority(), { shell });
    const certificate = read('pki/ca.crt');
    rmSync(join(folder, 'pki/ca.crt'));
    const half = await runModule('certificate_authority', authority(), { shell });
    expect(String(half.result.get('msg'))).toMatch(/ca\.key is there and .*ca\.crt is not/);
    rmSync(join(folder, 'pki/ca.key'));
    await runModule('certificate_authority', authority(), { shell });
    writeFileSync(join(folder, 'pki/ca.crt'), certificate);
    const mixed = await runModule('certificate_authority', authority(), { shell });
    expect(String(mixed.result.get('msg'))).toMatch(/ca\.key is not the key of .*ca\.crt/);
  });

  it('issues a certificate, and again only when it must', async () => {
    await runModule('certificate_authority', authority(), { shell });
    const first = await expectIdempotent('certificate', leaf(), { shell });
    expect(first.get('reasons')).toEqual(['there is none']);
    expect(statSync(join(folder, 'n1.key')).mode & 0o777).toBe(0o600);
    expect(readCertificate(read('n1.crt'))).toMatchObject({
      commonName: 'system:node:n1',
      organizations: ['system:nodes'],
      usages: ['client'],
    });

    const renamed = await runModule('certificate', leaf({ alternative_names: ['192.0.2.1'] }), { shell });
    expect(renamed.result.get('reasons')).toEqual(['without the name 192.0.2.1']);
    const soon = await planModule('certificate', leaf({ renew_before: 400 }), { shell });
    expect(soon.changes[0]?.after).toMatch(/^issued \(expires in 36\d days\)$/);
    rmSync(join(folder, 'n1.key'));
    expect((await runModule('certificate', leaf(), { shell })).result.get('reasons')).toEqual(['its key is gone']);
  });

  it('needs the key of the authority only to issue', async () => {
    await runModule('certificate_authority', authority(), { shell });
    await runModule('certificate', leaf(), { shell });
    const { authority_key: _, ...withoutKey } = leaf();
    expect((await runModule('certificate', withoutKey, { shell })).result.get('changed')).toBe(false);
    const needed = await runModule('certificate', { ...withoutKey, common_name: 'system:node:n2' }, { shell });
    expect(String(needed.result.get('msg'))).toMatch(/n1\.crt must be issued, and authority_key is not given/);
  });

  it('makes a key pair once, and puts a lost public half back', async () => {
    const pair = { path: join(folder, 'sa.key'), public_path: join(folder, 'sa.pub'), kind: 'ecdsa-p256' };
    await expectIdempotent('private_key', pair, { shell });
    const [key, publicHalf] = [read('sa.key'), read('sa.pub')];
    rmSync(join(folder, 'sa.pub'));
    await expectIdempotent('private_key', pair, { shell });
    expect([read('sa.key'), read('sa.pub')]).toEqual([key, publicHalf]);
    expect(statSync(join(folder, 'sa.key')).mode & 0o777).toBe(0o600);
  });
});

it('writes nothing in check mode', async () => {
  const { result } = await runModule('certificate_authority', authority(), { check: true });
  expect(result.get('changed')).toBe(true);
  expect(() => read('pki/ca.crt')).toThrow();
});
