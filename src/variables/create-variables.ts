import { Host, type Inventory } from '../inventory/inventory.ts';
import { VarsFolders } from '../inventory/vars-folders.ts';
import type { Decrypt } from '../language/files.ts';
import type { Vars } from '../language/playbook.ts';
import type { Scope, Value } from '../template/values.ts';
import { HostState } from './host-state.ts';
import type { FrameView, PlayView, View } from './ladder.ts';
import { Magic } from './magic.ts';
import { LadderScope, originsOf } from './scope.ts';
import type { Frame, Origin, Pending, PlaySource, PlayVariables, RoleUse, Variables } from './variables.ts';
import { VarsFiles } from './vars-files.ts';

/** What the command line says and templates can ask. */
export interface RunSettings {
  readonly checkMode?: boolean | undefined;
  readonly diffMode?: boolean | undefined;
  readonly verbosity?: number | undefined;
  readonly forks?: number | undefined;
  readonly runTags?: readonly string[] | undefined;
  readonly skipTags?: readonly string[] | undefined;
  readonly limit?: string | undefined;
  readonly configFile?: string | undefined;
}

export interface VariablesOptions {
  readonly inventory: Inventory;
  /** Of `-e`, all of them laid together (`extra-vars.ts`). */
  readonly extraVars?: Vars | undefined;
  readonly settings?: RunSettings | undefined;
  /** `Templar.render`: for `hostvars`, `vars` and the names in `vars_files`. */
  readonly render: (value: Value, scope: Scope) => Value;
  readonly decrypt?: Decrypt | undefined;
  /** Files beside inventories that were read already. */
  readonly folders?: VarsFolders | undefined;
  /** `hash_behaviour = merge` of ansible.cfg. */
  readonly mergeHashes?: boolean | undefined;
  /** `inject_facts_as_vars`; true where left out. */
  readonly injectFacts?: boolean | undefined;
  /** Where group_vars and host_vars are looked for outside of any play. */
  readonly playbookDir?: string | undefined;
}

/** The variables of a run; see `Variables`. */
export const createVariables = (options: VariablesOptions): Variables => new RunVariables(options);

class RunVariables implements Variables {
  readonly #options: VariablesOptions;
  readonly #hosts = new Map<string, HostState>();
  /** Hosts that a task is delegated to and the inventory has not: they have no variables of their own. */
  readonly #strangers = new Map<string, HostState>();
  readonly #magic: Magic;
  readonly #run: View['run'];
  /** The play that runs: the folder of its playbook is where hostvars looks for group_vars too. */
  #playbookDir: string | undefined;

