import type { Field, Role, Vars } from '../language/playbook.ts';
import type { Dict, Scope, Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';

/**
 * What the engine asks of variables. Which value wins is decided by the one array in `ladder.ts`.
 *
 * Three things are made once and used for many hosts and tasks: `Variables` for a run, `PlayVariables` for a play, a `Frame`
 * for a task. A scope for (host, frame) is then cheap: nothing is merged for it; a name is looked up when a template asks.
 */
export interface Variables {
  /** Begins a play; its scopes see its vars, vars_files and the roles it exports. */
  play(source: PlaySource): PlayVariables;

  /** Facts as a module returned them (`ansible_distribution`, or `services` of `service_facts`): level 11. */
  setFacts(host: string, facts: Dict): void;
  /** `meta: clear_facts`. */
  clearFacts(host: string): void;
  /** `set_fact`; with `cacheable` at level 11 too. Level 19. */
  setFact(host: string, name: string, value: Value, options?: { readonly cacheable?: boolean }): void;
  /** A task's result under its `register` name: level 19. */
  register(host: string, name: string, value: Value): void;
  /** `include_vars`: level 18. */
  includeVars(host: string, vars: Vars): void;

  /**
   * Says that an unfinished task of `host` will set `names`; reading one of them, by whatever way, throws PendingTouched until
   * `settle` is called. `facts`: any fact may come (setup); `anything`: any name may come (include_vars of an unknown file).
   */
  pend(
    host: string,
    what: { readonly names?: readonly string[]; readonly facts?: boolean; readonly anything?: boolean },
  ): Pending;

  /** Which layer a host's variable comes from outside of any play, and what it overrode, strongest first. */
  origin(host: string, name: string): readonly Origin[];
  /** Every name that has a value for a host outside of any play. */
  names(host: string): Iterable<string>;
}

export interface Pending {
  settle(): void;
}

/** What a play brings; `prompts` are the answers to `vars_prompt`. */
export interface PlaySource {
  readonly name: string;
  /** The folder of the playbook's file: `playbook_dir`, and where group_vars and host_vars beside it are. */
  readonly playbookDir: string;
  readonly vars: Vars;
  readonly varsFiles?: Field | undefined;
  readonly prompts?: Vars | undefined;
  /** All hosts that the play's pattern and `--limit` name. */
  readonly hosts: readonly string[];
}

export interface PlayVariables {
  /** A role of `roles:`, of import_role, or of include_role with `public`: its defaults and vars are seen by the whole play. */
  exportRole(use: RoleUse): void;
  /** Hosts not failed or unreachable, for `ansible_play_hosts`; of the current serial batch, for `ansible_play_batch`. */
  setHosts(active: readonly string[], batch: readonly string[]): void;
  /** For a task: made once for it, whatever the number of hosts. */
  frame(source: FrameSource): Frame;
  /**
   * The names that a task's expressions see on `host`. `overlay`: `item`, the loop's other names, the result under its register
   * name; they win over everything. Without a frame: what the play itself sees.
   */
  scope(host: string, frame?: Frame, overlay?: Vars): Scope;
  /** As `Variables.origin`, with the layers of this play and of a task in it. */
  origin(host: string, name: string, frame?: Frame): readonly Origin[];
}

/** One use of a role: from `roles:`, as a dependency, or by import_role or include_role. */
export interface RoleUse {
  readonly role: Pick<Role, 'name' | 'path'>;
  /** `defaults/main` and `vars/main`, or what `defaults_from` and `vars_from` name. */
  readonly defaults: Vars;
  readonly vars: Vars;
  /** The keys of a role entry that are no keywords: role parameters, level 20. */
  readonly params?: Vars | undefined;
  /** Its `vars:` keyword. */
  readonly keywordVars?: Vars | undefined;
  /** Whose dependency this is, or whose task included it; outermost first. */
  readonly parents?: readonly RoleUse[] | undefined;
  /** Whose task included or imported this, or the role that this is a dependency of; outermost first. */
  readonly includers?: readonly RoleUse[] | undefined;
  /** Its own dependencies, in the order in which they run. */
  readonly dependencies?: readonly RoleUse[] | undefined;
}

export interface FrameSource {
  /** The innermost role whose task this is. */
  readonly role?: RoleUse | undefined;
  /** The `vars:` of the blocks and static imports around the task, outermost first, then its own: levels 16 and 17. */
  readonly vars?: readonly Vars[] | undefined;
  /** The `vars:` of the include_tasks and include_role around the task, outermost first: level 21. */
  readonly includeParams?: readonly Vars[] | undefined;
  /** Where the task's relative file names are looked for, in order. */
  readonly searchPath?: readonly string[] | undefined;
  /** `environment:`, as the magic variable of that name shows it. */
  readonly environment?: Value | undefined;
}

declare const frameBrand: unique symbol;
export interface Frame {
  readonly [frameBrand]: true;
}

/** One layer that has a variable. */
export interface Origin {
  /** As in the ladder: `role defaults`, `group_vars/all beside the inventory` … */
  readonly layer: string;
  /** 1 to 22, as Ansible's documentation numbers them; 23 for magic variables. */
  readonly level: number;
  readonly position: Position | undefined;
  readonly value: Value;
}
