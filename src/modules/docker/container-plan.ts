import { createHash } from 'node:crypto';
import { fromPlain, plain } from '../coerce.ts';
import { type Change, ModuleFailure, type Plan } from '../module.ts';
import { planned } from '../planned.ts';
import { type ContainerSpec, differingOptions } from './container-spec.ts';
import type { Inspected } from './inspected.ts';
import { hashLabel, specLabel } from './labels.ts';

/** What a task asks of a container. */
export interface WantedContainer {
  readonly name: string;
  readonly state: string;
  readonly spec: ContainerSpec;
  readonly restartPolicy: string;
  readonly recreate: boolean;
  readonly restart: boolean;
  readonly pull: string;
  readonly mountedFiles: readonly string[];
  readonly ready: string;
  readonly beforeReplacing: string;
  readonly readySeconds: number;
  readonly rollBack: boolean;
}

/** What a look found. */
export interface FoundContainer {
  readonly hasDocker: boolean;
  readonly container: Inspected | undefined;
  readonly previous: Inspected | undefined;
  readonly imageId: string | undefined;
  /** One line per mounted file: its checksum and path. */
  readonly files: string;
}

export const planContainer = (wanted: WantedContainer, found: FoundContainer, checkMode: boolean): Plan => {
  const changes = changesOf(wanted, found);
  if (!found.hasDocker && !checkMode) throw new ModuleFailure('Docker is not installed on this host');
  const container = found.container ? fromPlain(found.container) : null;
  return {
    ...planned(changes, { container }),
    diff:
      changes.length > 0
        ? [
            {
              before: sideOf(changes, 'before'),
              after: sideOf(changes, 'after'),
              beforeHeader: wanted.name,
              afterHeader: wanted.name,
            },
          ]
        : [],
  };
};

const changesOf = (wanted: WantedContainer, { container, previous, imageId, files }: FoundContainer): Change[] => {
  const { name, state, spec, restartPolicy } = wanted;
  const subject = `container ${name}`;
  if (state === 'absent')
    return container || previous
      ? [{ what: subject, before: container?.State.Status ?? 'replaced half-way', after: null }]
      : [];
  if (!container) return [{ what: subject, before: null, after: spec.image }];
  const changes = differences(wanted, container, imageId, files);
  if (changes.length > 0) return changes.map((change) => ({ ...change, what: `${subject}: ${change.what}` }));
  if (wanted.recreate) return [{ what: subject, before: 'as wanted', after: 'made anew' }];
  if (previous) return [{ what: `${subject}: replacement`, before: 'cut off half-way', after: 'finished' }];
  const policy = policyOf(container);
  if (policy !== restartPolicy)
    changes.push({ what: `${subject}: restart policy`, before: policy, after: restartPolicy });
  if (state === 'stopped' && container.State.Running)
    changes.push({ what: subject, before: 'running', after: 'stopped' });
  if ((state === 'started' || state === 'healthy') && !container.State.Running)
    changes.push({ what: subject, before: container.State.Status, after: 'running' });
  if (wanted.restart && container.State.Running && changes.length === 0)
    changes.push({ what: subject, before: 'running', after: 'restarted' });
  return changes;
};

/** What can only be changed by making the container anew. */
export const differences = (
  { spec, mountedFiles }: WantedContainer,
  container: Inspected,
  imageId: string | undefined,
  files: string,
): Change[] => {
  const labels = container.Config.Labels ?? {};
  const moved = imageId !== undefined && imageId !== container.Image;
  const changes: Change[] = moved
    ? [{ what: `image ${spec.image}`, before: container.Image.slice(7, 19), after: imageId.slice(7, 19) }]
    : [];
  if (labels[hashLabel] === hashOf(spec, files)) return changes;
  const before = labels[specLabel] === undefined ? undefined : describedBefore(labels[specLabel]);
  if (before === undefined) {
    const differing = differingOptions(spec, container).map((option) => ({
      what: option,
      before: 'otherwise',
      after: 'as asked for',
    }));
    return mountedFiles.length > 0 && differing.length === 0
      ? [...changes, { what: 'mounted files', before: 'not known', after: 'as they are' }]
      : [...changes, ...differing];
  }
  const after = described(spec, files);
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[field] !== after[field])
      changes.push({ what: field, before: before[field] ?? null, after: after[field] ?? null });
  }
  return changes;
};

/** A description as flat text by field, which is what is compared, hashed and shown. */
export const described = (
  { image, entrypoint, command, options }: ContainerSpec,
  files: string,
): Record<string, string> => ({
  image,
  ...(entrypoint.length > 0 ? { entrypoint: entrypoint.join(' ') } : {}),
  ...(command.length > 0 ? { command: command.join(' ') } : {}),
  ...Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      name === 'env' ? digest(JSON.stringify(plain(value))) : JSON.stringify(plain(value)),
    ]),
  ),
  ...Object.fromEntries(
    files
      .split('\n')
      .filter(Boolean)
      .map((line) => [`file ${line.slice(line.indexOf(' ') + 2)}`, line.slice(0, 12).trim()]),
  ),
});

const describedBefore = (label: string): Record<string, string> | undefined => {
  try {
    return JSON.parse(label) as Record<string, string>;
  } catch {
    return undefined;
  }
};

const digest = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 16);

export const hashOf = (spec: ContainerSpec, files: string): string =>
  digest(JSON.stringify([described(spec, files), files]));

export const policyOf = ({ HostConfig: { RestartPolicy } }: Inspected): string =>
  RestartPolicy.Name === 'on-failure' && RestartPolicy.MaximumRetryCount > 0
    ? `on-failure:${RestartPolicy.MaximumRetryCount}`
    : RestartPolicy.Name || 'no';

const sideOf = (changes: readonly Change[], side: 'before' | 'after'): string =>
  changes.map((change) => `${change.what}: ${change[side] ?? 'absent'}\n`).join('');
