import { type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Arguments, ModuleFailure, type OptionTable } from '../module.ts';
import { text } from '../read.ts';

const timeOption = (what: string): OptionTable[string] => ({
  type: 'str',
  description: `The time of ${what}: now, preserve, or a time in the format.`,
});

export const timeOptions: OptionTable = {
  access_time: timeOption('the last access'),
  access_time_format: { type: 'str', default: '%Y%m%d%H%M.%S', description: 'How access_time is written.' },
  modification_time: timeOption('the last modification'),
  modification_time_format: { type: 'str', default: '%Y%m%d%H%M.%S', description: 'How modification_time is written.' },
};

/** `now`, `preserve`, or year, month, day, hour, minute and second as digits, by the host's clock. */
export type Time = 'now' | 'preserve' | readonly [string, string, string, string, string, string] | undefined;

/** Throws ModuleFailure where the time is not written in its format. */
export const readTime = (args: Arguments, name: string): Time => {
  const given = text(args, name);
  if (given === undefined || given === 'now' || given === 'preserve') return given;
  const format = text(args, `${name}_format`) ?? '%Y%m%d%H%M.%S';
  const order: string[] = [];
  const pattern = format.replace(/%([YmdHMSFT%])|[.*+?^${}()|[\]\\]/g, (part, key: string | undefined) => {
    if (key === undefined) return `\\${part}`;
    if (key === '%') return '%';
    const keys = key === 'F' ? ['Y', 'm', 'd'] : key === 'T' ? ['H', 'M', 'S'] : [key];
    order.push(...keys);
    return keys.map((each) => (each === 'Y' ? '(\\d{4})' : '(\\d{1,2})')).join(key === 'F' ? '-' : ':');
  });
  const match = new RegExp(`^${pattern}$`).exec(given);
  if (!match) throw new ModuleFailure(`Error while obtaining timestamp for time ${given} using format ${format}`);
  const part = (key: string, width: number, otherwise: string): string =>
    (order.includes(key) ? (match[order.indexOf(key) + 1] as string) : otherwise).padStart(width, '0');
  return [
    part('Y', 4, '1900'),
    part('m', 2, '1'),
    part('d', 2, '1'),
    part('H', 2, '0'),
    part('M', 2, '0'),
    part('S', 2, '0'),
  ];
};

/** Puts the time in seconds since 1970 by the host's zone, to compare with what is there. */
export const timeLook = (key: string, time: Time): ShellText => {
  if (time === undefined || typeof time === 'string') return sh`:`;
  const [year, month, day, hour, minute, second] = time;
  return sh`kb_put ${key} "$(date -d ${`${year}-${month}-${day} ${hour}:${minute}:${second}`} +%s)"`;
};

/** `touch` for one of the two times; `which` is -a or -m. */
export const touchTime = (which: '-a' | '-m', time: Time, path: ShellText): ShellText => {
  if (time === undefined || time === 'preserve') return sh`:`;
  if (time === 'now') return sh`touch -c ${which} -- ${path}`;
  return sh`touch -c ${which} -t ${`${time.slice(0, 5).join('')}.${time[5]}`} -- ${path}`;
};
