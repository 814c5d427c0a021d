import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, plugin } from '../plugin.ts';
import { iterate } from '../python/iterate.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';
import { TemplateError } from '../template-error.ts';
import { Undefined, type Value } from '../values.ts';
import { placesFor } from './find-file.ts';

interface Search {
  readonly names: readonly string[];
  readonly skip: boolean;
}

/**
 * The first file of a list that exists. A term is a name, or a dict with `files`, `paths` and `skip`; `kind` is the folder of
 * the task that relative names are looked up in first.
 */
export const first_found = plugin(
  "files=None, paths=None, skip=False, kind='files'",
  (context, terms, files, paths, skip, kind) => {
    const list = terms as Value[];
    const searches = list.flatMap((term) => readTerm(term, paths));
    if (files !== null) searches.push({ names: namesOf(files, paths), skip: false });
    const kinds = [...new Set([toText(kind), 'files', 'templates', 'vars', 'tasks'])];
    const found = searches
      .flatMap(({ names }) => names)
      .map((name) => existing(context, name, kinds))
      .find(Boolean);
    if (found) return [found];
    if (truthy(skip) || searches.some((search) => search.skip)) return [];
    throw new TemplateError(`none of the files exists: ${searches.flatMap(({ names }) => names).join(', ')}`, {
      hint: "'skip: true' makes it nothing instead of an error",
    });
  },
  { impure: true, takesUndefined: true },
);

const existing = (context: Context, name: string, kinds: readonly string[]): string | undefined =>
  placesFor(context, name, kinds).find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());

const readTerm = (term: Value, paths: Value): Search[] => {
  if (term instanceof Undefined) return [];
  if (Array.isArray(term)) return term.flatMap((inner) => readTerm(inner, paths));
  if (!(term instanceof Map)) return [{ names: namesOf(toText(term), paths), skip: false }];
  return [
    { names: namesOf(term.get('files') ?? [], term.get('paths') ?? paths), skip: truthy(term.get('skip') ?? false) },
  ];
};

/** Every file in every folder, the folders outermost. */
const namesOf = (files: Value, paths: Value): string[] => {
  const names = pieces(files, /[,;]/);
  const folders = paths === null ? [] : pieces(paths, /[,:;]/);
  return folders.length === 0 ? names : folders.flatMap((folder) => names.map((name) => join(folder, name)));
};

const pieces = (value: Value, separator: RegExp): string[] =>
  (typeof value === 'string'
    ? value.split(separator)
    : iterate(value)
        .filter((item) => !(item instanceof Undefined))
        .map(toText)
  ).filter(Boolean);
