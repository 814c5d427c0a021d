import { decode } from '../../util/bytes.ts';
import type { ModuleContext } from '../module.ts';

/** The certificate in a file of the controller, looked for as `copy` looks for its `src`; undefined without a file. */
export const authorityIn = (file: string | undefined, context: ModuleContext): string | undefined =>
  file ? decode(context.readFile(context.findFile('files', file))).trimEnd() : undefined;
