/**
 * Strings as Python counts them: by code points, where JavaScript counts UTF-16 units. Only text with characters beyond
 * U+FFFF differs, so everything here is quick for the rest.
 */
const surrogate = /[\ud800-\udbff][\udc00-\udfff]/;

export const isWide = (text: string): boolean => surrogate.test(text);

export const lengthOf = (text: string): number => (isWide(text) ? [...text].length : text.length);

export const charactersOf = (text: string): string[] => (isWide(text) ? [...text] : text.split(''));

/** Turns an offset in UTF-16 units into one in code points. */
export const toCharacters = (text: string, units: number): number =>
  units > 0 && isWide(text) ? lengthOf(text.slice(0, units)) : units;

export const padStart = (text: string, width: number, fill = ' '): string =>
  fill.repeat(Math.max(0, width - lengthOf(text))) + text;

export const padEnd = (text: string, width: number, fill = ' '): string =>
  text + fill.repeat(Math.max(0, width - lengthOf(text)));
