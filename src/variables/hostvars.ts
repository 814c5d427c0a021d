import { Opaque, type Scope, type Value } from '../template/values.ts';

type Render = (value: Value, scope: Scope) => Value;

/** The magic variable `hostvars`: hosts by name, each a mapping whose values are rendered with that host's own variables. */
export class HostVars extends Opaque {
  readonly typeName = 'HostVars';
  readonly #scopeOf: (host: string) => Scope | undefined;
  readonly #hosts: () => readonly string[];
  readonly #render: Render;

  constructor(hosts: () => readonly string[], scopeOf: (host: string) => Scope | undefined, render: Render) {
    super();
    this.#hosts = hosts;
    this.#scopeOf = scopeOf;
    this.#render = render;
  }

  get(key: Value): Value | undefined {
    const scope = this.#scopeOf(String(key));
    return scope && new VariablesOf(scope, this.#render);
  }

  override keys(): Value[] {
    return [...this.#hosts()];
  }
}

/** All variables of a scope as a mapping: `vars`, and each value of `hostvars`. Rendered when one is asked for. */
export class VariablesOf extends Opaque {
  readonly typeName = 'HostVarsVars';
  readonly #scope: Scope;
  readonly #render: Render;

  constructor(scope: Scope, render: Render) {
    super();
    this.#scope = scope;
    this.#render = render;
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const value = this.#scope.get(key);
    return value === undefined ? undefined : this.#render(value, this.#scope);
  }

  override keys(): Value[] {
    return [...this.#scope.names()];
  }
}
