import { printDiagnostics } from '../language/diagnostics.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';

/**
 * Runs a command's action so that what a user can cause is told in words, without a stack, and ends with exit code 1. The
 * signal aborts on Ctrl-C and on SIGTERM: the action then cleans up after itself, and the exit code says so (130, 143).
 */
export const tellFailures = async (action: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const stop = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  const forget = (): void => {
    for (const name of Object.keys(codes)) process.removeListener(name, onSignal);
  };
  // It stays until the end: what restores a terminal's cursor ends the process on a signal that nobody else listens to.
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) {
      forget();
      process.kill(process.pid, name);
      return;
    }
    process.exitCode = codes[name as keyof typeof codes];
    stop.abort(new Error(`ended by ${name}`));
  };
  for (const name of Object.keys(codes)) process.on(name, onSignal);
  try {
    await action(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return;
    if (!(error instanceof UserError)) throw error;
    process.exitCode = 1;
    const isPlaced = ({ position }: Diagnostic): boolean => position !== undefined && position.file !== '<none>';
    const placed = error.diagnostics.filter(isPlaced);
    if (placed.length > 0) process.stderr.write(printDiagnostics(placed, { cwd: process.cwd() }));
    for (const { message, hint } of error.diagnostics.filter((each) => !isPlaced(each))) {
      process.stderr.write(`k8s-bm: ${message}\n`);
      if (hint) process.stderr.write(`  ${hint.replaceAll('\n', '\n  ')}\n`);
    }
  } finally {
    forget();
  }
};
