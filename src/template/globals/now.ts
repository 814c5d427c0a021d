import { plugin } from '../plugin.ts';
import { DateTime } from '../python/datetime.ts';
import { toText } from '../python/text.ts';
import { formatTime } from '../python/time-format.ts';
import { truthy } from '../python/truth.ts';

/** The time of the controller, as a datetime or in a format. */
export const now = plugin(
  'utc=False, fmt=None',
  (context, utc, format) => {
    const time = context.surroundings.now();
    if (format !== null && format !== '') return formatTime(time, toText(format), truthy(utc));
    const offset = truthy(utc) ? 0 : -time.getTimezoneOffset();
    return new DateTime(new Date(time.getTime() + offset * 60_000));
  },
  { impure: true },
);
