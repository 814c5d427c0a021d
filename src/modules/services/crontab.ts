/** A job of a crontab, under the marker line that tells it from those that people wrote. */
export interface CronJob {
  readonly name: string;
  /** Its line, whole; undefined where it shall not be there. */
  readonly line: string | undefined;
}

const marker = (name: string): string => `#Ansible: ${name}`;

/** The crontab with that job in it once, where it stood or last; or without it. */
export const setJob = (crontab: string, { name, line }: CronJob): string => {
  const lines = linesOf(crontab);
  const kept: string[] = [];
  let placed = line === undefined;
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] !== marker(name)) {
      kept.push(lines[at] as string);
      continue;
    }
    at++;
    if (!placed) kept.push(marker(name), line as string);
    placed = true;
  }
  if (!placed) kept.push(marker(name), line as string);
  return textOf(kept, crontab);
};

/** The crontab with `NAME="value"` once: where it stood, behind or before another variable, or first. */
export const setVariable = (
  crontab: string,
  name: string,
  value: string | undefined,
  place: { readonly after?: string | undefined; readonly before?: string | undefined } = {},
): string => {
  const lines = linesOf(crontab);
  const line = value === undefined ? [] : [`${name}="${value}"`];
  const at = lines.findIndex((each) => variableOf(each) === name);
  if (at >= 0) return textOf([...lines.slice(0, at), ...line, ...lines.slice(at + 1)], crontab);
  if (value === undefined) return crontab;
  const anchor = lines.findIndex((each) => variableOf(each) === (place.after ?? place.before));
  const index = anchor < 0 ? 0 : place.after !== undefined ? anchor + 1 : anchor;
  return textOf([...lines.slice(0, index), ...line, ...lines.slice(index)], crontab);
};

export const jobNames = (crontab: string): string[] =>
  linesOf(crontab).flatMap((line) => (line.startsWith('#Ansible: ') ? [line.slice('#Ansible: '.length)] : []));

export const variableNames = (crontab: string): string[] => linesOf(crontab).flatMap((line) => variableOf(line) ?? []);

const variableOf = (line: string): string | undefined => /^([A-Za-z_]\w*)\s*=/.exec(line)?.[1];

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

const textOf = (lines: readonly string[], before: string): string => {
  const after = lines.map((line) => `${line}\n`).join('');
  return after.trimEnd() === before.trimEnd() ? before : after;
};
