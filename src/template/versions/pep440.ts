import { TemplateError } from '../template-error.ts';

const pattern =
  /^\s*v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d+)?)?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d+)?)?(?:\+([a-z\d]+(?:[-_.][a-z\d]+)*))?\s*$/i;

type Part = number | string | readonly (number | string)[];

const [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** As Python's packaging guide orders versions (PEP 440). */
export const comparePep440 = (a: string, b: string): number => {
  const [x, y] = [keyOf(a), keyOf(b)];
  for (let index = 0; index < x.length; index++) {
    const order = comparePart(x[index] as Part, y[index] as Part);
    if (order !== 0) return order;
  }
  return 0;
};

const keyOf = (version: string): Part[] => {
  const match = pattern.exec(version);
  if (!match) throw new TemplateError(`invalid version '${version}'`);
  const [, epoch = '0', release = '', kind, kindNumber = '0', implicitPost, post, dev, devNumber = '0', local] = match;
  const isPost = implicitPost !== undefined || post !== undefined;
  const letter = kind?.toLowerCase().replace(/^(alpha|beta)$/, (word) => word[0] as string);
  const before: Part = letter
    ? [letter === 'a' || letter === 'b' ? letter : 'rc', Number(kindNumber)]
    : dev !== undefined && !isPost
      ? ['', lowest]
      : ['~', highest];
  return [
    Number(epoch),
    release
      .replace(/(?:\.0+)+$/, '')
      .split('.')
      .map(Number),
    before,
    isPost ? Number(implicitPost ?? (post || 0)) : lowest,
    dev === undefined ? highest : Number(devNumber),
    local === undefined
      ? []
      : local
          .toLowerCase()
          .split(/[-_.]/)
          .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  ];
};

const comparePart = (a: Part, b: Part): number => {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.min(a.length, b.length); index++) {
      const order = comparePart(a[index] as Part, b[index] as Part);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (typeof a !== typeof b) return typeof a === 'number' ? 1 : -1;
  return a === b ? 0 : (a as number) < (b as number) ? -1 : 1;
};
