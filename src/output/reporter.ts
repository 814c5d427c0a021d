import type { Event } from '../run/events.ts';

/** Shows a run: told every event, and asked at the end to put out what is still held back. */
export interface Reporter {
  event(event: Event): void;
  end(): Promise<void>;
}

export interface ReporterOptions {
  /** Puts text out as it is. */
  readonly write: (text: string) => void;
  readonly columns: number;
  /** Whether a person reads it on a terminal, where lines and the summary shall fit. */
  readonly terminal?: boolean;
  /** How many `-v` were given. */
  readonly verbosity: number;
  readonly diff: boolean;
  readonly checkMode: boolean;
  /** Whether the times of the slowest tasks are listed at the end. */
  readonly profile: boolean;
  /** Whether roles are what is told: a row for each in the live view, and at the end what each took. */
  readonly byRole?: boolean;
  /** Whether what tasks answer is what is wanted, rather than how they end: of `k8s-bm run`. */
  readonly answers?: boolean;
  /** A diagnostic with its line of source and a caret. */
  readonly formatDiagnostic: (diagnostic: (Event & { type: 'warning' })['diagnostic']) => string;
}
