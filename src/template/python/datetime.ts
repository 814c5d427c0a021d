import { Callable, Float, Opaque, type Value } from '../values.ts';
import { numeric } from './equality.ts';
import { toText } from './text.ts';
import { formatTime } from './time-format.ts';

/** Python's naive `datetime`. The clock it shows is kept in the UTC fields of a Date. */
export class DateTime extends Opaque {
  readonly typeName = 'datetime';
  private readonly time: Date;

  constructor(time: Date) {
    super();
    this.time = time;
  }

  get(key: Value): Value | undefined {
    const { time } = this;
    const number = {
      year: time.getUTCFullYear(),
      month: time.getUTCMonth() + 1,
      day: time.getUTCDate(),
      hour: time.getUTCHours(),
      minute: time.getUTCMinutes(),
      second: time.getUTCSeconds(),
      microsecond: time.getUTCMilliseconds() * 1000,
    }[key as string];
    if (number !== undefined) return number;
    switch (key) {
      case 'strftime':
        return new Callable('strftime', ([format]) => formatTime(time, toText(format ?? ''), true));
      case 'isoformat':
        return new Callable('isoformat', () => this.text().replace(' ', 'T'));
      case 'timestamp':
        return new Callable('timestamp', () => new Float((time.getTime() + time.getTimezoneOffset() * 60_000) / 1000));
      case 'weekday':
        return new Callable('weekday', () => (time.getUTCDay() + 6) % 7);
      case 'isoweekday':
        return new Callable('isoweekday', () => time.getUTCDay() || 7);
      case 'date':
        return new Callable('date', () => this.text().slice(0, 10));
    }
    return undefined;
  }

  override text(): string {
    const { time } = this;
    const micros = time.getUTCMilliseconds() * 1000;
    return formatTime(time, '%Y-%m-%d %H:%M:%S', true) + (micros ? `.${String(micros).padStart(6, '0')}` : '');
  }

  override compare(other: Opaque): number | undefined {
    return other instanceof DateTime ? this.time.getTime() - other.time.getTime() : undefined;
  }

  override operate(operator: string, other: Value): Value | undefined {
    if (operator === '-' && other instanceof DateTime) return new TimeDelta(this.time.getTime() - other.time.getTime());
    if (other instanceof TimeDelta && (operator === '+' || operator === '-')) {
      return new DateTime(
        new Date(this.time.getTime() + (operator === '+' ? other.milliseconds : -other.milliseconds)),
      );
    }
    return undefined;
  }
}

const day = 86_400_000;

/** Python's `timedelta`: days, seconds of a day, and microseconds, the last two never negative. */
export class TimeDelta extends Opaque {
  readonly typeName = 'timedelta';
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super();
    this.milliseconds = milliseconds;
  }

  get(key: Value): Value | undefined {
    const days = Math.floor(this.milliseconds / day);
    const rest = this.milliseconds - days * day;
    switch (key) {
      case 'days':
        return days;
      case 'seconds':
        return Math.floor(rest / 1000);
      case 'microseconds':
        return Math.round((rest % 1000) * 1000);
      case 'total_seconds':
        return new Callable('total_seconds', () => new Float(this.milliseconds / 1000));
    }
    return undefined;
  }

  override text(): string {
    const days = this.get('days') as number;
    const seconds = this.get('seconds') as number;
    const micros = this.get('microseconds') as number;
    const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const shown = clock.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
    const lead = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    return lead + shown + (micros ? `.${String(micros).padStart(6, '0')}` : '');
  }

  override compare(other: Opaque): number | undefined {
    return other instanceof TimeDelta ? this.milliseconds - other.milliseconds : undefined;
  }

  override operate(operator: string, other: Value): Value | undefined {
    if (other instanceof TimeDelta) {
      if (operator === '+') return new TimeDelta(this.milliseconds + other.milliseconds);
      if (operator === '-') return new TimeDelta(this.milliseconds - other.milliseconds);
      if (operator === '/') return new Float(this.milliseconds / other.milliseconds);
    }
    const factor = numeric(other);
    if (factor === undefined) return undefined;
    if (operator === '*') return new TimeDelta(this.milliseconds * Number(factor));
    return operator === '/' ? new TimeDelta(this.milliseconds / Number(factor)) : undefined;
  }
}
