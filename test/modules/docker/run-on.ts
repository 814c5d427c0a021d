import type { Reply } from '../../../src/transport/transport.ts';
import type { TestHost } from '../../lab-hosts.ts';

/** Runs a module's script on a lab host. */
export const runOn = async (host: TestHost, text: string, stdin: Uint8Array): Promise<Reply> => {
  const { code, stdout, stderr } = await host.exec(text, stdin);
  return {
    code,
    stdout: Buffer.from(stdout, 'latin1'),
    stderr: Buffer.from(stderr, 'latin1'),
    timedOut: false,
    durationMs: 0,
  };
};
