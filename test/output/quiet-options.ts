import type { ReporterOptions } from '../../src/output/reporter.ts';

/** Of a run without flags, whose text goes nowhere. */
export const quietOptions: ReporterOptions = {
  write: () => undefined,
  columns: 80,
  verbosity: 0,
  diff: false,
  checkMode: false,
  profile: false,
  formatDiagnostic: ({ message }) => message,
};
