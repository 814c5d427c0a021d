/** One line of a sources.list: `deb [arch=amd64 signed-by=/k] http://mirror suite main contrib`. */
export interface SourceLine {
  readonly enabled: boolean;
  readonly type: 'deb' | 'deb-src';
  readonly options: readonly string[];
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** Undefined for comments, empty lines and what is no source. The format is sources.list(5)'s. */
export const parseSourceLine = (line: string): SourceLine | undefined => {
  const match = /^\s*(#+\s*)?(deb|deb-src)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
  if (!match) return undefined;
  const [, comment, type, options, uri, suite, components] = match;
  return {
    enabled: comment === undefined,
    type: type as SourceLine['type'],
    options: words(options ?? ''),
    uri: uri as string,
    suite: suite as string,
    components: words(components ?? ''),
  };
};

export const formatSourceLine = ({ type, options, uri, suite, components }: SourceLine): string =>
  [type, ...(options.length > 0 ? [`[${options.join(' ')}]`] : []), uri, suite, ...components].join(' ');

/** Whether two lines name the same source, however they are spaced. */
export const isSameSource = (a: SourceLine, b: SourceLine): boolean => formatSourceLine(a) === formatSourceLine(b);

/** The name of a file for a source that is given none: its address in words, as apt_repository has always named them. */
export const sourceFileName = (line: SourceLine): string =>
  words(
    line.uri
      .replace(/^[a-z+]+:\/\//, '')
      .replace(/^[^@/]*@/, '')
      .replace(/[^a-zA-Z0-9]/g, ' '),
  ).join('_');

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
