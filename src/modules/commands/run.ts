import type { Dict, Value } from '../../template/values.ts';
import { type ShellText, sh } from '../../transport/shell/quote.ts';
import type { Reply, Script } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { result } from '../read.ts';
import { expanded } from '../shell/path.ts';

/** `cd`, where a directory is given. `guardLook` has seen that it is there, so this fails only where it has gone since. */
export const changeDirectory = (chdir: string | undefined): ShellText =>
  chdir === undefined ? sh`:` : sh`cd -- ${expanded(chdir)} || exit`;

export interface Stdin {
  readonly stdin: string | undefined;
  readonly addNewline: boolean;
}

export const stdinOf = ({ stdin, addNewline }: Stdin): Pick<Script, 'stdin'> =>
  stdin === undefined ? {} : { stdin: Buffer.from(addNewline ? `${stdin}\n` : stdin) };

/** What `command` and `shell` register of a run. Start and end are by the controller's clock, the time between by the host's. */
export const runResult = (cmd: Value, reply: Reply, stripEnds: boolean): Dict => {
  const ended = Date.now();
  return result({
    changed: true,
    cmd,
    delta: formatDelta(reply.durationMs),
    end: formatTime(ended),
    failed: reply.code === 0 ? undefined : true,
    msg: reply.code === 0 ? '' : 'non-zero return code',
    rc: reply.code,
    start: formatTime(ended - reply.durationMs),
    ...outputFields(reply, stripEnds),
  });
};

/** stdout and stderr as text and as lines. */
export const outputFields = (reply: Reply, stripEnds: boolean): Record<string, Value> => {
  const text = (bytes: Uint8Array): string => {
    const whole = decode(bytes);
    return stripEnds ? whole.replace(/[\r\n]+$/, '') : whole;
  };
  return withLines({ stdout: text(reply.stdout), stderr: text(reply.stderr) });
};

/** Adds `stdout_lines` and `stderr_lines`. */
export const withLines = (output: { stdout: string; stderr: string }): Record<string, Value> => ({
  ...output,
  stdout_lines: splitLines(output.stdout),
  stderr_lines: splitLines(output.stderr),
});

/** Python's `str.splitlines()`. */
export const splitLines = (text: string): string[] => {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** Python's `str(timedelta)`: `0:00:01.234567`. */
export const formatDelta = (milliseconds: number): string => {
  const seconds = Math.floor(milliseconds / 1000);
  const days = Math.floor(seconds / 86_400);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  const clock = `${Math.floor((seconds % 86_400) / 3600)}:${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
  const micros = pad(Math.floor((milliseconds % 1000) * 1000), 6);
  return `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${clock}.${micros}`;
};

/** Local time with microseconds, as Python's `str(datetime)`. */
export const formatTime = (milliseconds: number): string => {
  const at = new Date(milliseconds);
  const local = new Date(milliseconds - at.getTimezoneOffset() * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 23)}${String(Math.floor((milliseconds % 1) * 1000)).padStart(3, '0')}`;
};
