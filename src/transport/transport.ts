import type { ShellText } from './shell/quote.ts';

/** Where a host is and how to log in. Filled from `ansible_host`, `ansible_port`, `ansible_user` and their kin. */
export interface Target {
  /** The name in the inventory, for messages. */
  readonly name: string;
  readonly transport: 'ssh' | 'openssh' | 'local' | 'fake';
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  /** `yes`: refuse unknown and changed keys; `accept-new`: remember unknown ones; `no`: accept any. */
  readonly hostKeyChecking: 'yes' | 'accept-new' | 'no';
  readonly knownHostsFile?: string | undefined;
  /** `ansible_ssh_common_args` and `ansible_ssh_extra_args`, split into words: `-o Option=value`, `-J host` … */
  readonly sshArguments?: readonly string[] | undefined;
  readonly connectTimeoutMs: number;
  /** `ansible_shell_executable`: the POSIX shell that scripts run in; /bin/sh when absent. */
  readonly shellPath?: string | undefined;
}

/** Who runs the commands: the login user, or another by way of a become method. */
export interface Identity {
  readonly method: 'none' | 'sudo' | 'su' | 'doas';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly exe?: string | undefined;
  readonly flags?: string | undefined;
}

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called when all that is left is to wait for the far side: there is time for something else. */
  readonly onWaiting?: (() => void) | undefined;
}

export interface Transport {
  /** Dials and logs in. Throws ConnectionError: unreachable, refused, wrong key, host key unknown or changed. */
  connect(target: Target, options?: ConnectOptions): Promise<Connection>;
}

export interface Connection {
  /** The same for every inventory name that leads to one machine and login: looks and applies are kept in order by it. */
  readonly endpoint: string;
  /** The one persistent shell of that identity; made at the first call. Throws BecomeError: refused, password wrong or missing. */
  shell(identity: Identity): Promise<RemoteShell>;
  /** What went over the wire since connect; a message is one request that waits for its answer. */
  readonly traffic: Readonly<Traffic>;
  /** Ends every shell, kills what they still run, closes the connection. Never throws. */
  close(): Promise<void>;
}

export interface Traffic {
  dials: number;
  messages: number;
  bytesOut: number;
  bytesIn: number;
}

/**
 * Shell functions that scripts may call, defined once per remote shell and not sent again. POSIX sh as dash and busybox
 * ash both read it. Names begin with `kb_`.
 */
export interface ShellFunction {
  readonly name: string;
  readonly text: string;
  readonly needs?: readonly ShellFunction[];
}

/**
 * What scripts of one message ask a host together. Before the first of them, `fn` is called once with the beginning of names for
 * files of its own and the words of all, as far as they are not too many; it keeps the answers in variables and files, where the functions find them that the
 * scripts call. Once the message is over it is called with nothing, and forgets. Only for scripts that read: nothing that
 * changes the host may come between them.
 */
export interface Batch {
  readonly fn: ShellFunction;
  readonly words: readonly string[];
}

/** One thing to run on a host. It runs in a subshell: nothing it sets outlives it. */
export interface Script {
  readonly text: ShellText;
  readonly functions?: readonly ShellFunction[] | undefined;
  /** What it will ask that others may ask with it: it works without, and takes longer. */
  readonly batches?: readonly Batch[] | undefined;
  /** What the script reads on its standard input; empty when absent, never the channel. Any size, any bytes. */
  readonly stdin?: Uint8Array | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** After this long its whole process group is ended (TERM, then KILL) and the reply says `timedOut`. */
  readonly timeoutMs?: number | undefined;
  /** Called with output as it comes, for what may run long. */
  readonly onOutput?: ((stream: 'stdout' | 'stderr', bytes: Uint8Array) => void) | undefined;
  /**
   * Whether it gets a session, `$$` and pipes of its own: for what users write, runs long or starts daemons. Costs about
   * 4 ms on the host; by default only what has `timeoutMs` or `onOutput`.
   */
  readonly ownSession?: boolean | undefined;
  /** False: the reply holds no output, since `onOutput` has had it. */
  readonly keepOutput?: boolean | undefined;
}

export interface Reply {
  /** The exit code; 128 + n for a process that signal n ended, as shells count. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
  /** On the host, as far as it can be told. */
  readonly durationMs: number;
}

export interface RemoteShell {
  readonly identity: Identity;
  /**
   * Runs the scripts one after another and answers in their order: one message, one round trip, however many there are.
   * Rejects with ConnectionLost when the connection drops, and with the signal's reason when it is aborted (what was running
   * on the host is ended first). A script that fails is a reply like any other.
   */
  send(scripts: readonly Script[], options?: { readonly signal?: AbortSignal }): Promise<Reply[]>;
  /** Writes a stream beside `path`, checks its length, sets the mode (octal digits) and renames it over `path`. */
  upload(
    content: AsyncIterable<Uint8Array>,
    path: string,
    mode: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<void>;
  download(path: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** The host could not be reached or would not let us in; nothing ran. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly host: string;
  /** What to do about it, in a sentence. */
  readonly hint: string | undefined;
  constructor(host: string, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.host = host;
    this.hint = hint;
  }
}

/** A connection that was up is gone; what the last message did is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly host: string;
  constructor(host: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.host = host;
  }
}

/** sudo, su or doas said no. */
export class BecomeError extends Error {
  override readonly name = 'BecomeError';
  readonly host: string;
  readonly hint: string | undefined;
  constructor(host: string, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.host = host;
    this.hint = hint;
  }
}
