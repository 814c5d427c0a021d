import type { Apply } from '../modules/module.ts';
import type { Scope } from '../template/values.ts';
import type { Script } from '../transport/transport.ts';
import { decode } from '../util/bytes.ts';
import { shortName } from './compile.ts';
import type { HostState, PlayContext } from './context.ts';
import { isHidden } from './settings.ts';
import type { TaskStep } from './tree.ts';

/** Modules that run what users wrote, which may take long and say how far it is. */
const talkative = new Set(['command', 'shell', 'raw', 'script']);

/** A script whose output is told while it runs, and what tells the rest once it is over. */
export interface Heard {
  readonly script: Script;
  readonly flush: () => void;
}

/**
 * What comes while a script runs. With `-v`, what a user's command prints is told line by line, as `output` events: whole lines
 * only, so that secrets are found in them. A module that can say how far it is does so, as `progress` events. Nothing is told
 * where `no_log` hides the task.
 */
export const hear = (
  script: Script,
  progress: Apply['progress'],
  step: TaskStep,
  host: HostState,
  scope: Scope,
  context: PlayContext,
): Heard => {
  const talks = context.settings.verbosity > 0 && talkative.has(shortName(step.task.module.name));
  if (!(talks || progress) || isHidden(step, scope, context)) return { script, flush: () => undefined };
  if (progress)
    return { script: { ...script, onOutput: teller(progress, step, host, context) }, flush: () => undefined };
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

const teller = (
  progress: NonNullable<Apply['progress']>,
  step: TaskStep,
  host: HostState,
  context: PlayContext,
): NonNullable<Script['onOutput']> => {
  let printed = Buffer.alloc(0);
  let told: string | undefined;
  return (stream, bytes) => {
    if (stream !== 'stdout') return;
    printed = Buffer.concat([printed, bytes]);
    const text = progress(printed);
    if (text === undefined || text === told) return;
    told = text;
    context.emit({ type: 'progress', task: step.name, host: host.name, text });
  };
};
