import { TemplateError } from '../template-error.ts';

const pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?(?:\+[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*)?$/;

/** By precedence of semver.org 2.0.0; what stands behind `+` does not count. */
export const compareSemantic = (a: string, b: string): number => {
  const [x, y] = [parse(a), parse(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (x.numbers[index] as number) - (y.numbers[index] as number);
    if (difference !== 0) return difference;
  }
  if (x.before.length === 0 || y.before.length === 0) return y.before.length - x.before.length;
  for (let index = 0; index < Math.min(x.before.length, y.before.length); index++) {
    const order = compareIdentifiers(x.before[index] as string, y.before[index] as string);
    if (order !== 0) return order;
  }
  return x.before.length - y.before.length;
};

const parse = (version: string): { numbers: number[]; before: string[] } => {
  const match = pattern.exec(version);
  if (!match) throw new TemplateError(`invalid semantic version '${version}'`);
  return { numbers: match.slice(1, 4).map(Number), before: match[4]?.split('.') ?? [] };
};

const compareIdentifiers = (a: string, b: string): number => {
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (x && y) return Number(a) - Number(b);
  if (x !== y) return x ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
};
