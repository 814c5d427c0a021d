import { UserError } from '../../util/diagnostic.ts';
import type { Wanted } from '../source.ts';

/** Does what a source does, and gives its errors the place at which the thing was asked for. */
export const atWish = async <T>({ position }: Pick<Wanted, 'position'>, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError) || error.diagnostics.some((one) => one.position)) throw error;
    throw new UserError(
      error.diagnostics.map((one) => ({ ...one, position })),
      { cause: error },
    );
  }
};

export const refuse = (wanted: Pick<Wanted, 'position'>, message: string, hint?: string): UserError =>
  new UserError({ severity: 'error', message, position: wanted.position, hint });
