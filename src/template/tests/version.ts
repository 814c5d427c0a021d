import { plugin } from '../plugin.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import { compareLoose, compareStrict } from '../versions/loose.ts';
import { comparePep440 } from '../versions/pep440.ts';
import { compareSemantic } from '../versions/semantic.ts';

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '=': (order) => order === 0,
  eq: (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  ne: (order) => order !== 0,
  '<': (order) => order < 0,
  lt: (order) => order < 0,
  '<=': (order) => order <= 0,
  le: (order) => order <= 0,
  '>': (order) => order > 0,
  gt: (order) => order > 0,
  '>=': (order) => order >= 0,
  ge: (order) => order >= 0,
};

const orders: Readonly<Record<string, (a: string, b: string) => number>> = {
  loose: compareLoose,
  strict: compareStrict,
  semver: compareSemantic,
  semantic: compareSemantic,
  pep440: comparePep440,
};

/** `'1.10' is version('1.9', '>')`, by Python's LooseVersion unless `strict` or `version_type` says otherwise. */
export const version = plugin(
  "version, operator='eq', strict=None, version_type=None",
  (_, value, other, operator, strict, type) => {
    if (strict !== null && type !== null) throw new TemplateError("version takes 'strict' or 'version_type', not both");
    const [a, b] = [toText(value), toText(other)];
    if (a === '' || b === '') throw new TemplateError(`the ${a === '' ? 'input' : 'wanted'} version is empty`);
    const kind = type === null ? (strict !== null && truthy(strict) ? 'strict' : 'loose') : toText(type);
    const order = orders[kind];
    if (!order) throw new TemplateError(`version_type '${kind}' must be one of ${Object.keys(orders).join(', ')}`);
    const holds = operators[toText(operator)];
    if (!holds)
      throw new TemplateError(
        `version has no operator '${toText(operator)}': it takes ${Object.keys(operators).join(', ')}`,
      );
    return holds(order(a, b));
  },
);
