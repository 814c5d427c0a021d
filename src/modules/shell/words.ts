import { ModuleFailure } from '../module.ts';

/**
 * A command line in words, as a POSIX shell would split it but with nothing expanded (Python's `shlex.split`). Throws
 * ModuleFailure where a quote is not closed.
 */
export const splitWords = (line: string): string[] => {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw new ModuleFailure('No closing quotation');
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (char === '"') {
      word ??= '';
      for (at++; line[at] !== '"'; at++) {
        if (at >= line.length) throw new ModuleFailure('No closing quotation');
        // Between double quotes a backslash escapes only itself and the quote.
        if (line[at] === '\\' && (line[at + 1] === '"' || line[at + 1] === '\\')) at++;
        word += line[at];
      }
    } else if (char === '\\') {
      if (at + 1 >= line.length) throw new ModuleFailure('No escaped character');
      word = (word ?? '') + line[++at];
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
};
