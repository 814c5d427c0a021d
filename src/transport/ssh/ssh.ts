import type { Client, ClientChannel } from 'ssh2';
import type { Channel, ChannelEnd, OpenChannel } from '../channel.ts';
import { ShellConnection } from '../shell-connection.ts';
import { streamChannel } from '../stream-channel.ts';
import { ConnectionLost, type Target, type Transport } from '../transport.ts';
import { type Dialled, dial } from './dial.ts';

/**
 * `connection: ssh`: node-ssh dials, and nothing else of it is used: its commands resolve when a connection drops, cut
 * characters in two, trim output and know no time-out (each has a test).
 */
export const sshTransport: Transport = {
  connect: async (target: Target, options = {}) => {
    const dialled = await dial(target, options);
    const { user, host, port } = dialled.settings;
    const connection = new ShellConnection(target, `ssh:${user}@${host}:${port}`, opener(target, dialled), async () =>
      dialled.hangUp(),
    );
    connection.traffic.dials++;
    return connection;
  },
};

const opener = (target: Target, dialled: Dialled): OpenChannel => {
  const { client } = dialled;
  return (command, { terminal }) =>
    new Promise<Channel>((resolve, reject) => {
      const fail = (why: string): void => reject(new ConnectionLost(target.name, dialled.lost() ?? why));
      const onClose = (): void => fail('the connection was closed by the other side');
      if (dialled.lost()) return onClose();
      client.once('close', onClose);
      client.exec(command, terminal ? { pty: { term: 'dumb' } } : {}, (error, channel) => {
        client.removeListener('close', onClose);
        if (error) fail(error.message);
        else resolve(asChannel(client, channel, dialled));
      });
    });
};

const asChannel = (client: Client, channel: ClientChannel, dialled: Dialled): Channel => {
  const closed = new Promise<ChannelEnd>((resolve) => {
    // A channel that ends without a code and without a signal did not end: its connection was lost.
    let code: number | null | undefined;
    channel.on('exit', (exit: number | null) => {
      code = exit;
    });
    channel.on('close', () =>
      setImmediate(() =>
        resolve(code === undefined ? { code: null, reason: dialled.lost() ?? 'the connection was lost' } : { code }),
      ),
    );
    client.once('close', () => resolve({ code: null, reason: dialled.lost() }));
  });
  return streamChannel({
    stdin: channel.stdin,
    stdout: channel,
    stderr: channel.stderr,
    closed,
    destroy: () => channel.close(),
  });
};
