import { randomInt } from 'node:crypto';

export const saltCharacters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Characters drawn by the system's generator, or by `random` where a seed was asked for. */
export const drawCharacters = (alphabet: string, length: number, random: (() => number) | undefined): string => {
  const units = [...alphabet];
  const index = (): number => (random ? Math.floor(random() * units.length) : randomInt(units.length));
  return Array.from({ length }, () => units[index()]).join('');
};
