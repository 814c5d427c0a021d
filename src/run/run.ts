import { dirname } from 'node:path';
import type { Inventory } from '../inventory/inventory.ts';
import { selectHosts } from '../inventory/patterns.ts';
import type { Decrypt } from '../language/files.ts';
import type { Playbook } from '../language/playbook.ts';
import type { PlayedRoles } from '../language/roles.ts';
import { asText } from '../modules/coerce.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Templar } from '../template/templar.ts';
import type { Value } from '../template/values.ts';
import { connect } from '../transport/open-transport.ts';
import type { Connection, ConnectOptions, Target } from '../transport/transport.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import type { Variables } from '../variables/variables.ts';
import { checkPlay } from './check.ts';
import type { Question, RunContext, RunSettings, Untimed } from './context.ts';
import type { Event, Listener, Recap } from './events.ts';
import { Limit } from './limit.ts';
import { Links } from './links.ts';
import { type PreparedPlay, preparePlay, runPlay } from './play.ts';
import { type LoadedPlay, loadPlays } from './playbooks.ts';
import { RecapCounter } from './recap.ts';
import { redactEvent } from './redaction.ts';
import { Sources } from './sources.ts';
import { StartAt } from './start-at.ts';

/** What a run needs; `load.ts` makes the first four from files. */
export interface RunOptions {
  readonly inventory: Inventory;
  readonly variables: Variables;
  readonly templar: Templar;
  readonly redactor: Redactor;
  /** Files of playbooks, or trees of them, run one after another. */
  readonly playbooks: readonly (string | Playbook)[];
  /** Whether nothing in them can be wrong: they are not checked, and resolved while hosts are waited for. */
  readonly proven?: boolean | undefined;
  readonly settings: RunSettings;
  readonly limit?: string | undefined;
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  /** Roles that plays name by where they come from. */
  readonly played?: PlayedRoles | undefined;
  readonly decrypt?: Decrypt | undefined;
  readonly decryptFile?: ((content: Uint8Array) => Uint8Array) | undefined;
  /** Every event of the run, as it happens. */
  readonly listener: Listener;
  /** Aborting it ends what runs on hosts, and the run. */
  readonly signal?: AbortSignal | undefined;
  /** Answers `pause` and `vars_prompt`; without it they are answered with an empty text. */
  readonly ask?: ((question: Question, signal: AbortSignal) => Promise<string>) | undefined;
  /** Reads the inventory's sources anew, for `meta: refresh_inventory`. */
  readonly refreshInventory?: (() => void) | undefined;
  /** For tests: how targets are dialled. */
  readonly connect?: ((target: Target, options: ConnectOptions) => Promise<Connection>) | undefined;
}

export interface RunResult {
  readonly recap: ReadonlyMap<string, Recap>;
  readonly interrupted: boolean;
  /** As Ansible counts: 0 all went well, 2 a host failed, 4 a host was unreachable. */
  readonly exitCode: 0 | 2 | 4;
}

/**
 * Runs playbooks. All that can be known to be wrong with them is thrown as one UserError before a host is touched; from
 * then on failures are events, and the result says what they come to.
 */
export const runPlaybooks = async (options: RunOptions): Promise<RunResult> => {
  const run = new Run(options);
  const plays = run.check();
  return run.start(plays);
};

/** The plays of a run with their hosts and steps, resolved and not run: for `--list-tasks` and the like. */
export const resolvePlaybooks = (options: RunOptions): readonly PreparedPlay[] => new Run(options).resolve();

interface CheckedPlay extends LoadedPlay {
  /** As it was when it was first asked for: before the run, which may add hosts and groups, or early in it. */
  readonly prepared: () => PreparedPlay;
}

