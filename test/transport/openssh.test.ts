import { afterAll, beforeAll, describe } from 'vitest';
import { opensshTransport } from '../../src/transport/openssh/openssh.ts';
import { transportContract } from './contract.ts';
import { sshd, startSshd, type TestSshd } from './ssh/test-sshd.ts';

describe.skipIf(!sshd)('openssh, against a real sshd (skipped where there is no sshd program)', () => {
  let server: TestSshd;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.stop());

  transportContract('openssh', () => opensshTransport.connect(server.target({ transport: 'openssh' })));
});
