import { TemplateError } from '../template-error.ts';
import { Callable, type Value } from '../values.ts';
import { asInteger } from './arguments.ts';
import { equals } from './equality.ts';
import { iterate } from './iterate.ts';
import { argument, type Method, required } from './method.ts';
import { sorted } from './order.ts';
import { truthy } from './truth.ts';
import { defined } from './undefined.ts';

const position = (self: Value[], wanted: Value, args: readonly Value[]): number => {
  const start = asInteger(argument(args, 1, 0), 'start');
  const at = self.findIndex(
    (item, index) => index >= (start < 0 ? start + self.length : start) && equals(item, wanted),
  );
  if (at < 0) throw new TemplateError('the value is not in the list');
  return at;
};

/** Methods of both `list` and `tuple`. */
export const tupleMethods: Readonly<Record<string, Method<Value[]>>> = {
  count: (self, args) => {
    const wanted = required(args, 0, 'count');
    return self.filter((item) => equals(item, wanted)).length;
  },
  index: (self, args) => position(self, required(args, 0, 'index'), args),
};

/** Methods of `list`. Those that change it give None, as templates rely on: `{{ list.append(1) }}` prints nothing. */
export const listMethods: Readonly<Record<string, Method<Value[]>>> = {
  ...tupleMethods,
  append: (self, args) => {
    self.push(defined(required(args, 0, 'append')));
    return null;
  },
  clear: (self) => {
    self.length = 0;
    return null;
  },
  copy: (self) => [...self],
  extend: (self, args) => {
    self.push(...iterate(required(args, 0, 'extend')).map(defined));
    return null;
  },
  insert: (self, args) => {
    self.splice(asInteger(required(args, 0, 'insert'), 'index'), 0, defined(required(args, 1, 'insert')));
    return null;
  },
  pop: (self, args) => {
    const given = asInteger(argument(args, 0, -1), 'index');
    const index = given < 0 ? given + self.length : given;
    if (index < 0 || index >= self.length) {
      throw new TemplateError(self.length ? 'pop index out of range' : 'pop from empty list');
    }
    return self.splice(index, 1)[0] as Value;
  },
  remove: (self, args) => {
    self.splice(position(self, required(args, 0, 'remove'), []), 1);
    return null;
  },
  reverse: (self) => {
    self.reverse();
    return null;
  },
  sort: (self, _, named) => {
    const key = named.get('key');
    const by = key instanceof Callable ? (item: Value): Value => key.call([item], new Map()) : undefined;
    self.splice(0, self.length, ...sorted(self, by, truthy(named.get('reverse') ?? false)));
    return null;
  },
};
