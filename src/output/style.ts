import chalk from 'chalk';

/** Every colour of the output, each with one meaning; chalk leaves them out off a terminal and under NO_COLOR. */
export const style = {
  ok: chalk.green,
  changed: chalk.yellow,
  failed: chalk.red,
  skipped: chalk.cyan,
  warning: chalk.magenta,
  quiet: chalk.dim,
  heading: chalk.bold,
  added: chalk.green,
  removed: chalk.red,
} as const;

/** Switches colours off, for `--no-color` and for output that a program reads. */
export const withoutColours = (): void => {
  chalk.level = 0;
};

/** How diagnostics look. */
export const diagnosticStyle = {
  error: (text: string) => style.failed(text),
  warning: (text: string) => style.warning(text),
  place: (text: string) => style.heading(text),
  dim: (text: string) => style.quiet(text),
} as const;
