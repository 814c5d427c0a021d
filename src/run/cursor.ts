import type { BlockStep, Order, RoleInstance, Step, TaskStep } from './tree.ts';

interface Level {
  readonly steps: readonly Step[];
  index: number;
  /** Undefined for a plain list: a section, an include, the handlers. */
  readonly block: BlockStep | undefined;
  phase: 'block' | 'rescue' | 'always';
  /** The block's failure waits for its `always`. */
  failed: boolean;
  /** Leaves out the handlers that nobody notified. */
  readonly wanted: ((step: TaskStep) => boolean) | undefined;
  /** Where the handlers were asked for, since they have no place of their own in the play. */
  readonly base: Order;
}

/**
 * Where one host stands in a play. It knows blocks, rescue, always and roles that have run already, and nothing of
 * hosts, tasks' contents or connections; a copy of it walks ahead to see what comes next.
 */
export class Cursor {
  readonly #host: string;
  readonly #ahead: boolean;
  #levels: Level[];
  #failed = false;

  constructor(host: string, steps: readonly Step[], from?: Cursor) {
    this.#host = host;
    this.#ahead = from !== undefined;
    this.#levels = from ? from.#levels.map((level) => ({ ...level })) : [list(steps)];
  }

  /** A copy that walks ahead: it marks no role as run. */
  ahead(): Cursor {
    return new Cursor(this.#host, [], this);
  }

  /** A failure that no rescue took over has ended the play for this host. */
  get failed(): boolean {
    return this.#failed;
  }

  /** A failure now would be taken over by a `rescue`. */
  get rescuable(): boolean {
    return this.#levels.some((level) => level.phase === 'block' && (level.block?.rescue.length ?? 0) > 0);
  }

  /** Within a `rescue` or `always`. */
  get inRescue(): boolean {
    return this.#levels.some(({ phase }) => phase !== 'block');
  }

  /** The task whose turn is next; undefined at the end. */
  peek(): TaskStep | undefined {
    for (;;) {
      const level = this.#levels.at(-1);
      if (!level) return undefined;
      const step = level.steps[level.index];
      if (!step) this.#leave(level);
      else if (step.kind === 'task') {
        if (!level.wanted || level.wanted(step)) return step;
        level.index++;
      } else {
        level.index++;
        if (!hasRun(step.role, this.#host)) this.#levels.push({ ...list(step.block), block: step });
      }
    }
  }

  /** The task at `peek` is done. */
  advance(): void {
    // A handler that has run is no longer wanted, and must not be passed over in favour of the next one.
    const standing = this.#levels.at(-1);
    if (standing?.steps[standing.index]?.kind !== 'task') this.peek();
    const level = this.#levels.at(-1);
    if (level) level.index++;
  }

  /** The place of the task at `peek` in the play, to be compared with other hosts'. */
  position(): Order {
    const step = this.peek();
    if (!step) return [];
    const bases = this.#levels.filter(({ base }) => base.length > 0);
    return bases.length === 0 ? step.order : [...bases.flatMap(({ base }) => base), ...step.order];
  }

  /** These steps come next, before what stood next so far. */
  enter(steps: readonly Step[]): void {
    this.#levels.push(list(steps));
  }

  /** Handlers come next, those that are wanted when their turn comes, at the place `base`. */
  enterHandlers(steps: readonly Step[], base: Order, wanted: (step: TaskStep) => boolean): void {
    this.#levels.push({ ...list(steps), base, wanted });
  }

  /** The task at `peek` failed: goes on in the nearest rescue or always, or ends. */
  fail(): void {
    for (;;) {
      const level = this.#levels.at(-1);
      if (!level) break;
      const { block } = level;
      if (block && level.phase === 'block' && block.rescue.length > 0) {
        this.#enterPhase(level, 'rescue', false);
        return;
      }
      if (block && level.phase !== 'always') {
        this.#enterPhase(level, 'always', true);
        // The failure goes on outwards from `#leave` once the tasks of `always`, if any, are done.
        this.peek();
        return;
      }
      this.#levels.pop();
    }
    this.#failed = true;
  }

  /** `end_host`, `end_play` and the like: nothing is left to do. */
  end(): void {
    this.#levels = [];
  }

  /** `end_role`: goes on behind the innermost role; says whether there was one. */
  endRole(): boolean {
    const at = this.#levels.findLastIndex((level) => level.block?.role);
    if (at < 0) return false;
    this.#complete(this.#levels[at]?.block?.role);
    this.#levels.length = at;
    return true;
  }

  #leave(level: Level): void {
    const { block } = level;
    if (block && level.phase !== 'always') {
      this.#enterPhase(level, 'always', false);
      return;
    }
    this.#levels.pop();
    if (level.failed) this.fail();
    else if (block) this.#complete(block.role);
  }

  #enterPhase(level: Level, phase: 'rescue' | 'always', failed: boolean): void {
    const steps = (level.block as BlockStep)[phase];
    this.#levels[this.#levels.length - 1] = { ...level, steps, index: 0, phase, failed };
  }

  #complete(role: RoleInstance | undefined): void {
    if (role && !this.#ahead && role.ran.has(this.#host)) role.completed.add(this.#host);
  }
}

const list = (steps: readonly Step[]): Level => ({
  steps,
  index: 0,
  block: undefined,
  phase: 'block',
  failed: false,
  wanted: undefined,
  base: [],
});

const hasRun = (role: RoleInstance | undefined, host: string): boolean =>
  role !== undefined && !role.allowDuplicates && role.completed.has(host);
