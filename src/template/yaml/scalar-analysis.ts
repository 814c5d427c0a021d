/** Which styles can hold a text in YAML, found in one walk over its characters as libyaml's emitter does it. */
export interface ScalarAnalysis {
  readonly multiline: boolean;
  readonly flowPlain: boolean;
  readonly blockPlain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

export const isBreak = (character: string | undefined): boolean =>
  character === '\n' || character === '\r' || character === '\x85' || character === '\u2028' || character === '\u2029';

const isBlankOrEnd = (character: string | undefined): boolean =>
  character === undefined || character === ' ' || character === '\t' || isBreak(character);

/** libyaml prints neither tabs nor characters beyond U+FFFF as they are. */
export const isPrintable = (character: string): boolean =>
  /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);

export const analyzeScalar = (characters: readonly string[]): ScalarAnalysis => {
  if (characters.length === 0) {
    return { multiline: false, flowPlain: false, blockPlain: true, singleQuoted: true, block: false };
  }
  const text = characters.join('');
  const marker = text.startsWith('---') || text.startsWith('...');
  let [flowIndicators, blockIndicators, special] = [marker, marker, false];
  let [lineBreaks, breakThenSpace, spaceThenBreak] = [false, false, false];
  const { length } = characters;
  for (let index = 0; index < length; index++) {
    const character = characters[index] as string;
    const [before, after] = [characters[index - 1], characters[index + 1]];
    const indicator = index === 0 ? firstIndicator(character, after) : laterIndicator(character, before, after);
    flowIndicators ||= indicator !== 'none';
    blockIndicators ||= indicator === 'both';
    if (!isPrintable(character)) special = true;
    if (isBreak(character)) {
      lineBreaks = true;
      if (before === ' ') spaceThenBreak = true;
    } else if (character === ' ' && isBreak(before)) breakThenSpace = true;
  }
  const [first, last] = [characters[0], characters[length - 1]];
  const edges = first === ' ' || last === ' ' || isBreak(first) || isBreak(last);
  const unquotable = spaceThenBreak || special;
  const plain = !edges && !breakThenSpace && !unquotable && !lineBreaks;
  return {
    multiline: lineBreaks,
    flowPlain: plain && !flowIndicators,
    blockPlain: plain && !blockIndicators,
    singleQuoted: !breakThenSpace && !unquotable,
    block: last !== ' ' && !unquotable,
  };
};

/** Where a character would be read as YAML's own: in flow collections only, or everywhere. */
type Indicator = 'none' | 'flow' | 'both';

const firstIndicator = (character: string, after: string | undefined): Indicator => {
  if ('#,[]{}&*!|>\'"%@`'.includes(character)) return 'both';
  if (character === '?' || character === ':') return isBlankOrEnd(after) ? 'both' : 'flow';
  return character === '-' && isBlankOrEnd(after) ? 'both' : 'none';
};

const laterIndicator = (character: string, before: string | undefined, after: string | undefined): Indicator => {
  if (',?[]{}'.includes(character)) return 'flow';
  if (character === ':') return isBlankOrEnd(after) ? 'both' : 'flow';
  return character === '#' && isBlankOrEnd(before) ? 'both' : 'none';
};
