import { flatten, joined, type Layer } from '../inventory/host-layers.ts';
import type { Vars } from '../language/playbook.ts';
import { PendingTouched, type Scope, type Value } from '../template/values.ts';
import { ladder, type Rung, type View } from './ladder.ts';
import type { Magic } from './magic.ts';
import type { Origin } from './variables.ts';

/** Rungs that are kept for equally long and lie together, as one. */
interface Stretch {
  readonly per: Rung['per'];
  readonly rungs: readonly Rung[];
  readonly cache: WeakMap<object, { readonly version: string; readonly vars: Vars }>;
}

const stretches: readonly Stretch[] = (() => {
  const found: { per: Rung['per']; rungs: Rung[]; cache: Stretch['cache'] }[] = [];
  for (const rung of ladder) {
    const last = found.at(-1);
    if (last && last.per === rung.per && rung.per !== 'live') last.rungs.push(rung);
    else found.push({ per: rung.per, rungs: [rung], cache: new WeakMap() });
  }
  return found.reverse();
})();

/**
 * The names that one host sees in one task. Nothing is copied when it is made: each stretch of the ladder is a mapping that is
 * shared by all scopes that see the same, and is asked when a name is.
 */
export class LadderScope implements Scope {
  readonly #view: View;
  readonly #magic: Magic;
  readonly #overlay: Vars | undefined;
  readonly #merge: boolean;
  readonly #found: (readonly Vars[] | undefined)[] = [];

  constructor(view: View, magic: Magic, overlay: Vars | undefined, merge: boolean) {
    this.#view = view;
    this.#magic = magic;
    this.#overlay = overlay;
    this.#merge = merge;
  }

  get(name: string): Value | undefined {
    const over = this.#overlay?.get(name);
    if (over !== undefined) return over;
    const magic = this.#magic.get(name, this.#view, this);
    if (magic !== undefined) return magic;
    let merged: Value | undefined;
    for (const [at, stretch] of stretches.entries()) {
      const found = this.#in(stretch, at, name);
      if (found === undefined) continue;
      if (!this.#merge) return found;
      if (merged === undefined) merged = found;
      else if (merged instanceof Map && found instanceof Map) merged = joined(found, merged);
      if (!(merged instanceof Map)) return merged;
    }
    return merged ?? this.#magic.fallback(name);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  names(): Iterable<string> {
    if (this.#view.host.pending) throw new PendingTouched('vars');
    const names = new Set<string>([...this.#magic.names(this.#view), ...(this.#overlay?.keys() ?? [])]);
    for (const [at, stretch] of stretches.entries())
      for (const vars of this.#varsOf(stretch, at)) for (const name of vars.keys()) names.add(name);
    return names;
  }

  #in(stretch: Stretch, at: number, name: string): Value | undefined {
    if (stretch.per === 'live') this.#view.host.touch((stretch.rungs[0] as Rung).level, name);
    for (const vars of this.#varsOf(stretch, at)) {
      const found = vars.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Strongest first; found once for this scope. */
  #varsOf(stretch: Stretch, at: number): readonly Vars[] {
    let vars = this.#found[at];
    if (!vars) {
      vars =
        stretch.per === 'live'
          ? this.#layers(stretch)
              .reverse()
              .map((layer) => layer.vars)
          : [this.#kept(stretch)];
      this.#found[at] = vars;
    }
    return vars;
  }

  #layers(stretch: Stretch): Layer[] {
    return stretch.rungs.flatMap((rung) => rung.layers(this.#view));
  }

  #kept(stretch: Stretch): Vars {
    const { run, host, play, frame } = this.#view;
    const owners = { host, run, play: play ?? run, frame: frame ?? play ?? run, live: run };
    const folder = stretch.per === 'host' ? (play?.source.playbookDir ?? run.playbookDir) : '';
    const version = `${run.inventory.version} ${play?.version} ${folder}`;
    const kept = stretch.cache.get(owners[stretch.per]);
    if (kept?.version === version) return kept.vars;
    const vars = flatten(this.#layers(stretch), this.#merge);
    stretch.cache.set(owners[stretch.per], { version, vars });
    return vars;
  }
}

/** Every layer that has the name, strongest first. */
export const originsOf = (view: View, magic: Magic, name: string, scope: Scope): readonly Origin[] => {
  const found: Origin[] = [];
  const special = magic.get(name, view, scope);
  if (special !== undefined) found.push({ layer: 'magic variables', level: 23, position: undefined, value: special });
  for (const rung of [...ladder].reverse())
    for (const layer of [...rung.layers(view)].reverse()) {
      const value = layer.vars.get(name);
      if (value !== undefined)
        found.push({ layer: layer.name, level: layer.level, position: layer.place(name), value });
    }
  return found;
};
