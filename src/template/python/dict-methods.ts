import { TemplateError } from '../template-error.ts';
import { type Dict, Tuple, type Value } from '../values.ts';
import { dictDelete, dictGet, dictHas, dictSet, entriesOf, isMapping } from './dict.ts';
import { iterate } from './iterate.ts';
import { argument, type Method, required } from './method.ts';
import { toRepr } from './text.ts';
import { defined } from './undefined.ts';

/** Python's `dict.update`, from a mapping, from pairs, and from named arguments. */
const update: Method<Dict> = (self, args, named) => {
  const given = args[0];
  if (given !== undefined) {
    const pairs = isMapping(given) ? entriesOf(given) : iterate(given).map((pair) => iterate(pair));
    for (const [key, value] of pairs) {
      if (key === undefined || value === undefined) throw new TemplateError('update() needs a dict or pairs');
      dictSet(self, key, defined(value));
    }
  }
  for (const [key, value] of named) dictSet(self, key, defined(value));
  return null;
};

/** Methods of `dict`. Views are lists: templates walk, print and index what Ansible makes of them. */
export const dictMethods: Readonly<Record<string, Method<Dict>>> = {
  __contains__: (self, args) => dictHas(self, required(args, 0, '__contains__')),
  __setitem__: (self, args) => {
    dictSet(self, required(args, 0, '__setitem__'), defined(required(args, 1, '__setitem__')));
    return null;
  },
  clear: (self) => {
    self.clear();
    return null;
  },
  copy: (self) => new Map(self),
  fromkeys: (_, args) => {
    const value = argument(args, 1, null);
    return new Map(iterate(required(args, 0, 'fromkeys')).map((key) => [key, value]));
  },
  get: (self, args, named) => dictGet(self, required(args, 0, 'get')) ?? argument(args, 1, null, named, 'default'),
  items: (self) => Array.from(self, ([key, value]) => Tuple.of(key, value) as Tuple),
  keys: (self) => [...self.keys()],
  pop: (self, args) => {
    const key = required(args, 0, 'pop');
    const value = dictGet(self, key);
    if (value === undefined) {
      if (args.length > 1) return args[1] as Value;
      throw new TemplateError(`there is no key ${toRepr(key)} to pop`);
    }
    dictDelete(self, key);
    return value;
  },
  popitem: (self) => {
    const last = [...self].at(-1);
    if (!last) throw new TemplateError('popitem(): dictionary is empty');
    self.delete(last[0]);
    return Tuple.of(...last) as Tuple;
  },
  setdefault: (self, args) => {
    const [key, fallback] = [required(args, 0, 'setdefault'), argument(args, 1, null)];
    const value = dictGet(self, key);
    if (value !== undefined) return value;
    dictSet(self, key, fallback);
    return fallback;
  },
  update,
  values: (self) => [...self.values()],
};

/** Names of methods that change what they are called on. */
export const changingMethods: ReadonlySet<string> = new Set([
  'append',
  'clear',
  'extend',
  'insert',
  'pop',
  'popitem',
  'remove',
  'reverse',
  'setdefault',
  'sort',
  'update',
  '__setitem__',
]);
