import { TemplateError } from '../template-error.ts';

type Part = number | string;

/** The numbers and words of a version, as Python's `LooseVersion` cuts it; dots only part them. */
const partsOf = (version: string): Part[] =>
  version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Below, equal or above zero, as Python's `LooseVersion` orders. Throws where a number meets a word, as Python does. */
export const compareLoose = (a: string, b: string): number => {
  const [x, y] = [partsOf(a), partsOf(b)];
  for (let index = 0; index < Math.min(x.length, y.length); index++) {
    const [left, right] = [x[index] as Part, y[index] as Part];
    if (left === right) continue;
    if (typeof left !== typeof right) {
      throw new TemplateError(
        `the versions '${a}' and '${b}' can't be compared: '${left}' is no match for '${right}'`,
        {
          hint: "version_type='semver' or 'pep440' compares words, too",
        },
      );
    }
    return left < right ? -1 : 1;
  }
  return x.length - y.length;
};

/** As Python's `StrictVersion`: two or three numbers, then perhaps a1 or b1 for a release before. */
export const compareStrict = (a: string, b: string): number => {
  const [x, y] = [strict(a), strict(b)];
  for (let index = 0; index < x.length; index++) {
    const [left, right] = [x[index] as Part, y[index] as Part];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
};

const strict = (version: string): Part[] => {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version);
  if (!match) throw new TemplateError(`invalid version number '${version}'`);
  const [, major, minor, patch = '0', kind = 'final', number = '0'] = match;
  return [Number(major), Number(minor), Number(patch), kind, Number(number)];
};
