import type { Dict, Value } from '../template/values.ts';
import type { Reply, Script } from '../transport/transport.ts';

/**
 * What a module is: look, plan, apply.
 *
 * - `prepare` runs on the controller: it reads and renders what the arguments name (a template's text, a file to copy).
 * - `look` is shell text that reads the host and nothing else, not even an access time or a package manager's cache.
 * - `plan` is pure: from what is wanted and what was found it says what would change. No changes, no apply.
 * - `apply` is shell text that makes the changes: beside the target, checked, renamed.
 *
 * Check mode, diffs, idempotence and the engine's look-ahead all follow from this; a module does nothing for them itself.
 */
export interface HostModule<Wanted = unknown, Found = unknown> {
  readonly kind: 'host';
  readonly name: string;
  /** Other names in use: `systemd_service` for `systemd`; collections' names such as `ansible.posix.sysctl`. */
  readonly aliases?: readonly string[] | undefined;
  readonly summary: string;
  readonly options: OptionTable;
  /** Rules between options, said before a host is touched where no template hides the answer. */
  readonly constraints?: Constraints | undefined;
  /** The option that one-line arguments fill (`command: uptime`), where the module takes such a line. */
  readonly freeForm?: string | undefined;
  /** `world`: the answer may change without us (another machine, the clock): looked at only when its turn comes. */
  readonly observes?: 'host' | 'world' | undefined;
  /** After an apply, shells of other users are opened anew, since their groups or rights may differ. */
  readonly changesUsers?: boolean | undefined;
  prepare(args: Arguments, context: ModuleContext): Wanted;
  look?(wanted: Wanted, context: ModuleContext): Look<Found>;
  plan(wanted: Wanted, found: Found | undefined, context: ModuleContext): Plan;
  apply?(wanted: Wanted, found: Found | undefined, plan: Plan, context: ModuleContext): Apply;
}

/** A module that acts on the run itself, on the controller: `set_fact`, `debug`, `assert`, `add_host` … */
export interface ControlModule {
  readonly kind: 'control';
  readonly name: string;
  readonly aliases?: readonly string[] | undefined;
  readonly summary: string;
  readonly options: OptionTable;
  readonly constraints?: Constraints | undefined;
  readonly freeForm?: string | undefined;
  /** Accepts any further key, as `set_fact` does. */
  readonly openEnded?: boolean | undefined;
  /**
   * The result as Ansible's module returns it; the engine acts on `ansible_facts`, `add_host`, `add_group` and `failed` in it.
   */
  run(args: Arguments, context: ControlContext): Promise<Result> | Result;
}

export type Module = HostModule | ControlModule;

/** Arguments after defaults, aliases, types and choices, under their canonical names; absent ones are absent. */
export type Arguments = ReadonlyMap<string, Value>;

/** A module's result as it is registered: `changed`, `msg`, `rc` …, as Ansible's documentation lists them for the module. */
export type Result = Dict;

export interface Look<Found> {
  readonly script: Script;
  /** Pure. Throws ModuleFailure where the reply means that the task cannot go on. */
  parse(reply: Reply): Found;
}

export interface Plan {
  /**
   * `nothing`: all is as wanted. `change`: `changes` says what would be done. `act`: it must run to know (command, uri);
   * in check mode it is skipped. `skip`: it does not run (`creates` exists) and reports ok.
   */
  readonly outcome: 'nothing' | 'change' | 'act' | 'skip';
  readonly changes: readonly Change[];
  /** What is registered when nothing is applied: in check mode, or because there is nothing to do. */
  readonly result: Result;
  readonly diff?: readonly Diff[] | undefined;
  readonly warnings?: readonly string[] | undefined;
  /** What later looks of this host will find once this is applied, for saved plans: path or name → what is known of it. */
  readonly makesTrue?: readonly Effect[] | undefined;
}

