/** A line of fstab, its fields unescaped. */
export interface FstabEntry {
  readonly src: string;
  readonly path: string;
  readonly fstype: string;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
}

/** The entry of a line; undefined for comments, empty lines and what is no entry. Fields as fstab(5) escapes them. */
export const parseFstabLine = (line: string): FstabEntry | undefined => {
  if (/^\s*(#|$)/.test(line)) return undefined;
  const fields = line.trim().split(/\s+/).map(unescapeField);
  if (fields.length < 3 || fields.length > 6) return undefined;
  const [src, path, fstype, opts = 'defaults', dump = '0', passno = '0'] = fields as [string, string, string];
  return { src, path, fstype, opts, dump, passno };
};

export const formatFstabLine = ({ src, path, fstype, opts, dump, passno }: FstabEntry): string =>
  [src, path, fstype, opts, dump, passno].map(escapeField).join(' ');

/** The text with that entry in it: in the place of the line it replaces, or last. */
export const setEntry = (fstab: string, entry: FstabEntry): string => {
  const lines = linesOf(fstab);
  let placed = false;
  const kept = lines.flatMap((line) => {
    const there = parseFstabLine(line);
    if (there === undefined || !isSame(there, entry)) return [line];
    if (placed) return [];
    placed = true;
    return [equal(there, entry) ? line : formatFstabLine(entry)];
  });
  if (!placed) kept.push(formatFstabLine(entry));
  if (kept.join('\n') === lines.join('\n')) return fstab;
  return kept.map((line) => `${line}\n`).join('');
};

export const removeEntry = (fstab: string, entry: Pick<FstabEntry, 'path'> & Partial<FstabEntry>): string => {
  const lines = linesOf(fstab);
  const kept = lines.filter((line) => {
    const there = parseFstabLine(line);
    if (there === undefined || there.path !== entry.path) return true;
    return entry.path === 'none' && entry.src !== undefined && entry.src !== there.src;
  });
  return kept.length === lines.length ? fstab : kept.map((line) => `${line}\n`).join('');
};

/** Mount points of a text of /proc/self/mountinfo, in the order they were mounted, with source, type and root. */
export const parseMountinfo = (text: string): { path: string; src: string; fstype: string; root: string }[] =>
  text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ') as [string, string | undefined];
    if (right === undefined) return [];
    const fields = left.split(' ');
    const [fstype, src] = right.split(' ');
    return [
      {
        path: unescapeField(fields[4] ?? ''),
        src: unescapeField(src ?? ''),
        fstype: fstype ?? '',
        root: unescapeField(fields[3] ?? ''),
      },
    ];
  });

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** Swap has no mount point: its device tells its entries apart. */
const isSame = (there: FstabEntry, entry: FstabEntry): boolean =>
  there.path === entry.path &&
  (entry.path !== 'none' || there.src === entry.src) &&
  (entry.fstype !== 'swap' || there.fstype !== 'swap' || there.src === entry.src);

const equal = (a: FstabEntry, b: FstabEntry): boolean => formatFstabLine(a) === formatFstabLine(b);

const unescapeField = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const escapeField = (field: string): string =>
  field.replace(/[\\ \t\n#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
