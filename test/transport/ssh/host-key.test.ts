import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshTransport } from '../../../src/transport/ssh/ssh.ts';
import type { Target } from '../../../src/transport/transport.ts';
import { makeKey, sshd, startSshd, type TestSshd } from './test-sshd.ts';

describe.skipIf(!sshd)('host keys, against a real sshd', () => {
  let server: TestSshd;
  let count = 0;
  const knownHosts = (text: string): string => {
    const file = join(server.folder, `known_hosts${++count}`);
    writeFileSync(file, text);
    return file;
  };
  const dial = async (change: Partial<Target>): Promise<string> => {
    const connection = await sshTransport.connect(server.target(change));
    await connection.close();
    return 'in';
  };
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.stop());

  it('refuses a host of which nothing is known, with its fingerprint and the command to accept it', async () => {
    const [, shown] = execFileSync('ssh-keygen', ['-lf', join(server.folder, 'host.pub')], { encoding: 'utf8' }).split(
      ' ',
    );
    const file = knownHosts('');
    await expect(dial({ knownHostsFile: file })).rejects.toMatchObject({
      name: 'ConnectionError',
      host: 'testhost',
      message: expect.stringContaining(shown as string),
      hint: expect.stringContaining(`ssh-keyscan -t ed25519 -p ${server.port} 127.0.0.1 >> ${file}`),
    });
    writeFileSync(
      file,
      execFileSync('ssh-keyscan', ['-t', 'ed25519', '-p', String(server.port), '127.0.0.1'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    expect(await dial({ knownHostsFile: file })).toBe('in');
    const nowhere = join(server.folder, 'none/yet');
    await expect(dial({ knownHostsFile: join(nowhere, 'known_hosts') })).rejects.toMatchObject({
      hint: expect.stringContaining(`accept it with: mkdir -p -m 700 ${nowhere}; ssh-keyscan `),
    });
  });

  it('remembers an unknown host under accept-new, and holds it to that', async () => {
    const file = knownHosts('');
    expect(
      await dial({
        knownHostsFile: file,
        hostKeyChecking: 'accept-new',
        sshArguments: ['-F', '/dev/null', '-o', 'HashKnownHosts=no'],
      }),
    ).toBe('in');
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^\\[127\\.0\\.0\\.1\\]:${server.port} ssh-ed25519 \\S+\n$`));
    expect(await dial({ knownHostsFile: file })).toBe('in');
    const hashed = knownHosts('');
    await dial({
      knownHostsFile: hashed,
      hostKeyChecking: 'accept-new',
      sshArguments: ['-F', '/dev/null', '-o', 'HashKnownHosts=yes'],
    });
    expect(readFileSync(hashed, 'utf8')).toMatch(/^\|1\|/);
    expect(
      execFileSync('ssh-keygen', ['-f', hashed, '-F', `[127.0.0.1]:${server.port}`], { encoding: 'utf8' }),
    ).toContain('ssh-ed25519');
    expect(await dial({ knownHostsFile: hashed })).toBe('in');
  });

  it('refuses a changed key, whatever the policy but no', async () => {
    makeKey(join(server.folder, 'other'));
    const file = knownHosts(`[127.0.0.1]:${server.port} ${readFileSync(join(server.folder, 'other.pub'), 'utf8')}`);
    for (const hostKeyChecking of ['yes', 'accept-new'] as const)
      await expect(dial({ knownHostsFile: file, hostKeyChecking })).rejects.toMatchObject({
        message: expect.stringMatching(new RegExp(`has changed: .*${file}:1 has ssh-ed25519 SHA256:`)),
        hint: expect.stringContaining(`ssh-keygen -f ${file} -R '[127.0.0.1]:${server.port}'`),
      });
    expect(await dial({ knownHostsFile: file, hostKeyChecking: 'no' })).toBe('in');
  });

  it('refuses a revoked key', async () => {
    const known = readFileSync(server.knownHosts, 'utf8');
    await expect(dial({ knownHostsFile: knownHosts(`@revoked ${known}${known}`) })).rejects.toThrow('revoked');
  });

  it('asks a host with several keys for the one that is known', async () => {
    makeKey(join(server.folder, 'host_rsa'), 'rsa');
    const two = await startSshd([`HostKey ${join(server.folder, 'host_rsa')}`]);
    try {
      const file = knownHosts(`[127.0.0.1]:${two.port} ${readFileSync(join(server.folder, 'host_rsa.pub'), 'utf8')}`);
      const connection = await sshTransport.connect(two.target({ knownHostsFile: file }));
      await connection.close();
    } finally {
      await two.stop();
    }
  });
});
