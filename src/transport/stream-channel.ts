import type { Readable, Writable } from 'node:stream';
import type { Channel, ChannelEnd } from './channel.ts';
import { deferred } from './deferred.ts';

export interface ChannelStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable | undefined;
  readonly closed: Promise<ChannelEnd>;
  destroy(): void;
}

/** A channel made of Node's streams, whatever process or connection is behind them. */
export const streamChannel = ({ stdin, stdout, stderr, closed, destroy }: ChannelStreams): Channel => {
  // Errors of the streams arrive as the end of the channel; without a listener each would end this process.
  for (const stream of [stdin, stdout, stderr]) stream?.on('error', () => {});
  let wait: Promise<void> | undefined;
  return {
    write(bytes) {
      if (!stdin.writable) return Promise.resolve();
      if (stdin.write(bytes)) return Promise.resolve();
      wait ??= drained(stdin, closed).finally(() => {
        wait = undefined;
      });
      return wait;
    },
    end: () => void (stdin.writable && stdin.end()),
    onOutput(handler) {
      stdout.removeAllListeners('data').on('data', (bytes: Uint8Array) => handler('stdout', bytes));
      stderr?.removeAllListeners('data').on('data', (bytes: Uint8Array) => handler('stderr', bytes));
    },
    pause() {
      stdout.pause();
      stderr?.pause();
    },
    resume() {
      stdout.resume();
      stderr?.resume();
    },
    closed,
    destroy,
  };
};

const drained = (stdin: Writable, closed: Promise<unknown>): Promise<void> => {
  const done = deferred();
  stdin.once('drain', done.resolve);
  void closed.then(() => done.resolve());
  return done.promise.finally(() => stdin.removeListener('drain', done.resolve));
};
