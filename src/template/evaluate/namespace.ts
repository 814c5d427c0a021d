import { Opaque, type Value } from '../values.ts';

/** `{% set x = namespace(a=1) %}`: names that can be set from inside loops. */
export class Namespace extends Opaque {
  readonly typeName = 'Namespace';
  private readonly values: Map<Value, Value>;
  constructor(values: ReadonlyMap<Value, Value>) {
    super();
    this.values = new Map(values);
  }
  get(key: Value): Value | undefined {
    return this.values.get(key);
  }
  override set(key: Value, value: Value): void {
    this.values.set(key, value);
  }
}