  constructor(options: VariablesOptions) {
    const { inventory, settings = {}, render } = options;
    this.#options = options;
    this.#playbookDir = options.playbookDir;
    const playbookDir = (): string | undefined => this.#playbookDir;
    this.#run = {
      inventory,
      folders: options.folders ?? new VarsFolders(options.decrypt),
      extraVars: options.extraVars ?? new Map(),
      get playbookDir() {
        return playbookDir();
      },
    };
    this.#magic = new Magic({
      inventory,
      settings,
      render,
      scopeOf: (name) =>
        inventory.host(name) ? this.#scope(this.#state(name), undefined, undefined, undefined) : undefined,
    });
  }

  play(source: PlaySource): PlayVariables {
    this.#playbookDir = source.playbookDir;
    const parts = {
      state: (host: string) => this.#state(host),
      scope: (host: HostState, play: PlayView, frame: FrameView | undefined, overlay: Vars | undefined) =>
        this.#scope(host, play, frame, overlay),
      origin: (host: HostState, play: PlayView, frame: FrameView | undefined, name: string) =>
        originsOf({ run: this.#run, host, play, frame }, this.#magic, name, this.#scope(host, play, frame, undefined)),
    };
    const { render, decrypt } = this.#options;
    const files = source.varsFiles && new VarsFiles(source.varsFiles, source.playbookDir, render, decrypt);
    return new OnePlay(source, files, parts);
  }

  setFacts(host: string, facts: Map<Value, Value>): void {
    this.#state(host).setFacts(facts, this.#options.injectFacts ?? true);
  }

  clearFacts(host: string): void {
    this.#state(host).clearFacts();
  }

  setFact(host: string, name: string, value: Value, options: { readonly cacheable?: boolean } = {}): void {
    const state = this.#state(host);
    state.results.set(name, value);
    if (options.cacheable) state.setFacts(new Map([[name, value]]), this.#options.injectFacts ?? true);
  }

  register(host: string, name: string, value: Value): void {
    this.#state(host).results.set(name, value);
  }

  includeVars(host: string, vars: Vars): void {
    const { included } = this.#state(host);
    for (const [name, value] of vars) included.set(name, value);
  }

  pend(host: string, what: Parameters<Variables['pend']>[1]): Pending {
    return this.#state(host).pend(what);
  }

  origin(host: string, name: string): readonly Origin[] {
    const state = this.#state(host);
    const scope = this.#scope(state, undefined, undefined, undefined);
    return originsOf({ run: this.#run, host: state, play: undefined, frame: undefined }, this.#magic, name, scope);
  }

  names(host: string): Iterable<string> {
    return this.#scope(this.#state(host), undefined, undefined, undefined).names();
  }

  #state(name: string): HostState {
    const host = this.#options.inventory.host(name);
    const states = host ? this.#hosts : this.#strangers;
    let state = states.get(name);
    if (!state) {
      state = new HostState(host ?? new Host(name));
      states.set(name, state);
    }
    return state;
  }

  #scope(host: HostState, play: PlayView | undefined, frame: FrameView | undefined, overlay: Vars | undefined): Scope {
    return new LadderScope(
      { run: this.#run, host, play, frame },
      this.#magic,
      overlay,
      this.#options.mergeHashes ?? false,
    );
  }
}

interface PlayParts {
  state(host: string): HostState;
  scope(host: HostState, play: PlayView, frame: FrameView | undefined, overlay: Vars | undefined): Scope;
  origin(host: HostState, play: PlayView, frame: FrameView | undefined, name: string): readonly Origin[];
}

class OnePlay implements PlayVariables, PlayView {
  readonly source: PlaySource;
  readonly exported: RoleUse[] = [];
  active: readonly string[];
  batch: readonly string[];
  version = 0;
  readonly #files: VarsFiles | undefined;
  readonly #parts: PlayParts;
  /** The play without its vars_files: what the names of those are rendered with. */
  readonly #bare: PlayView;

  constructor(source: PlaySource, files: VarsFiles | undefined, parts: PlayParts) {
    this.source = source;
    this.active = source.hosts;
    this.batch = source.hosts;
    this.#files = files;
    this.#parts = parts;
    this.#bare = { source, exported: [], active: source.hosts, batch: source.hosts, version: 0, varsFiles: () => [] };
  }

  exportRole(use: RoleUse): void {
    if (this.exported.includes(use)) return;
    this.exported.push(use);
    this.version++;
  }

  setHosts(active: readonly string[], batch: readonly string[]): void {
    this.active = active;
    this.batch = batch;
  }

  frame(source: Parameters<PlayVariables['frame']>[0]): Frame {
    const view: FrameView = { source };
    return view as unknown as Frame;
  }

  scope(host: string, frame?: Frame, overlay?: Vars): Scope {
    return this.#parts.scope(this.#parts.state(host), this, frame as unknown as FrameView | undefined, overlay);
  }

  origin(host: string, name: string, frame?: Frame): readonly Origin[] {
    return this.#parts.origin(this.#parts.state(host), this, frame as unknown as FrameView | undefined, name);
  }

  varsFiles(host: HostState) {
    return this.#files?.layers(this.#parts.scope(host, this.#bare, undefined, undefined)) ?? [];
  }
}