class Run {
  readonly #options: RunOptions;
  readonly #began = performance.now();
  readonly #recap = new RecapCounter();
  readonly #signal: AbortSignal;
  readonly #links: Links;
  readonly #unreachable = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #warned = new Set<string>();
  #unresolved: readonly CheckedPlay[] = [];
  #ids = 0;
  readonly #sources = new Map<string, Sources>();
  #startAt: StartAt | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    const dial = options.connect ?? connect;
    this.#links = new Links({
      connect: dial,
      onWaiting: () => this.#resolveIdly(),
      limit: new Limit(options.settings.forks),
      signal: this.#signal,
      clock: () => performance.now(),
    });
  }

  /** Reads and resolves everything once, so that what is wrong is said at once and early. */
  check(): readonly CheckedPlay[] {
    const problems: Diagnostic[] = [];
    const plays: CheckedPlay[] = [];
    for (const loaded of loadPlays(this.#options.playbooks, this.#options)) {
      const context = this.#context(loaded.file);
      const prepared = once(() => preparePlay(loaded.play, 0, loaded.vars, context));
      plays.push({ ...loaded, prepared });
      if (this.#options.proven) continue;
      try {
        problems.push(...checkPlay(prepared(), context.sources, context.templar));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(...error.diagnostics);
      }
    }
    if (problems.length > 0) throw new UserError(unique(problems));
    return plays;
  }

  resolve(): readonly PreparedPlay[] {
    return this.check().map(({ play, file, vars }, index) => preparePlay(play, index + 1, vars, this.#context(file)));
  }

  async start(plays: readonly CheckedPlay[]): Promise<RunResult> {
    const { settings, playbooks } = this.#options;
    this.#emit({
      type: 'run-start',
      playbooks: playbooks.map((playbook) => (typeof playbook === 'string' ? playbook : playbook.file)),
      checkMode: settings.checkMode,
    });
    let interrupted = false;
    if (settings.startAtTask !== undefined) this.#startAt = new StartAt(settings.startAtTask);
    // The first is resolved by its own turn, which is now; checked ones have been.
    if (this.#options.proven) this.#unresolved = plays.slice(1);
    try {
      for (const [index, { play, file, vars }] of plays.entries()) {
        const next = plays.slice(index + 1).map(({ prepared }) => prepared);
        if (!(await runPlay(play, index + 1, vars, this.#context(file), next))) break;
      }
      this.#startAt?.throwIfMissing();
    } catch (error) {
      if (!this.#signal.aborted) throw error;
      interrupted = true;
    } finally {
      const traffic = this.#links.traffic();
      await this.#links.close();
      this.#emit({ type: 'run-end', recap: this.#recap.recap(), traffic, interrupted });
    }
    const recap = this.#recap.recap();
    // Not what the recap counts: `meta: clear_host_errors` forgives what it tells.
    const exitCode = this.#unreachable.size > 0 ? 4 : this.#failed.size > 0 ? 2 : 0;
    return { recap, interrupted, exitCode };
  }

  /** Resolves plays one by one whenever nothing else is to be done, which is while hosts are dialled. */
  #resolveIdly(): void {
    const [play, ...rest] = this.#unresolved;
    this.#unresolved = rest;
    if (!play) return;
    setImmediate(() => {
      try {
        play.prepared();
      } catch (error) {
        // Told when the play's turn comes.
        if (!(error instanceof UserError)) throw error;
      }
      this.#resolveIdly();
    });
  }

  #context(file: string): RunContext {
    const { inventory, variables, templar, settings, redactor, ask, limit } = this.#options;
    return {
      variables,
      inventory,
      templar,
      links: this.#links,
      sources: this.#sourcesFor(dirname(file)),
      settings,
      hostsOf: (pattern, position) => this.#hostsOf(pattern, position, inventory, limit),
      nextId: () => ++this.#ids,
      startAt: this.#startAt,
      refreshInventory: () => this.#options.refreshInventory?.(),
      signal: this.#signal,
      emit: (event) => this.#emit(event),
      addSecret: (secret) => redactor.add(secret),
      ask: (question) => (ask ? ask(question, this.#signal) : Promise.resolve('')),
      clock: () => performance.now(),
      unreachable: this.#unreachable,
      failed: this.#failed,
    };
  }

  /** One for all plays of a folder, so that a role that many of them use is read once, as ansible-core does. */
  #sourcesFor(playbookDir: string): Sources {
    const { rolesPath, collectionsPath, played, decrypt, decryptFile = (content) => content } = this.#options;
    const warn = (diagnostic: Diagnostic): void => this.#warn(diagnostic);
    const made = { playbookDir, rolesPath, collectionsPath, played, decrypt, decryptFile, warn };
    const sources = this.#sources.get(playbookDir) ?? new Sources(made);
    this.#sources.set(playbookDir, sources);
    return sources;
  }

  #hostsOf(pattern: Value, position: Position, inventory: Inventory, limit: string | undefined): readonly string[] {
    const text = Array.isArray(pattern) ? pattern.map(asText) : asText(pattern ?? '');
    const { hosts, unmatched } = selectHosts(inventory, text, limit);
    for (const { pattern: part, meant } of unmatched) {
      this.#warn({
        severity: 'warning',
        message: `no host or group is named '${part}'`,
        position,
        hint: meant === undefined ? undefined : `did you mean ${meant}?`,
      });
    }
    return hosts.map(({ name }) => name);
  }

  /** Each warning once, however many hosts bring it up. */
  #warn(diagnostic: Diagnostic): void {
    this.#emit({ type: 'warning', diagnostic, host: undefined });
  }

  #emit(event: Untimed<Event>): void {
    if (event.type === 'warning') {
      const { message, position } = event.diagnostic;
      const key = `${position?.file}:${position?.line}:${position?.column}:${message}`;
      if (this.#warned.has(key)) return;
      this.#warned.add(key);
    }
    const timed = { ...event, at: performance.now() - this.#began } as Event;
    this.#recap.count(timed);
    this.#options.listener(redactEvent(timed, this.#options.redactor));
  }
}

/** A role that is used twice is wrong twice in the same place, and told once. */
const unique = (problems: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(problems.map((problem) => [JSON.stringify([problem.position, problem.message]), problem])).values(),
];

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
