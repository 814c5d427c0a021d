import { accumulated } from './lineage.ts';
import type { PreparedPlay } from './play.ts';
import { readTags } from './tags.ts';
import type { Step, TaskStep } from './tree.ts';

export interface ListingOptions {
  readonly hosts: boolean;
  readonly tasks: boolean;
  readonly tags: boolean;
}

/** Hosts, tasks and tags of plays as `--list-hosts`, `--list-tasks` and `--list-tags` show them, without running anything. */
export const listing = (plays: readonly PreparedPlay[], options: ListingOptions): string[] =>
  plays.flatMap(({ name, hosts, steps }, index) => {
    const tasks = steps.flatMap(tasksOf).filter((step) => !step.implicit);
    const lines = [`play #${index + 1} (${name.name})`];
    if (options.hosts) lines.push(`  hosts (${hosts.length}):`, ...hosts.map((host) => `    ${host}`));
    if (options.tasks) {
      const tags = (step: TaskStep): string => [...tagsOf(step)].sort().join(', ');
      lines.push('  tasks:', ...tasks.map((step) => `    ${step.name.title}${tags(step) ? `  [${tags(step)}]` : ''}`));
    }
    if (options.tags) {
      const tags = new Set(tasks.flatMap((step) => [...tagsOf(step)]));
      lines.push(`  tags: ${[...tags].sort().join(', ')}`);
    }
    return lines;
  });

const tasksOf = (step: Step): readonly TaskStep[] =>
  step.kind === 'task' ? [step] : [...step.block, ...step.rescue, ...step.always].flatMap(tasksOf);

const tagsOf = (step: TaskStep): ReadonlySet<string> =>
  readTags(accumulated(step.lineage, 'tags'), (value) =>
    typeof value === 'object' && !Array.isArray(value) ? '' : value,
  );
