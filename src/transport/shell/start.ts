import { randomBytes } from 'node:crypto';
import { decode, encode } from '../../util/bytes.ts';
import { becomeMethods } from '../become/become.ts';
import type { BecomeMethod } from '../become/method.ts';
import type { Channel, OpenChannel } from '../channel.ts';
import { BecomeError, ConnectionError, ConnectionLost, type Identity, type Traffic } from '../transport.ts';
import { MarkScanner } from './marks.ts';
import { bootCommand, farSide, type ProgramOptions } from './program.ts';
import { FramedShell } from './remote-shell.ts';

export interface StartOptions {
  readonly host: string;
  readonly identity: Identity;
  readonly shellPath: string;
  readonly timeoutMs: number;
  readonly traffic: Traffic;
  readonly onEnd: () => void;
}

/**
 * Opens a channel, becomes the user, and starts the far side. Throws BecomeError if sudo, su or doas refuses,
 * ConnectionError if the login shell does not start our shell.
 */
export const startShell = async (open: OpenChannel, options: StartOptions): Promise<FramedShell> => {
  const { host, identity, shellPath } = options;
  const method = identity.method === 'none' ? undefined : becomeMethods[identity.method];
  const terminal = method?.needsTerminal(identity) ?? false;
  const random = randomBytes(24).toString('hex');
  const program: ProgramOptions = {
    nonce: random.slice(0, 32),
    scratch: `k8s-bm.${random.slice(32)}`,
    shell: shellPath,
    terminal,
  };
  const body = encode(`${farSide(program).text}\n`);
  const boot = bootCommand(program, body.length);
  const prompt = `[k8s-bm ${random.slice(0, 8)}] password:`;
  const channel = await open(`exec ${method ? method.command(identity, boot, prompt) : boot}`, { terminal });
  const folder = await handshake(channel, { ...options, nonce: program.nonce, body, method, prompt });
  const { traffic, onEnd } = options;
  return new FramedShell({
    host,
    identity,
    channel,
    nonce: program.nonce,
    folder,
    shellPath,
    terminal,
    traffic,
    onEnd,
  });
};

interface Handshake extends StartOptions {
  readonly nonce: string;
  readonly body: Uint8Array;
  readonly method: BecomeMethod | undefined;
  readonly prompt: string;
}

/** Answers the question for a password, sends the program, and waits for its first word: the scratch folder's name. */
const handshake = (
  channel: Channel,
  { host, identity, method, prompt, nonce, body, timeoutMs }: Handshake,
): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = '';
    let answered = 0;
    let sent = false;
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      how();
    };
    const refuse = (why: string): void =>
      settle(() => {
        channel.destroy();
        reject(refusal(host, identity, method, printed.replaceAll(prompt, ''), why));
      });
    const timer = setTimeout(() => refuse(`no shell came up within ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    const send = (): void => {
      if (!sent) void channel.write(body);
      sent = true;
    };
    const note = (bytes: Uint8Array): void => {
      printed = (printed + decode(bytes)).slice(-8192);
      if (!method?.asks(identity) || sent) return;
      const asked = method.questions(printed, prompt);
      if (asked > 1 && answered > 0) refuse('the password was refused');
      else if (asked > 0 && answered === 0) {
        answered = 1;
        printed += '\n';
        void channel.write(encode(`${identity.password}\n`));
      }
    };
    const scanner = new MarkScanner(nonce, note, ({ kind, rest }) => {
      if (kind === 'B') send();
      else if (kind === 'H') settle(() => resolve(rest));
      else if (kind === 'X') refuse('neither /run nor /dev/shm takes a file there, and scratch files go nowhere else');
    });
    channel.onOutput((stream, bytes) => (stream === 'stdout' ? scanner.push(bytes) : note(bytes)));
    void channel.closed.then(({ code, reason }) => {
      if (reason) settle(() => reject(new ConnectionLost(host, reason)));
      else refuse(`it ended${code === null ? '' : ` with code ${code}`} before a shell began`);
    });
    if (!method?.asks(identity)) send();
  });

const refusal = (
  host: string,
  identity: Identity,
  method: BecomeMethod | undefined,
  printed: string,
  why: string,
): BecomeError | ConnectionError => {
  const said = printed.trim().split('\n').at(-1)?.trim();
  const told = said ? `${why}; it said: ${said}` : why;
  if (!method)
    return new ConnectionError(
      host,
      `the login shell did not start /bin/sh: ${told}`,
      'log in by hand and run: /bin/sh -c "echo ok"',
    );
  const { message, hint } = method.explain(printed, identity);
  return new BecomeError(host, /did not start a shell$/.test(message) ? `${message}: ${told}` : message, hint);
};
