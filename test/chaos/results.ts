import { appendFile, readFile } from 'node:fs/promises';
import type { Trial } from './trial.ts';

/** How a trial ended: one line of JSON in the file of results, which later runs go on with. */
export interface TrialResult extends Trial {
  readonly when: string;
  /** The host that was struck; undefined where none was. */
  readonly struck: string | undefined;
  /** The task that ran when it struck; undefined when the deploy was over before. */
  readonly during: string | undefined;
  /** Of the deploy that was struck; null: it was killed. */
  readonly exitCode: number | null;
  readonly struckSeconds: number;
  /** Of the deploy that completed what was begun. */
  readonly completedSeconds: number | undefined;
  /** What was not as it must be; empty: all was well. */
  readonly wrong: readonly string[];
  /** How many tasks the deploy that completed it began. */
  readonly tasks: number | undefined;
}

export const readResults = async (file: string): Promise<TrialResult[]> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as TrialResult] : []));
};

export const addResult = (file: string, result: TrialResult): Promise<void> =>
  appendFile(file, `${JSON.stringify(result)}\n`);
