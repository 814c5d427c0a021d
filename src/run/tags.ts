import type { Field } from '../language/playbook.ts';
import { asText } from '../modules/coerce.ts';
import type { Value } from '../template/values.ts';

export interface TagChoice {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** `tags:` as a list or a line with commas; `render` resolves variables in it. */
export const readTags = (fields: readonly Field[], render: (value: Value) => Value): ReadonlySet<string> => {
  const tags = new Set<string>();
  for (const { value } of fields) {
    const rendered = render(value);
    for (const entry of Array.isArray(rendered) ? rendered : [rendered])
      for (const tag of asText(entry ?? '').split(',')) if (tag.trim()) tags.add(tag.trim());
  }
  return tags;
};

/**
 * Whether a task with these tags runs under `--tags` and `--skip-tags`, with the special tags of Ansible's documentation:
 * `always`, `never` on tasks; `all`, `tagged`, `untagged` on the command line.
 */
export const isChosen = (tags: ReadonlySet<string>, { tags: only, skipTags }: TagChoice): boolean => {
  const named = (list: readonly string[]): boolean => list.some((tag) => tags.has(tag));
  const tagged = tags.size > 0;
  const wanted =
    only.length === 0
      ? !tags.has('never')
      : tags.has('always') ||
        named(only) ||
        (!tags.has('never') &&
          (only.includes('all') || (only.includes('tagged') && tagged) || (only.includes('untagged') && !tagged)));
  if (!wanted) return false;
  if (skipTags.includes('all')) return tags.has('always') && !skipTags.includes('always');
  if (named(skipTags)) return false;
  if (skipTags.includes('tagged') && tagged) return false;
  return !(skipTags.includes('untagged') && !tagged);
};
