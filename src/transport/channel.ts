/**
 * One command on a host with its three pipes: what a transport supplies, and all that the framed shell asks of it.
 * Output handlers get the bytes as they come; `closed` settles once, with the exit code where one is known.
 */
export interface Channel {
  /** Resolves when the far side may take more. Never rejects: a broken channel tells through `closed`. */
  write(bytes: Uint8Array): Promise<void>;
  /** The far side reads end-of-file. */
  end(): void;
  onOutput(handler: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void): void;
  /** Holds output back while its reader is busy. */
  pause(): void;
  resume(): void;
  readonly closed: Promise<ChannelEnd>;
  /** Drops the channel at once, answered or not. */
  destroy(): void;
}

export interface ChannelEnd {
  readonly code: number | null;
  /** Why, where the transport knows more than that it ended: a reset, a keepalive that went unanswered. */
  readonly reason?: string | undefined;
}

/** How a shell gets its channel. `terminal` asks for a pseudo-terminal, which mixes stderr into stdout. */
export type OpenChannel = (command: string, options: { readonly terminal: boolean }) => Promise<Channel>;
