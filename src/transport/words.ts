/**
 * Parts a line into words as a shell would, without expanding anything: blanks part, quotes and backslashes keep.
 * `ansible_ssh_common_args`, `ansible_become_flags` and their kin are written so.
 */
export const splitWords = (line: string): string[] => {
  const words: string[] = [];
  let word: string | undefined;
  for (const [, blank, single, double, escaped, plain] of line.matchAll(
    /(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+|['"\\])/g,
  )) {
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '');
  }
  return word === undefined ? words : [...words, word];
};
