import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainValue } from '../../src/output/plain-value.ts';
import type { RunSettings } from '../../src/run/context.ts';
import type { Event } from '../../src/run/events.ts';
import { loadRun } from '../../src/run/load.ts';
import { type RunOptions, runPlaybooks } from '../../src/run/run.ts';

import { Redactor } from '../../src/secrets/redactor.ts';

/** One result as ansible-core's callbacks tell it. */
export interface Told {
  readonly kind: string;
  readonly task: string;
  readonly host: string;
  readonly result: Readonly<Record<string, unknown>>;
}

export interface PlayRequest {
  readonly folder: string;
  readonly file: string;
  readonly scratch: string;
  readonly lookAhead: boolean;
  /** The folder's inventory.ini when absent. */
  readonly inventories?: readonly string[];
  readonly settings?: Partial<RunSettings>;
  readonly options?: Partial<RunOptions>;
}

export const defaultSettings: RunSettings = {
  checkMode: false,
  diffMode: false,
  verbosity: 0,
  lookAhead: true,
  become: false,
  target: {},
  forks: 50,
  tags: [],
  skipTags: [],
  gatherFacts: true,
  forceHandlers: false,
  extraVars: new Map(),
};

/** Runs a playbook of a test and tells what happened in the words of ansible-core's callbacks. */
export const play = async (request: PlayRequest) => {
  const events: Event[] = [];
  const settings: RunSettings = {
    ...defaultSettings,
    ...flagsIn(join(request.folder, request.file)),
    lookAhead: request.lookAhead,
    extraVars: new Map([['scratch', request.scratch]]),
    ...request.settings,
  };
  const redactor = new Redactor();
  const loaded = loadRun({
    inventories: request.inventories ?? [join(request.folder, 'inventory.ini')],
    settings,
    environment: { PATH: process.env.PATH },
    workingDirectory: request.folder,
  });
  const { exitCode, recap } = await runPlaybooks({
    ...loaded,
    redactor,
    settings,
    playbooks: [join(request.folder, request.file)],
    rolesPath: [],
    collectionsPath: [],
    listener: (event) => events.push(event),
    ...request.options,
  });
  const text = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(plainValue(value)).replaceAll(request.scratch, 'SCRATCH').replaceAll(request.folder, 'CASES'),
    );
  return {
    events,
    told: events.flatMap((event) => tell(event)).map((told) => ({ ...told, result: text(told.result) })) as Told[],
    recap: Object.fromEntries(recap),
    exit: exitCode,
  };
};

const kinds = { ok: 'ok', changed: 'ok', skipped: 'skipped', failed: 'failed' } as const;

const tell = (event: Event): { kind: string; task: string; host: string; result: unknown }[] => {
  if (event.type === 'task-result')
    return [{ kind: kinds[event.status], task: event.task.title, host: event.host, result: event.result }];
  if (event.type === 'item-result')
    return [{ kind: `item-${kinds[event.status]}`, task: event.task.title, host: event.host, result: event.result }];
  if (event.type === 'unreachable' && event.task)
    return [{ kind: 'unreachable', task: event.task.title, host: event.host, result: {} }];
  return [];
};

/** The flags of a case stand in its first line. */
const flagsIn = (file: string): Partial<RunSettings> => {
  const line = /^# flags: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const value = (name: string): string[] => new RegExp(`--${name} (\\S+)`).exec(line)?.[1]?.split(',') ?? [];
  return {
    checkMode: line.includes('--check'),
    diffMode: line.includes('--diff'),
    tags: value('tags'),
    skipTags: value('skip-tags'),
  };
};
