import { Float, Tuple, type Value } from '../values.ts';
import { numeric } from './equality.ts';
import type { Method } from './method.ts';

/** Methods of `int` and `float`. */
export const numberMethods: Readonly<Record<string, Method<Value>>> = {
  as_integer_ratio: (self) => {
    const value = Number(numeric(self));
    let denominator = 1;
    while (!Number.isInteger(value * denominator)) denominator *= 2;
    return Tuple.of(value * denominator, denominator) as Tuple;
  },
  bit_length: (self) => {
    const value = BigInt(numeric(self) as number);
    return value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length;
  },
  conjugate: (self) => self,
  is_integer: (self) => (self instanceof Float ? Number.isInteger(self.value) : true),
};
