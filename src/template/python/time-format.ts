import { TemplateError } from '../template-error.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const pad = (value: number, width = 2, fill = '0'): string => String(value).padStart(width, fill);

/** Python's `strftime` in the C locale. */
export const formatTime = (
  time: Date,
  format: string,
  utc: boolean,
  microseconds = time.getMilliseconds() * 1000,
): string => {
  const offset = utc ? 0 : -time.getTimezoneOffset();
  // Moved by its offset, the clock of the zone can be read from the UTC fields.
  const local = new Date(time.getTime() + offset * 60_000);
  const zone = (offset < 0 ? '-' : '+') + pad(Math.floor(Math.abs(offset) / 60)) + pad(Math.abs(offset) % 60);
  const one = (code: string): string | undefined => {
    const [year, month, day, weekday] = [
      local.getUTCFullYear(),
      local.getUTCMonth(),
      local.getUTCDate(),
      local.getUTCDay(),
    ];
    const [hour, minute, second] = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
    const dayOfYear = Math.floor((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86_400_000);
    const iso = isoWeek(local);
    switch (code) {
      case 'a':
        return days[weekday]?.slice(0, 3);
      case 'A':
        return days[weekday];
      case 'b':
      case 'h':
        return months[month]?.slice(0, 3);
      case 'B':
        return months[month];
      case 'c':
        return `${one('a')} ${one('b')} ${one('e')} ${one('T')} ${year}`;
      case 'C':
        return pad(Math.floor(year / 100));
      case 'd':
        return pad(day);
      case 'D':
      case 'x':
        return `${pad(month + 1)}/${pad(day)}/${pad(year % 100)}`;
      case 'e':
        return pad(day, 2, ' ');
      case 'f':
        return pad(microseconds, 6);
      case 'F':
        return `${year}-${pad(month + 1)}-${pad(day)}`;
      case 'g':
        return pad(iso.year % 100);
      case 'G':
        return String(iso.year);
      case 'H':
        return pad(hour);
      case 'I':
        return pad(hour % 12 || 12);
      case 'j':
        return pad(dayOfYear + 1, 3);
      case 'k':
        return pad(hour, 2, ' ');
      case 'l':
        return pad(hour % 12 || 12, 2, ' ');
      case 'm':
        return pad(month + 1);
      case 'M':
        return pad(minute);
      case 'n':
        return '\n';
      case 'p':
        return hour < 12 ? 'AM' : 'PM';
      case 'r':
        return `${one('I')}:${pad(minute)}:${pad(second)} ${one('p')}`;
      case 'R':
        return `${pad(hour)}:${pad(minute)}`;
      case 's':
        return String(Math.floor(time.getTime() / 1000));
      case 'S':
        return pad(second);
      case 't':
        return '\t';
      case 'T':
      case 'X':
        return `${pad(hour)}:${pad(minute)}:${pad(second)}`;
      case 'u':
        return String(weekday || 7);
      case 'U':
        return pad(Math.floor((dayOfYear + 7 - weekday) / 7));
      case 'V':
        return pad(iso.week);
      case 'w':
        return String(weekday);
      case 'W':
        return pad(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7));
      case 'y':
        return pad(year % 100);
      case 'Y':
        return String(year);
      case 'z':
        return zone;
      case 'Z':
        return utc ? 'UTC' : zoneName(time);
      case '%':
        return '%';
    }
    return undefined;
  };
  return format.replace(/%-?(\S)/g, (whole, code: string) => {
    const text = one(code);
    if (text === undefined) return whole;
    return whole[1] === '-' ? text.replace(/^[0 ]+(?=.)/, '') : text;
  });
};

const zoneName = (time: Date): string =>
  /\(?([A-Z]{2,5})\)?$/.exec(time.toLocaleTimeString('en-US', { timeZoneName: 'short' }))?.[1] ?? 'UTC';

const isoWeek = (time: Date): { year: number; week: number } => {
  const thursday = new Date(time);
  thursday.setUTCDate(time.getUTCDate() + 4 - (time.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7) };
};

const fields: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9])',
  H: '(?<H>2[0-3]|[01]?\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  M: '(?<M>[0-5]?\\d)',
  S: '(?<S>6[01]|[0-5]?\\d)',
  f: '(?<f>\\d{1,6})',
  y: '(?<y>\\d\\d)',
  p: '(?<p>[AaPp][Mm])',
  z: '(?<z>Z|[+-]\\d\\d:?\\d\\d)',
  Z: '(?<Z>UTC|GMT|[A-Z]*)',
  b: `(?<b>${months.map((month) => month.slice(0, 3)).join('|')})`,
  B: `(?<B>${months.join('|')})`,
  a: `(?:${days.map((day) => day.slice(0, 3)).join('|')})`,
  A: `(?:${days.join('|')})`,
  j: '(?<j>\\d{1,3})',
  '%': '%',
};

/** Python's `strptime`: the time as if its clock were in UTC. Throws where the text does not fit. */
export const parseTime = (text: string, format: string): Date => {
  const pattern = format.replace(/%(.)|\s+|[^\w\s]/g, (whole, code: string | undefined) => {
    if (code === undefined) return /\s/.test(whole) ? '\\s+' : `\\${whole}`;
    const field = fields[code];
    if (!field) throw new TemplateError(`'${code}' is no directive of the time format '${format}'`);
    return field;
  });
  const match = new RegExp(`^${pattern}$`, 'i').exec(text);
  if (!match) throw new TemplateError(`the time '${text}' does not match the format '${format}'`);
  const found = match.groups ?? {};
  const shortYear = Number(found.y);
  const year = found.Y ? Number(found.Y) : found.y ? shortYear + (shortYear < 69 ? 2000 : 1900) : 1900;
  const name = (found.b ?? found.B)?.slice(0, 3).toLowerCase();
  const month = name ? months.findIndex((each) => each.toLowerCase().startsWith(name)) : Number(found.m ?? 1) - 1;
  const hour = found.I ? (Number(found.I) % 12) + (found.p?.toLowerCase() === 'pm' ? 12 : 0) : Number(found.H ?? 0);
  const day = found.j ? Number(found.j) : Number(found.d ?? 1);
  const milliseconds = Number((found.f ?? '0').padEnd(6, '0')) / 1000;
  return new Date(
    Date.UTC(year, found.j ? 0 : month, day, hour, Number(found.M ?? 0), Number(found.S ?? 0)) + milliseconds,
  );
};
