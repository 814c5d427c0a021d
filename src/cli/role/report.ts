import { basename } from 'node:path';
import type { Installed, Project } from '../../registry/project.ts';

const signs = { added: '+', changed: '~', removed: '-', kept: ' ' } as const;

/** What an install did, a line for each change, and how many there were. */
export const reportInstall = ({ changes, lockChanged }: Installed, project: Project): void => {
  const width = Math.max(...changes.map(({ name }) => name.length), 0);
  for (const { name, what, from, to } of changes) {
    if (what === 'kept') continue;
    const version = what === 'changed' && from !== to ? `${shown(from)} → ${shown(to)}` : shown(to ?? from);
    print(`${signs[what]} ${name.padEnd(width)}  ${version}`.trimEnd());
  }
  const count = (what: keyof typeof signs): number => changes.filter((change) => change.what === what).length;
  const parts = (['added', 'changed', 'removed'] as const).flatMap((what) =>
    count(what) ? `${count(what)} ${what}` : [],
  );
  const lock = basename(project.lockFile);
  if (changes.length === 0) print(`${basename(project.file)} asks for nothing.`);
  else if (parts.length === 0) print(`Nothing to do: ${plural(count('kept'))} as ${lock} says.`);
  else print(`${parts.join(', ')}${count('kept') ? `, ${count('kept')} as before` : ''}.`);
  if (lockChanged) print(`Wrote ${lock}.`);
  if (parts.length > 0) tellUnverified(project);
};

/** A signature that nobody looks at must not be taken for one that is good. */
const tellUnverified = (project: Project): void => {
  for (const { name, signatures } of project.requirements())
    if (signatures.length > 0)
      process.stderr.write(`${name}: the GPG signatures that ${basename(project.file)} names were not verified.\n`);
};

/** Columns as wide as what stands in them. */
export const table = (rows: readonly (readonly string[])[]): void => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of rows)
    print(
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
};

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A commit in seven digits; what has no version is told by a dash. */
export const shown = (version: string | undefined): string =>
  !version ? '-' : /^[0-9a-f]{40,64}$/.test(version) ? version.slice(0, 7) : version;

export const plural = (count: number): string =>
  count === 1 ? 'one role or collection is' : `${count} roles and collections are`;
