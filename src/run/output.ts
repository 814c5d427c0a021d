import type { Scope } from '../template/values.ts';
import type { Script } from '../transport/transport.ts';
import { decode } from '../util/bytes.ts';
import { UserError } from '../util/diagnostic.ts';
import { shortName } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import { flagKeyword } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** Modules that run what users wrote, which may take long and say how far it is. */
const talkative = new Set(['command', 'shell', 'raw', 'script']);

/** A script whose output is told while it runs, and what tells the rest once it is over. */
export interface Heard {
  readonly script: Script;
  readonly flush: () => void;
}

/**
 * With `-v`, what a user's command prints is told line by line while it runs, as `output` events: whole lines only, so that
 * secrets are found in them. Never where `no_log` hides the task.
 */
export const hear = (script: Script, step: TaskStep, host: HostState, scope: Scope, context: PlayContext): Heard => {
  const quiet = context.settings.verbosity === 0 || !talkative.has(shortName(step.task.module.name));
  if (quiet || isHidden(step, scope, context)) return { script, flush: () => undefined };
  const held = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const tell = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    context.emit({ type: 'output', task: step.name, host: host.name, stream, text: decode(bytes) });
  };
  return {
    script: {
      ...script,
      onOutput: (stream, bytes) => {
        const all = Buffer.concat([held[stream], bytes]);
        const end = all.lastIndexOf(0x0a) + 1;
        held[stream] = all.subarray(end);
        tell(stream, all.subarray(0, end));
      },
    },
    flush: () => {
      for (const stream of ['stdout', 'stderr'] as const) {
        tell(stream, held[stream]);
        held[stream] = Buffer.alloc(0);
      }
    },
  };
};

/** When in doubt, hidden. */
const isHidden = (step: TaskStep, scope: Scope, context: PlayContext): boolean => {
  try {
    return flagKeyword(step, 'no_log', scope, context, false);
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
};
