import type { Field } from '../language/playbook.ts';
import { accumulated, inherited, type Lineage } from './lineage.ts';

/** The keywords that hold for a task, inherited ones included; resolved once, rendered for each host. */
export interface TaskKeywords {
  readonly own: (name: string) => Field | undefined;
  readonly inherited: (name: string) => Field | undefined;
  readonly when: readonly Field[];
  readonly environment: readonly Field[];
  readonly moduleDefaults: readonly Field[];
  readonly notify: readonly Field[];
  /** Whether any become keyword stands anywhere around the task. */
  readonly becomes: boolean;
}

export const taskKeywords = (lineage: Lineage): TaskKeywords => {
  const memory = new Map<string, Field | undefined>();
  return {
    own: (name) => lineage.keywords.get(name),
    inherited: (name) => {
      if (!memory.has(name)) memory.set(name, inherited(lineage, name));
      return memory.get(name);
    },
    when: accumulated(lineage, 'when'),
    environment: accumulated(lineage, 'environment'),
    moduleDefaults: accumulated(lineage, 'module_defaults'),
    notify: accumulated(lineage, 'notify'),
    becomes: becomeKeywords.some((name) => inherited(lineage, name) !== undefined),
  };
};

const becomeKeywords = ['become', 'become_user', 'become_method', 'become_exe', 'become_flags'];
