export const faults = ['interrupted', 'killed', 'cut off', 'powered off'] as const;

/** One interruption of a deploy, all of which follows from its seed: a trial that failed can be tried again. */
export interface Trial {
  readonly number: number;
  readonly seed: number;
  /** Ctrl-C, `kill -9` of k8s-bm, a host's link down, a host's plug pulled. */
  readonly fault: (typeof faults)[number];
  /** Which host, from 0; Ctrl-C and `kill -9` strike none. */
  readonly host: number;
  /** It strikes so long after the task of this number begins, counted from 1. */
  readonly task: number;
  readonly delayMs: number;
}

/** Faults come in turn, so that four trials are one of each. `tasks`: how many a whole deploy begins. */
export const trialOf = (number: number, seed: number, hosts: number, tasks: number): Trial => {
  const random = randomFrom(seed + number);
  return {
    number,
    seed,
    fault: faults[number % faults.length] as Trial['fault'],
    host: Math.floor(random() * hosts),
    task: 1 + Math.floor(random() * tasks),
    // Most tasks are over at once; some take long, and are struck in their middle.
    delayMs: Math.floor(random() ** 3 * 8000),
  };
};

/** mulberry32: small, and the same on every machine. */
const randomFrom = (seed: number) => {
  let state = Math.imul(seed, 0x9e3779b1);
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};
