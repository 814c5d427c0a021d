import { localTransport } from './local/local.ts';
import type { Connection, ConnectOptions, Target, Transport } from './transport.ts';

/** The transports by their kind, each loaded when it is first used: `ssh` alone costs 100 ms of start-up. */
const transports: Readonly<Record<Exclude<Target['transport'], 'fake'>, () => Promise<Transport>>> = {
  local: async () => localTransport,
  ssh: async () => (await import('./ssh/ssh.ts')).sshTransport,
  openssh: async () => (await import('./openssh/openssh.ts')).opensshTransport,
};

/** The transport of a kind. Throws for `fake`, which tests hand to the engine themselves. */
export const openTransport = (kind: Target['transport']): Promise<Transport> => {
  if (kind === 'fake') throw new Error('a fake host has no transport until a test gives it one');
  return transports[kind]();
};

/** Dials a target by the transport that it names. Throws ConnectionError. */
export const connect = async (target: Target, options: ConnectOptions = {}): Promise<Connection> =>
  (await openTransport(target.transport)).connect(target, options);
