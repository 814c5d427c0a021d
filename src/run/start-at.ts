import { UserError } from '../util/diagnostic.ts';
import type { Step, TaskStep } from './tree.ts';

/** `--start-at-task`: what stands before the first task of that name, in whichever play, is left out. */
export class StartAt {
  readonly #name: string;
  readonly #pattern: RegExp;
  #found = false;

  constructor(name: string) {
    this.#name = name;
    this.#pattern = new RegExp(
      `^${name
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
  }

  /** The steps from that task on; the same once it was found, none before. */
  prune(steps: readonly Step[]): readonly Step[] {
    if (this.#found) return steps;
    const kept: Step[] = [];
    for (const step of steps) {
      if (this.#found) kept.push(step);
      else if (step.kind === 'task') {
        this.#found = this.#matches(step);
        if (this.#found) kept.push(step);
      } else {
        const block = this.prune(step.block);
        if (this.#found) kept.push({ ...step, block });
      }
    }
    return kept;
  }

  /** Throws a UserError where no play had the task. */
  throwIfMissing(): void {
    if (!this.#found) throw new UserError({ severity: 'error', message: `no task is named '${this.#name}'` });
  }

  #matches({ name: { name, title } }: TaskStep): boolean {
    return this.#pattern.test(name) || this.#pattern.test(title);
  }
}
