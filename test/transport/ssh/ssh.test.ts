import { afterAll, beforeAll, describe } from 'vitest';
import { sshTransport } from '../../../src/transport/ssh/ssh.ts';
import { transportContract } from '../contract.ts';
import { sshd, startSshd, type TestSshd } from './test-sshd.ts';

describe.skipIf(!sshd)('ssh, against a real sshd (skipped where there is no sshd program)', () => {
  let server: TestSshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.stop());

  transportContract('ssh', () => sshTransport.connect(server.target()));
});
