import { plugin } from '../plugin.ts';
import { asInteger } from '../python/arguments.ts';
import { truthy } from '../python/truth.ts';

const words =
  'lorem ipsum dolor sit amet consectetuer adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua'.split(
    ' ',
  );

/** Text without meaning, for trying a layout. */
export const lipsum = plugin(
  'n=5, html=True, min=20, max=100',
  (context, count, html, least, most) => {
    const { random } = context.surroundings;
    const [low, high] = [asInteger(least, 'min'), asInteger(most, 'max')];
    const paragraph = (): string => {
      const length = low + Math.floor(random() * Math.max(1, high - low));
      const text = Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' ');
      return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
    };
    const paragraphs = Array.from({ length: asInteger(count, 'n') }, paragraph);
    return truthy(html) ? paragraphs.map((text) => `<p>${text}</p>`).join('\n') : paragraphs.join('\n\n');
  },
  { impure: true },
);
