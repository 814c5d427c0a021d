import type { Layer } from '../inventory/host-layers.ts';
import type { Host } from '../inventory/inventory.ts';
import { type Dict, PendingTouched, type Value } from '../template/values.ts';
import type { Pending } from './variables.ts';

/** What a run has learned of one host: facts, results, included variables; and what unfinished tasks will still tell. */
export class HostState {
  readonly host: Host;
  /** `ansible_facts`, and the same facts under the names by which modules returned them. */
  readonly facts: Dict = new Map();
  readonly injected = new Map<string, Value>();
  readonly included = new Map<string, Value>();
  readonly results = new Map<string, Value>();

  readonly factsLayer: Layer;
  readonly includedLayer: Layer;
  readonly resultsLayer: Layer;

  readonly #pendingNames = new Map<string, number>();
  #pendingFacts = 0;
  #pendingAnything = 0;

  constructor(host: Host) {
    this.host = host;
    this.factsLayer = live(11, 'facts', this.injected);
    this.includedLayer = live(18, 'include_vars', this.included);
    this.resultsLayer = live(19, 'set_fact and register', this.results);
    this.injected.set('ansible_facts', this.facts);
  }

  setFacts(facts: Dict, inject: boolean): void {
    for (const [key, value] of facts) {
      const name = String(key);
      if (isConnectionVariable(name)) continue;
      this.facts.set(name.replace(/^ansible_(?=.)/, ''), value);
      if (inject && name !== 'ansible_facts') this.injected.set(name, value);
    }
  }

  clearFacts(): void {
    this.facts.clear();
    this.injected.clear();
    this.injected.set('ansible_facts', this.facts);
  }

  pend(what: { readonly names?: readonly string[]; readonly facts?: boolean; readonly anything?: boolean }): Pending {
    const change = (by: 1 | -1): void => {
      for (const name of what.names ?? []) {
        const count = (this.#pendingNames.get(name) ?? 0) + by;
        if (count > 0) this.#pendingNames.set(name, count);
        else this.#pendingNames.delete(name);
      }
      if (what.facts) this.#pendingFacts += by;
      if (what.anything) this.#pendingAnything += by;
    };
    change(1);
    let settled = false;
    return {
      settle: () => {
        if (!settled) change(-1);
        settled = true;
      },
    };
  }

  get pending(): boolean {
    return this.#pendingNames.size > 0 || this.#pendingFacts > 0 || this.#pendingAnything > 0;
  }

  /** Throws PendingTouched if what will be set at `level` may be `name`. */
  touch(level: number, name: string): void {
    if (level === 19 && this.#pendingNames.has(name)) throw new PendingTouched(name);
    if (level === 18 && this.#pendingAnything > 0 && !isConnectionVariable(name)) throw new PendingTouched(name);
    if (level === 11 && this.#pendingFacts > 0 && name.startsWith('ansible_') && !isConnectionVariable(name))
      throw new PendingTouched(name);
  }
}

const live = (level: number, name: string, vars: ReadonlyMap<string, Value>): Layer => ({
  level,
  name,
  vars,
  place: () => undefined,
});

/** Variables that say how to reach a host. No fact may set them, as in Ansible, so they never wait for facts either. */
export const isConnectionVariable = (name: string): boolean =>
  /^ansible_(?:host|port|user|password|connection|timeout|remote_tmp|private_key_file|host_key_checking|pipelining|managed|become(?:_.*)?|su(?:do)?(?:_.*)?|ssh_(?!host_key_(?!checking$)).*|sftp_.*|scp_.*|openssh_.*|local_(?:temp|tmp).*|shell_(?:type|executable)|.*_interpreter|paramiko_.*|docker_.*|winrm_.*)$/.test(
    name,
  );
