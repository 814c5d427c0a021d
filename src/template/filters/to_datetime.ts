import { plugin } from '../plugin.ts';
import { DateTime } from '../python/datetime.ts';
import { toText } from '../python/text.ts';
import { parseTime } from '../python/time-format.ts';

export const to_datetime = plugin(
  "format='%Y-%m-%d %H:%M:%S'",
  (_, value, format) => new DateTime(parseTime(toText(value), toText(format))),
);
