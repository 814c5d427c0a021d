import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { charactersOf } from '../python/characters.ts';
import { toText } from '../python/text.ts';
import { truthy } from '../python/truth.ts';

export const truncate = plugin(
  "length=255, killwords=False, end='...', leeway=None",
  (_, value, length, killwords, end, leeway) => {
    const [units, ending, limit] = [charactersOf(toText(value)), toText(end), asInteger(length, 'length')];
    if (units.length <= limit + (leeway === null ? 5 : asInteger(leeway, 'leeway'))) return units.join('');
    const kept = units.slice(0, limit - charactersOf(ending).length).join('');
    if (truthy(killwords)) return kept + ending;
    const space = kept.lastIndexOf(' ');
    return (space < 0 ? kept : kept.slice(0, space)) + ending;
  },
);
