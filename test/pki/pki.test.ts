import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CertificateRequest, isSignedBy, readCertificate, reasonsToRenew } from '../../src/pki/certificate.ts';
import { issue, makeAuthority, type Pair } from '../../src/pki/issue.ts';
import { keysMatch, makeKey, publicKeyOf } from '../../src/pki/key.ts';

const apiserver: CertificateRequest = {
  commonName: 'kube-apiserver',
  usages: ['server'],
  alternativeNames: ['Kubernetes.default.svc', 'n1', '10.96.0.1', '192.0.2.11', '2001:DB8:0:0:0:0:0:1'],
};

const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-pki-'));
let authority: Pair;
let other: Pair;
let leaf: Pair;

beforeAll(async () => {
  [authority, other] = [await makeAuthority('kubernetes'), await makeAuthority('kubernetes')];
  leaf = await issue(authority, apiserver);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('an issued certificate', () => {
  it('says what was asked for', () => {
    const found = readCertificate(leaf.certificate);
    expect(found).toMatchObject({
      commonName: 'kube-apiserver',
      organizations: [],
      usages: ['server'],
      issuer: 'kubernetes',
      isAuthority: false,
      alternativeNames: ['kubernetes.default.svc', 'n1', '10.96.0.1', '192.0.2.11', '2001:db8::1'],
    });
    expect(Math.round((found.notAfter.getTime() - Date.now()) / 86_400_000)).toBe(365);
    expect(keysMatch(leaf.key, found.publicKey)).toBe(true);
    expect(keysMatch(other.key, found.publicKey)).toBe(false);
  });

  it.each(['ecdsa-p256', 'rsa-2048'] as const)('passes openssl verify with a %s authority', async (kind) => {
    const ca = await makeAuthority('etcd-ca', { key: makeKey(kind) });
    const pair = await issue(ca, {
      commonName: 'n1',
      organizations: ['system:nodes', 'a, b'],
      usages: ['server', 'client'],
      alternativeNames: ['n1'],
    });
    for (const [name, text] of [
      ['ca.crt', ca.certificate],
      ['n1.crt', pair.certificate],
      ['n1.key', pair.key],
    ] as const)
      writeFileSync(join(folder, name), text);
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    expect(openssl('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.crt', 'n1.crt')).toBe(
      'n1.crt: OK\n',
    );
    expect(openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca.crt', 'n1.crt')).toBe(
      'n1.crt: OK\n',
    );
    expect(readCertificate(pair.certificate).organizations).toEqual(['system:nodes', 'a, b']);
    expect(openssl('pkey', '-in', 'n1.key', '-pubout')).toBe(publicKeyOf(pair.key));
  });

  it('serves TLS to a client that trusts the authority, and to no other', async () => {
    const server = createServer({ key: leaf.key, cert: leaf.certificate }, (socket) => socket.end('hello'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const port = (server.address() as { port: number }).port;
    const ask = (ca: string) =>
      new Promise<string>((resolve) => {
        const socket = tlsConnect({ port, host: '127.0.0.1', servername: 'n1', ca });
        socket
          .on('data', (data) => resolve(String(data)))
          .on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? ''));
      });
    expect(await ask(authority.certificate)).toBe('hello');
    expect(await ask(other.certificate)).toMatch(/SIGNATURE|CERT|VERIFY/);
    server.close();
  });

  it('does not outlive its authority', async () => {
    const short = await makeAuthority('short', { days: 10 });
    const pair = await issue(short, apiserver);
    expect(readCertificate(pair.certificate).notAfter).toEqual(readCertificate(short.certificate).notAfter);
  });
});

describe('reasonsToRenew', () => {
  const inDays = (days: number) => ({ now: new Date(Date.now() + days * 86_400_000) });

  it('finds none in a fresh certificate, also when it has more names than are wanted', () => {
    expect(reasonsToRenew(leaf.certificate, apiserver, authority.certificate)).toEqual([]);
    expect(reasonsToRenew(leaf.certificate, { ...apiserver, alternativeNames: ['N1'] }, authority.certificate)).toEqual(
      [],
    );
  });

  it('tells an authority of the same name from the one that signed', () => {
    expect(isSignedBy(leaf.certificate, other.certificate)).toBe(false);
    expect(reasonsToRenew(leaf.certificate, apiserver, other.certificate)).toEqual(['signed by another authority']);
  });

  it.each([
    ['a new name', { alternativeNames: ['n1', '192.0.2.12'] }, 'without the name 192.0.2.12'],
    ['another subject', { commonName: 'kube-etcd' }, 'issued to kube-apiserver, not kube-etcd'],
    ['an organization', { organizations: ['system:masters'] }, 'organization none, not system:masters'],
    ['another use', { usages: ['server', 'client'] as const }, 'for server, not server and client'],
  ])('sees %s', (_, change, reason) => {
    expect(reasonsToRenew(leaf.certificate, { ...apiserver, ...change }, authority.certificate)).toEqual([reason]);
  });

  it('sees that the end is near, or past', () => {
    expect(reasonsToRenew(leaf.certificate, apiserver, authority.certificate, inDays(334))).toEqual([]);
    expect(reasonsToRenew(leaf.certificate, apiserver, authority.certificate, inDays(340.5))).toEqual([
      'expires in 24 days',
    ]);
    expect(reasonsToRenew(leaf.certificate, apiserver, authority.certificate, inDays(370.5))).toEqual([
      'expired 6 days ago',
    ]);
    expect(reasonsToRenew(leaf.certificate, apiserver, authority.certificate, inDays(-1))[0]).toMatch(
      /^not valid before/,
    );
  });

  it('says plainly that a text is no certificate', () => {
    expect(() => readCertificate('rubbish')).toThrow('this is not a certificate in PEM form');
  });
});
