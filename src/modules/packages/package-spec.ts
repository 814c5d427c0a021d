/** `nginx`, `nginx=1.2*`, `nginx>=1.2`, `libc6:amd64`, `python3-*`: a package as a playbook names it. */
export interface PackageSpec {
  /** As it was written. */
  readonly text: string;
  readonly name: string;
  readonly operator: '=' | '>=' | undefined;
  readonly version: string | undefined;
}

export const parseSpec = (text: string): PackageSpec => {
  const match = /^(.*?)\s*(>=|=)\s*(.+)$/.exec(text.trim());
  if (!match) return { text: text.trim(), name: text.trim(), operator: undefined, version: undefined };
  const [, name, operator, version] = match as unknown as [string, string, '=' | '>=', string];
  return { text: text.trim(), name, operator, version };
};

export const isGlob = (name: string): boolean => /[*?[\]]/.test(name);

/** A shell pattern (`fnmatch`) as a regular expression over a whole name; what it yields is a valid ERE for `grep` too. */
export const globSource = (glob: string): string =>
  `^${glob.replace(/\[!?[^\]]+\]|[\\^$.*+?()[\]{}|]/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (piece.length > 1) return piece.replace('[!', '[^');
    return `\\${piece}`;
  })}$`;

export const matchesGlob = (glob: string, text: string): boolean => new RegExp(globSource(glob), 's').test(text);
