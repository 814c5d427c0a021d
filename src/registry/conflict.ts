import { UserError } from '../util/diagnostic.ts';
import { formatPosition } from '../util/position.ts';
import type { Ask, Choice } from './choice.ts';
import { withoutSecrets } from './locate.ts';
import { placeOf } from './lock.ts';

import type { Offer } from './source.ts';
import { fitting } from './version.ts';

/** Something that nobody can choose a version of. */
export interface Conflict {
  readonly asks: readonly Ask[];
  readonly offers: readonly Offer[];
  /** What was chosen when it came up. */
  readonly trail: ReadonlyMap<string, Choice>;
}

/** Tells a conflict as chains: who asks for what, in which file and line, from the project down. */
export const explain = ({ asks, offers, trail }: Conflict): UserError => {
  const name = asks[0]?.wanted.name ?? '';
  const places = new Set(asks.map(({ wanted }) => placeOf(wanted)));
  const elsewhere = places.size > 1 && asks.every(({ by }) => by !== undefined);
  const lines = asks.flatMap((ask) => chain(ask, trail, elsewhere));
  const best = fitting(offers, undefined).slice(0, 8);
  if (best.length > 0) lines.push(`on offer: ${best.map(({ version }) => version).join(', ')}`);
  lines.push(
    elsewhere
      ? `say where ${name} comes from with a requirement of your own`
      : 'change a range, or ask for other versions of those who ask for it',
  );
  return new UserError({
    severity: 'error',
    message: elsewhere ? `${name} is asked for from different places` : `no version of ${name} fits all who ask for it`,
    position: root(asks, trail)?.wanted.position,
    hint: lines.join('\n'),
  });
};

const chain = (ask: Ask, trail: ReadonlyMap<string, Choice>, withPlace: boolean): readonly string[] => {
  const lines: string[] = [];
  for (let at: Ask | undefined = ask; at; at = above(at, trail)) {
    const choice = at.by === undefined ? undefined : trail.get(at.by);
    const who = choice ? `${choice.wanted.name} ${choice.offer.version}`.trim() : 'the project';
    const where = withPlace && at === ask ? ` from ${withoutSecrets(at.wanted.src)}` : '';
    const what = `${at.wanted.name} ${at.wanted.version ?? '(any version)'}`;
    lines.unshift(`${who} asks for ${what}${where}, ${formatPosition(at.wanted.position)}`);
  }
  return lines.map((line, index) => `${'  '.repeat(index)}${line}`);
};

/** What brought the asker in. */
const above = ({ by }: Ask, trail: ReadonlyMap<string, Choice>): Ask | undefined =>
  by === undefined ? undefined : trail.get(by);

/** The project's own line that leads to the conflict. */
const root = (asks: readonly Ask[], trail: ReadonlyMap<string, Choice>): Ask | undefined => {
  let at: Ask | undefined = asks.at(-1);
  while (at?.by !== undefined) at = above(at, trail);
  return at;
};
