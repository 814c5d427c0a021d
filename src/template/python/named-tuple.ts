import { Tuple, type Value } from '../values.ts';

/** Python's `namedtuple`: a tuple whose items have names, too. */
export class NamedTuple extends Tuple {
  private fields: readonly string[] = [];

  static make(fields: readonly string[], values: readonly Value[]): NamedTuple {
    const tuple = new NamedTuple();
    tuple.push(...values);
    tuple.fields = fields;
    return tuple;
  }

  /** What methods of arrays make of it is a plain tuple. */
  static override get [Symbol.species](): ArrayConstructor {
    return Tuple as unknown as ArrayConstructor;
  }

  member(name: string): Value | undefined {
    const index = this.fields.indexOf(name);
    return index < 0 ? undefined : this[index];
  }
}
