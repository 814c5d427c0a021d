import { dirname, resolve } from 'node:path';
import type { Decrypt } from '../language/files.ts';
import type { ImportPlaybook, Play, Playbook, Vars } from '../language/playbook.ts';
import { readPlaybook } from '../language/plays.ts';
import { Reading } from '../language/reading.ts';
import { asText } from '../modules/coerce.ts';
import { UserError } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { moduleNames } from './known-modules.ts';

/** A play with what surrounds it: the file it stands in, and the `vars` of the imports that led to it. */
export interface LoadedPlay {
  readonly play: Play;
  readonly file: string;
  readonly vars: Vars | undefined;
}

/** The plays of all playbooks, imports resolved. Throws a UserError with everything that is wrong in all files. */
export const loadPlays = (
  playbooks: readonly (string | Playbook)[],
  options: { readonly decrypt?: Decrypt | undefined },
): readonly LoadedPlay[] => {
  const reading = new Reading({ modules: moduleNames });
  const load = (file: string, from: Position | undefined, parents: readonly string[]): readonly LoadedPlay[] => {
    if (parents.includes(file)) {
      throw new UserError({ severity: 'error', message: `this playbook imports itself: ${file}`, position: from });
    }
    const playbook = readPlaybook(reading, file, { decrypt: options.decrypt, from });
    return expand(playbook, [...parents, file]);
  };
  const expand = (playbook: Playbook, parents: readonly string[]): readonly LoadedPlay[] =>
    playbook.entries.flatMap((entry) => {
      if (entry.kind === 'play') return [{ play: entry, file: playbook.file, vars: undefined }];
      const file = resolve(dirname(playbook.file), importedFile(entry));
      return load(file, entry.file.valuePosition, parents).map((loaded) => imported(loaded, entry));
    });
  const plays = playbooks.flatMap((playbook) =>
    typeof playbook === 'string' ? load(resolve(playbook), undefined, []) : expand(playbook, [playbook.file]),
  );
  reading.throwIfFailed();
  return plays;
};

/** An import's `tags` and `when` are those of every play in it; its `vars` stand above theirs. */
const imported = (loaded: LoadedPlay, entry: ImportPlaybook): LoadedPlay => {
  const keywords = new Map(loaded.play.keywords);
  for (const name of ['tags', 'when']) {
    const [outer, inner] = [entry.keywords.get(name), keywords.get(name)];
    if (!outer) continue;
    const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
    const value = inner ? [...listOf(outer.value), ...listOf(inner.value)] : outer.value;
    keywords.set(name, { ...outer, value: value as typeof outer.value });
  }
  const own = entry.keywords.get('vars')?.value;
  const vars = own instanceof Map ? new Map([...(loaded.vars ?? []), ...(own as Map<string, never>)]) : loaded.vars;
  return { ...loaded, play: { ...loaded.play, keywords }, vars };
};

const importedFile = (entry: ImportPlaybook): string => asText(entry.file.value ?? '');
