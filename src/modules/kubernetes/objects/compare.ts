import { dumpYaml } from '../../../template/yaml/dump.ts';
import { fromPlain } from '../../coerce.ts';
import { ModuleFailure } from '../../module.ts';
import type { ApiAnswer, ApiRequest } from './api-server.ts';
import { type ObjectName, shownName } from './inventory.ts';
import { resourcePath } from './resources.ts';

/** How an object would change; in YAML, empty where there is none. */
export interface Difference {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/**
 * What to ask a server for each object: how it is, and how it would be after a server-side apply that stores nothing (a dry
 * run), so defaults and quantities never look like changes. Undefined where one of them has no path that is known here.
 */
export const comparisons = (
  objects: readonly (readonly [ObjectName, unknown])[],
  fieldManager: string,
): ApiRequest[] | undefined => {
  const requests = objects.map(([name, apply]) => {
    const path = resourcePath(name);
    const query = `dryRun=All&force=true&fieldManager=${encodeURIComponent(fieldManager)}`;
    return path === undefined ? [] : [{ path }, { path: `${path}?${query}`, apply }];
  });
  return requests.some(({ length }) => length === 0) ? undefined : requests.flat();
};

/** The answers to `comparisons`: those objects that would change. Throws ModuleFailure with a server's own words where it refuses. */
export const readComparisons = (objects: readonly ObjectName[], answers: readonly ApiAnswer[]): Difference[] =>
  objects.flatMap((object, at) => {
    const [now, then] = [answers[2 * at], answers[2 * at + 1]];
    const kept = readKept(object, now);
    const before = kept === undefined ? undefined : lasting(kept);
    // Its namespace, which is to be made too, is not there yet.
    if (then?.code === 404 && !before) return [{ what: shownName(object), before: '', after: '(all of it is new)\n' }];
    const after = lasting(accepted(object, then));
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    const shown = object.kind === 'Secret' ? hidden : yaml;
    return [{ what: shownName(object), before: before ? shown(before, 'before') : '', after: shown(after, 'after') }];
  });

/** The answer to a plain question: the object as it is, undefined where there is none. Throws as `readComparisons` does. */
export const readKept = (object: ObjectName, answer: ApiAnswer | undefined): unknown =>
  answer?.code === 404 ? undefined : accepted(object, answer);

const accepted = (object: ObjectName, answer: ApiAnswer | undefined): unknown => {
  if (answer && answer.code >= 200 && answer.code < 300) return answer.body;
  const { message = `HTTP status ${answer?.code ?? 'none'}` } = (answer?.body ?? {}) as { readonly message?: string };
  throw new ModuleFailure(`the API server refuses ${shownName(object)}: ${message}`);
};

/** An object without what the server writes down at every request. */
const lasting = (body: unknown): Readonly<Record<string, unknown>> => {
  const { metadata, ...rest } = body as { readonly metadata?: Readonly<Record<string, unknown>> };
  const { managedFields, generation, resourceVersion, ...kept } = metadata ?? {};
  return { ...rest, metadata: kept };
};

const yaml = (object: Readonly<Record<string, unknown>>): string =>
  dumpYaml(fromPlain(object), {
    indent: 2,
    width: 120,
    flow: false,
    style: undefined,
    sortKeys: true,
    explicitStart: false,
    explicitEnd: false,
  });

/** As kubectl shows Secrets: that a value differs, and not which it is. */
const hidden = (object: Readonly<Record<string, unknown>>, side: string): string => {
  const names = Object.keys((object.data ?? {}) as object);
  // `kubectl apply` leaves the whole object in an annotation.
  const { annotations, ...metadata } = object.metadata as Readonly<Record<string, unknown>>;
  return yaml({ ...object, metadata, data: Object.fromEntries(names.map((name) => [name, `*** (${side})`])) });
};
