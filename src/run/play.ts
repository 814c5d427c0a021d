import type { Field, Play, Task, Vars } from '../language/playbook.ts';
import { asText, coerce } from '../modules/coerce.ts';
import { Template, type Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import type { PlayVariables } from '../variables/variables.ts';
import { makeBatches, orderHosts } from './batches.ts';
import { Compiler, compilePlay } from './compile.ts';
import type { HostState, PlayContext, RunContext } from './context.ts';
import { Cursor } from './cursor.ts';
import { widestWindow } from './drive.ts';
import type { PlayName } from './events.ts';
import { allHandlers, takeNotifications } from './handlers.ts';
import { askPrompts } from './prompts.ts';
import { strategyNamed } from './strategies.ts';
import type { Step } from './tree.ts';

/** A play with its hosts, its variables and its steps, ready to run. */
export interface PreparedPlay {
  readonly play: Play;
  readonly name: PlayName;
  readonly hosts: readonly string[];
  readonly variables: PlayVariables;
  readonly compiler: Compiler;
  readonly steps: readonly Step[];
  readonly handlers: Step[];
  readonly run: RunContext;
}

/** Resolves a play. Throws UserErrors: roles and files that are not there, names that can't be told. */
export const preparePlay = (play: Play, id: number, prompts: Vars | undefined, run: RunContext): PreparedPlay => {
  const keyword = (name: string): Value => render(play.keywords.get(name), run, variables);
  const hostsField = play.keywords.get('hosts') as Field;
  const before = run.variables.play({ ...sourceOf(play, run), hosts: [], prompts });
  const pattern = render(hostsField, run, before);
  const matched = run.hostsOf(pattern, hostsField.valuePosition);
  const ordered = orderHosts(matched, textOf(render(play.keywords.get('order'), run, before)), play.position);
  const source = sourceOf(play, run);
  const hostsText = Array.isArray(pattern) ? pattern.map(asText).join(',') : asText(pattern);
  const variables = run.variables.play({ ...source, name: source.name || hostsText, hosts: ordered, prompts });
  const compiler = new Compiler({
    sources: run.sources,
    templar: run.templar,
    play: variables,
    tags: run.settings,
    host: ordered[0] ?? 'localhost',
    nextId: run.nextId,
  });
  const gather = isYes(keyword('gather_facts'), run.settings.gatherFacts) ? gatherTask(play) : undefined;
  const compiled = compilePlay(
    play,
    compiler,
    gather,
    flushTask,
    isYes(keyword('force_handlers'), run.settings.forceHandlers),
  );
  const name = asText(keyword('name') ?? '') || hostsText;
  return { play, name: { id, name, position: play.position }, hosts: ordered, variables, compiler, ...compiled, run };
};

/**
 * Runs a play batch by batch. Says whether the run goes on with the next play: not when a whole batch is lost. `next`: the
 * plays behind it, for what is looked at ahead.
 */
export const runPlay = async (
  play: Play,
  id: number,
  importVars: Vars | undefined,
  run: RunContext,
  next: readonly (() => PreparedPlay)[],
): Promise<boolean> => {
  const answers = await askPrompts(play, run);
  const prompts = answers && importVars ? new Map([...importVars, ...answers]) : (answers ?? importVars);
  const prepared = preparePlay(play, id, prompts, run);
  const { name, variables } = prepared;
  const hosts = prepared.hosts.filter((host) => !run.failed.has(host) && !run.unreachable.has(host));
  if (hosts.length === 0) {
    run.emit({
      type: 'no-hosts',
      play: name,
      reason: prepared.hosts.length === 0 ? 'no hosts matched' : 'no hosts remaining',
    });
    return true;
  }
  const steps = run.startAt?.prune(prepared.steps) ?? prepared.steps;
  run.emit({ type: 'play-start', play: name, hosts });
  const keyword = (key: string): Value => render(play.keywords.get(key), run, variables);
  const strategy = strategyNamed(textOf(keyword('strategy')) || 'linear');
  const percentage = keyword('max_fail_percentage');
  const batches = makeBatches(hosts, keyword('serial'), play.keywords.get('serial')?.valuePosition);
  for (const [number, batch] of batches.entries()) {
    if (batches.length > 1) run.emit({ type: 'batch-start', play: name, hosts: batch, number: number + 1 });
    const context = contextFor({ ...prepared, steps }, batch, number === batches.length - 1 ? next : []);
    const active = hosts.filter((host) => !run.failed.has(host) && !run.unreachable.has(host));
    variables.setHosts(active, batch);
    try {
      await strategy(context, {
        forks: run.settings.forks,
        maxFailPercentage: percentage === null ? undefined : Number.parseFloat(textOf(percentage)),
      });
      loseFailed(context);
    } finally {
      tellLostHandlers(context);
    }
    if (context.end === 'play') break;
    if ([...context.hosts.values()].every(({ status }) => status === 'failed' || status === 'unreachable'))
      return false;
  }
  return true;
};

const contextFor = (
  prepared: PreparedPlay,
  batch: readonly string[],
  next: readonly (() => PreparedPlay)[],
): PlayContext => ({
  ...prepared.run,
  name: prepared.name,
  play: prepared.variables,
  compiler: prepared.compiler,
  handlers: prepared.handlers,
  hosts: new Map(batch.map((host) => [host, hostState(host, prepared.steps)])),
  beyond: (host) => beyond(host, next),
  end: 'no',
});

/** Only into first batches: what a later one finds depends on those before it. */
function* beyond(
  host: string,
  next: readonly (() => PreparedPlay)[],
): Generator<{ context: PlayContext; cursor: Cursor }> {
  for (const resolved of next) {
    const prepared = resolved();
    const { play, hosts, variables, run, steps } = prepared;
    if (!hosts.includes(host)) continue;
    const serial = render(play.keywords.get('serial'), run, variables);
    const [batch = []] = makeBatches(hosts, serial, play.keywords.get('serial')?.valuePosition);
    if (!batch.includes(host) || play.keywords.has('vars_prompt') || run.startAt) return;
    variables.setHosts(hosts, batch);
    yield { context: contextFor(prepared, batch, []), cursor: new Cursor(host, steps).ahead() };
  }
}

const hostState = (name: string, steps: readonly Step[]): HostState => ({
  name,
  cursor: new Cursor(name, steps),
  status: 'active',
  notifications: new Set(),
  notified: new Set(),
  window: widestWindow,
  hits: 0,
  walkedTo: undefined,
  sentAhead: new Set(),
});

/** A host whose failure had an `always`, or handlers that are forced, is out once those are done. */
const loseFailed = (context: PlayContext): void => {
  for (const host of context.hosts.values()) {
    if (host.status !== 'active' || !host.cursor.failed) continue;
    host.status = 'failed';
    context.failed.add(host.name);
  }
};

const tellLostHandlers = (context: PlayContext): void => {
  for (const host of context.hosts.values()) {
    takeNotifications(host, context);
    const lost = allHandlers(context.handlers).filter((handler) => host.notified.has(handler));
    if (lost.length === 0) continue;
    context.emit({ type: 'handlers-lost', host: host.name, handlers: lost.map(({ name }) => name.title) });
  }
};

const sourceOf = (play: Play, run: RunContext) => ({
  name: textOf(play.keywords.get('name')?.value ?? null),
  playbookDir: run.sources.playbookDir,
  vars: (play.keywords.get('vars')?.value instanceof Map ? play.keywords.get('vars')?.value : new Map()) as Vars,
  varsFiles: play.keywords.get('vars_files'),
});

/** A keyword of a play, which may use the play's and extra variables, but no host's. */
const render = (field: Field | undefined, run: RunContext, variables: PlayVariables): Value => {
  if (!field) return null;
  const { value } = field;
  const plain =
    !(value instanceof Template) && !(Array.isArray(value) && value.some((each) => each instanceof Template));
  return plain ? value : run.templar.render(value, variables.scope('localhost'));
};

const textOf = (value: Value): string => (value === null ? '' : asText(value));

const isYes = (value: Value, otherwise: boolean): boolean =>
  value === null ? otherwise : (coerce(value, 'bool') as boolean);

const gatherTask = (play: Play): Task => {
  const args = new Map<Value, Value>();
  for (const name of ['gather_subset', 'gather_timeout', 'fact_path']) {
    const field = play.keywords.get(name);
    if (field) args.set(name, field.value);
  }
  return { ...implicitTask('setup', args, play.position), keywords: alwaysTag(play.position) };
};

const flushTask = (position: Position): Task => ({
  ...implicitTask('meta', new Map([['_raw_params', 'flush_handlers']]), position),
  keywords: alwaysTag(position),
});

const alwaysTag = (position: Position): Task['keywords'] =>
  new Map([['tags', { value: ['always'], position, valuePosition: position }]]);

const implicitTask = (module: string, args: Map<Value, Value>, position: Position): Task => ({
  kind: 'task',
  position,
  keywords: new Map(),
  module: { name: module, position },
  args: { value: args, position, valuePosition: position },
});
