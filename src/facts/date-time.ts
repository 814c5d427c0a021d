import { sh } from '../transport/shell/quote.ts';
import { dict, type FactFamily } from './family.ts';

/** The host's clock and time zone. The name of summer time is asked of the middle of both halves of the year. */
export const dateTime: FactFamily = {
  name: 'date_time',
  minimal: true,
  shell: sh`kb_part now; LC_ALL=C date '+%Y|%m|%A|%w|%W|%d|%H|%M|%S|%s|%N|%Z|%z'
kb_part zones; date -d 2026-01-15 '+%z %Z' 2>/dev/null; date -d 2026-07-15 '+%z %Z' 2>/dev/null`,
  parse(parts) {
    const [
      year,
      month,
      weekday,
      number,
      week,
      day,
      hour,
      minute,
      second,
      epoch = '0',
      nano = '',
      tz = '',
      offset = '',
    ] = parts.text('now').split('|');
    const micro = (/^\d+$/.test(nano) ? nano : '').padEnd(9, '0').slice(0, 6);
    const zones = parts.lines('zones').sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    const utc = new Date(Number(epoch) * 1000).toISOString().slice(0, 19);
    const local = `${year}${month}${day}T${hour}${minute}${second}`;
    const entries = {
      year,
      month,
      weekday,
      weekday_number: number,
      weeknumber: week,
      day,
      hour,
      minute,
      second,
      epoch,
      epoch_int: epoch,
      date: `${year}-${month}-${day}`,
      time: `${hour}:${minute}:${second}`,
      iso8601_micro: `${utc}.${micro}Z`,
      iso8601: `${utc}Z`,
      iso8601_basic: `${local}${micro}`,
      iso8601_basic_short: local,
      tz,
      tz_dst: zones.at(-1)?.split(' ')[1] ?? tz,
      tz_offset: offset,
    };
    return [['date_time', dict(Object.entries(entries).map(([key, value]) => [key, value ?? '']))]];
  },
};
