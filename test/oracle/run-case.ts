import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { play, type Told } from '../run/play.ts';

const suite = import.meta.dirname;
const read = (file: string): string => readFileSync(join(suite, file), 'utf8');

/** What a playbook came to: through ansible-core as recorded, or through k8s-bm. */
export interface Answer {
  readonly exit: number;
  readonly recap: unknown;
  /** What each host was told, in order. */
  readonly told: Readonly<Record<string, readonly Told[]>>;
  /** By host: a line for each file that is left, as `record/snapshot.sh` prints them. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

/** Something that k8s-bm tells otherwise, on purpose. Without `task` it holds for every task, without `playbook` for all. */
interface Difference {
  readonly playbook?: string;
  readonly task?: string;
  /** Left out of the comparison. */
  readonly keys: readonly string[];
  /** Only where ansible-core's text of the key matches this. */
  readonly theirs?: string;
  readonly reason: string;
}

/** A host to run on, and a way to look at it that is not the engine's. */
export interface CaseHost {
  readonly name: string;
  readonly address: string;
  exec(script: string): Promise<{ readonly stdout: string }>;
}

export interface Place {
  readonly inventory: string;
  readonly hosts: readonly CaseHost[];
  /** The port on which the controller serves `playbooks/served`. */
  readonly port: number;
}

export const differences: readonly Difference[] = parse(read('differences.yml'));

export const recorded = (name: string): Answer => {
  const { told, ...rest } = JSON.parse(read(`results/${name}.json`));
  return { ...rest, told: byHost(told) };
};

export const runCase = async (name: string, place: Place, lookAhead: boolean): Promise<Answer> => {
  const dir = `/oracle/${name}`;
  const everywhere = (script: string) =>
    Promise.all(
      place.hosts.map(async (host) => [host.name, (await host.exec(`dir=${dir}\n${read(script)}`)).stdout] as const),
    );
  await everywhere('record/reset.sh');
  const folder = join(suite, 'playbooks');
  const { told, recap, exit } = await play({
    folder,
    file: `${name}.yml`,
    scratch: dir,
    lookAhead,
    inventories: [place.inventory, join(folder, '_groups.yml')],
    settings: {
      extraVars: new Map<string, string>([
        ['dir', dir],
        ['server_port', String(place.port)],
      ]),
    },
  });
  const network = (place.hosts[0]?.address ?? '').replace(/\.\d+$/, '');
  // play.ts writes SCRATCH and CASES for the folders that it was given.
  const normal = JSON.parse(
    JSON.stringify(told)
      .replaceAll('SCRATCH', dir)
      .replaceAll('CASES', 'PLAYBOOKS')
      .replaceAll(network, 'NETWORK')
      .replaceAll(`:${place.port}`, ':PORT'),
  ) as Told[];
  const files = (await everywhere('record/snapshot.sh')).map(([host, text]) => [host, linesOf(text)]);
  return { exit, recap, told: byHost(normal), files: Object.fromEntries(files) };
};

/** Both answers as they have to be equal: without what says nothing, and without what differs on purpose. */
export const compared = (name: string, ours: Answer, theirs: Answer): readonly [Answer, Answer] => {
  const core = recorded(name);
  const strip = (answer: Answer): Answer => ({
    ...answer,
    told: Object.fromEntries(
      Object.entries(answer.told).map(([host, told]) => [
        host,
        told.map((each, index) => comparable(each, ignoredKeys(name, core.told[host]?.[index] ?? each))),
      ]),
    ),
  });
  return [strip(ours), strip(theirs)];
};

const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

const volatile = new Set<string>(JSON.parse(read('volatile.json')).keys);

const byHost = (told: readonly Told[]): Record<string, Told[]> => {
  const sorted: Record<string, Told[]> = {};
  for (const each of told) {
    if (isSilent(each)) continue;
    sorted[each.host] ??= [];
    sorted[each.host]?.push(each);
  }
  return sorted;
};

/** A `meta` that does nothing says nothing here. */
const isSilent = ({ result }: Told): boolean => /^end_\w+ conditional evaluated to/.test(String(result.msg));

/** Which keys of a result differ on purpose is known from what ansible-core told. */
const ignoredKeys = (name: string, { task, result }: Told): Set<string> => {
  const text = JSON.stringify(result);
  return new Set(
    differences
      .filter(({ playbook, task: only }) => (playbook ?? name) === name && (only ?? task) === task)
      .filter(({ theirs }) => theirs === undefined || new RegExp(theirs).test(text))
      .flatMap(({ keys }) => keys),
  );
};

const comparable = ({ kind, task, host, result }: Told, ignored: ReadonlySet<string>): Told => {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(
      ([key, inner]) =>
        !volatile.has(key) &&
        !key.startsWith('_ansible') &&
        !ignored.has(key) &&
        !(key === 'status' && typeof inner === 'object'),
    );
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
  };
  const bare = withPlainMessage(withoutKind(result));
  const items = bare.results;
  const whole = Array.isArray(items)
    ? { ...bare, results: items.map((item) => withPlainMessage(withoutKind(item))) }
    : bare;
  return { kind, task, host, result: strip(whole) as Told['result'] };
};

/** The callbacks of ansible-core leave out what the kind of the event says. */
const withoutKind = ({ failed: _, skipped: __, unreachable: ___, ...rest }: Told['result']): Told['result'] => rest;

/** A message without what ansible-core puts before it, and without the place in the playbook that k8s-bm puts behind it. */
const withPlainMessage = (result: Told['result']): Told['result'] => {
  const { msg } = result;
  if (typeof msg !== 'string') return result;
  return { ...result, msg: msg.replace(around, '').replace(place, '').trimEnd() };
};

const around = new RegExp(
  "^Task failed: (Action failed: )?(Finalization of task args for '[\\w.]+' failed: Error while resolving value for '\\w+': " +
    "|A '\\w+' expression failed: Error while evaluating conditional: )?",
);
const place = / \(PLAYBOOKS\/\S+:\d+:\d+\)$/;
