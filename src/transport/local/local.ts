import { spawn } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import type { Channel, ChannelEnd } from '../channel.ts';
import { ShellConnection } from '../shell-connection.ts';
import { streamChannel } from '../stream-channel.ts';
import type { Target, Transport } from '../transport.ts';

/** `connection: local`: the controller itself, by the same far side as any other host. */
export const localTransport: Transport = {
  connect: async (target: Target) =>
    new ShellConnection(
      target,
      `local:${userInfo().username}@${hostname()}`,
      async (command, { terminal }) =>
        processChannel(terminal ? ['script', '-qefc', command, '/dev/null'] : ['/bin/sh', '-c', command]),
      async () => {},
    ),
};

/** A process as a channel, in a session of its own, so that Ctrl-C at our terminal does not reach it before we do. */
const processChannel = (argv: readonly string[]): Channel => {
  const child = spawn(argv[0] as string, argv.slice(1), { detached: true, stdio: 'pipe' });
  const closed = new Promise<ChannelEnd>((resolve) => {
    child.on('error', (error) => resolve({ code: null, reason: `${argv[0]} does not start: ${error.message}` }));
    child.on('exit', (code) => resolve({ code }));
  });
  const { stdin, stdout, stderr } = child;
  const destroy = (): void => {
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    child.unref();
  };
  return streamChannel({ stdin, stdout, stderr, closed, destroy });
};
