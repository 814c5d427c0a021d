/** A shell pattern over a whole name, as Python's `fnmatch` reads it: `*`, `?`, `[a-z]`, `[!a]`. */
export const globRegex = (pattern: string): RegExp => {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    const close = char === '[' ? pattern.indexOf(']', at + (pattern[at + 1] === '!' ? 3 : 2)) : -1;
    if (char === '*') source += '[\\s\\S]*';
    else if (char === '?') source += '[\\s\\S]';
    else if (close > 0) {
      const inside = pattern
        .slice(at + 1, close)
        .replaceAll('\\', '\\\\')
        .replace(/^!/, '^')
        .replace(/(?<=.)\^/g, '\\^');
      source += `[${inside}]`;
      at = close;
    } else source += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  return new RegExp(`^${source}$`);
};