/** `what: before → after`, in words that a user reads. */
export interface Change {
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * As Ansible's `--diff` shows it; one unified diff for each. The headers are whole, as they stand behind `---` and `+++`:
 * `before: /etc/motd`, or `before` alone. A state that is not text is written as sorted JSON, indented by four.
 */
export interface Diff {
  readonly before: string;
  readonly after: string;
  readonly beforeHeader: string;
  readonly afterHeader: string;
}

export interface Effect {
  readonly kind: 'file' | 'package' | 'service' | 'user' | 'group' | 'other';
  readonly name: string;
  readonly state: Readonly<Record<string, string>>;
}

export interface Apply {
  readonly script: Script;
  /** For what takes long: reads what the script has printed so far, and says in a few words how far it is. Pure. */
  progress?(stdout: Uint8Array): string | undefined;
  /**
   * The result to register, or a further script where the first one's answer decides what comes next. May wait: a host
   * that has no program to fetch a URL with is sent what the controller fetched. Throws ModuleFailure.
   */
  finish(reply: Reply): Result | Apply | Promise<Result | Apply>;
}

/** What a module may know of the task it serves. */
export interface ModuleContext {
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  /** One of the host's facts, by its name without `ansible_`; undefined before facts are gathered. */
  fact(name: string): Value | undefined;
  /** A host variable, rendered; undefined where there is none. */
  variable(name: string): Value | undefined;
  /** A file of the role or beside the playbook: absolute path, or throws a ModuleFailure that lists where it looked. */
  findFile(kind: 'files' | 'templates' | 'vars', name: string): string;
  /** Such a file's content; what Ansible Vault has encrypted comes decrypted, unless `decrypt` is false. */
  readFile(path: string, decrypt?: boolean): Uint8Array;
  /** Renders a template file's text with this host's variables and `extra` laid over them. */
  renderFile(path: string, options: ReadonlyMap<string, Value>, extra?: ReadonlyMap<string, Value>): string;
  /** A secret of this run: redacted everywhere from now on. */
  addSecret(secret: string): void;
}

export interface ControlContext extends ModuleContext {
  readonly host: string;
  readonly hosts: readonly string[];
  /** The value of an option that is an expression (`debug: var`): the name or expression itself, or a Template around it. */
  evaluate(expression: Value): Value;
  /** Whether a condition holds, read as `when` reads it (`assert: that`): with its warning, or its error with the place. */
  holds(condition: Value): boolean;
  render(value: Value): Value;
  readonly verbosity: number;
  /** Waits, or until Ctrl-C; answers what the user typed where `prompt` is given and there is a terminal. */
  pause(options: { readonly seconds?: number; readonly prompt?: string; readonly echo?: boolean }): Promise<string>;
  readonly signal: AbortSignal;
}

/** A task that fails in a way the module foresaw. `fields` join the registered result. */
export class ModuleFailure extends Error {
  override readonly name = 'ModuleFailure';
  readonly fields: ReadonlyMap<string, Value>;
  constructor(message: string, fields: Iterable<readonly [string, Value]> = []) {
    super(message);
    this.fields = new Map(fields);
  }
}

export interface Option {
  readonly description: string;
  readonly type: 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict' | 'path' | 'raw' | 'bytes' | 'json';
  readonly elements?: Option['type'] | undefined;
  readonly required?: boolean | undefined;
  readonly default?: Value | undefined;
  readonly choices?: readonly Value[] | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly noLog?: boolean | undefined;
  /** The engine hands the value over unrendered: it is an expression, or a list of them, for `evaluate` or `holds`. */
  readonly expression?: boolean | undefined;
  /** For a dict, or a list of dicts: the options inside. */
  readonly options?: OptionTable | undefined;
}

export type OptionTable = Readonly<Record<string, Option>>;

export interface Constraints {
  readonly mutuallyExclusive?: readonly (readonly string[])[] | undefined;
  readonly requiredTogether?: readonly (readonly string[])[] | undefined;
  readonly requiredOneOf?: readonly (readonly string[])[] | undefined;
  /** [option, value, options that are then required]. */
  readonly requiredIf?: readonly (readonly [string, Value, readonly string[]])[] | undefined;
}

/** Keeps the types of wanted and found through the three functions; the registry holds them as HostModule. */
export const defineModule = <Wanted, Found>(module: Omit<HostModule<Wanted, Found>, 'kind'>): HostModule =>
  ({ kind: 'host', ...module }) as unknown as HostModule;

export const defineControl = (module: Omit<ControlModule, 'kind'>): ControlModule => ({ kind: 'control', ...module });
