import { charactersOf } from '../python/characters.ts';
import { entriesOf, isMapping } from '../python/dict.ts';
import { sorted } from '../python/order.ts';
import { toText } from '../python/text.ts';
import { defined } from '../python/undefined.ts';
import { TemplateError } from '../template-error.ts';
import { Float, Tuple, Undefined, type Value } from '../values.ts';
import { plainType } from './resolver.ts';
import { analyzeScalar } from './scalar-analysis.ts';
import { YamlWriter } from './writer.ts';

/** The options of PyYAML's `dump`, as `to_yaml` and `to_nice_yaml` hand them on. */
export interface DumpOptions {
  readonly indent: number | undefined;
  readonly width: number | undefined;
  /** True: all in one line; false: none; undefined: only collections that hold nothing but scalars. */
  readonly flow: boolean | undefined;
  readonly style: '|' | '>' | '"' | "'" | undefined;
  readonly sortKeys: boolean;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
}

interface Place {
  readonly inMapping: boolean;
  readonly isKey: boolean;
}

/** A value as YAML, byte for byte as PyYAML writes it with libyaml. */
export const dumpYaml = (value: Value, options: DumpOptions): string => new Dumper(options).dump(value);

class Dumper {
  private readonly options: DumpOptions;
  private readonly writer: YamlWriter;
  private flowLevel = 0;

  constructor(options: DumpOptions) {
    this.options = options;
    const indent = options.indent !== undefined && options.indent >= 2 && options.indent <= 9 ? options.indent : 2;
    const width = options.width ?? 80;
    const bestWidth = width >= 0 && width <= indent * 2 ? 80 : width < 0 ? Number.POSITIVE_INFINITY : width;
    this.writer = new YamlWriter(indent, bestWidth);
  }

  dump(value: Value): string {
    const { writer } = this;
    if (this.options.explicitStart) writer.writeIndicator('---', true);
    this.node(value, { inMapping: false, isKey: false });
    writer.writeIndent();
    if (this.options.explicitEnd) {
      writer.writeIndicator('...', true);
      writer.writeIndent();
    }
    return writer.text.endsWith('\n') ? writer.text : `${writer.text}\n`;
  }

  private node(value: Value, place: Place): void {
    if (Array.isArray(value)) {
      if (this.flowLevel > 0 || value.length === 0 || this.isFlow(value)) this.flowSequence(value);
      else this.blockSequence(value, place);
    } else if (isMapping(value)) {
      const entries = this.entries(entriesOf(value));
      if (this.flowLevel > 0 || entries.length === 0 || this.isFlow(entries.flat())) this.flowMapping(entries);
      else this.blockMapping(entries);
    } else this.scalar(value, place);
  }

  private entries(entries: readonly (readonly [Value, Value])[]): readonly (readonly [Value, Value])[] {
    if (!this.options.sortKeys) return entries;
    try {
      return sorted(
        entries.map(([key, value]) => Tuple.of(key, value) as Tuple),
        (pair) => (pair as Tuple)[0] as Value,
      ) as unknown as (readonly [Value, Value])[];
    } catch (error) {
      // Keys of several types have no order: PyYAML leaves them as they are.
      if (error instanceof TemplateError) return entries;
      throw error;
    }
  }

  private isFlow(items: readonly Value[]): boolean {
    const { flow, style } = this.options;
    if (flow !== undefined) return flow;
    return style === undefined && items.every((item) => !Array.isArray(item) && !isMapping(item));
  }

  private within(flow: boolean, indentless: boolean, work: () => void): void {
    const { writer } = this;
    const before = writer.indent;
    if (before < 0) writer.indent = flow ? writer.bestIndent : 0;
    else if (!indentless) writer.indent += writer.bestIndent;
    work();
    writer.indent = before;
  }

  private blockSequence(items: readonly Value[], { inMapping }: Place): void {
    const { writer } = this;
    this.within(false, inMapping && !writer.indention, () => {
      for (const item of items) {
        writer.writeIndent();
        writer.writeIndicator('-', true, false, true);
        this.node(item, { inMapping: false, isKey: false });
      }
    });
  }

  private blockMapping(entries: readonly (readonly [Value, Value])[]): void {
    const { writer } = this;
    this.within(false, false, () => {
      for (const [key, value] of entries) {
        writer.writeIndent();
        if (this.isSimpleKey(key)) {
          this.node(key, { inMapping: true, isKey: true });
          writer.writeIndicator(':', false);
        } else {
          writer.writeIndicator('?', true, false, true);
          this.node(key, { inMapping: true, isKey: false });
          writer.writeIndent();
          writer.writeIndicator(':', true, false, true);
        }
        this.node(value, { inMapping: true, isKey: false });
      }
    });
  }

  private flowSequence(items: readonly Value[]): void {
    this.flow('[', ']', items, (item) => this.node(item, { inMapping: false, isKey: false }));
  }

  private flowMapping(entries: readonly (readonly [Value, Value])[]): void {
    const { writer } = this;
    this.flow('{', '}', entries, ([key, value]) => {
      if (this.isSimpleKey(key)) {
        this.node(key, { inMapping: true, isKey: true });
        writer.writeIndicator(':', false);
      } else {
        writer.writeIndicator('?', true);
        this.node(key, { inMapping: true, isKey: false });
        if (writer.column > writer.bestWidth) writer.writeIndent();
        writer.writeIndicator(':', true);
      }
      this.node(value, { inMapping: true, isKey: false });
    });
  }

  private flow<T>(open: string, close: string, items: readonly T[], write: (item: T) => void): void {
    const { writer } = this;
    writer.writeIndicator(open, true, true);
    this.flowLevel++;
    this.within(true, false, () => {
      items.forEach((item, index) => {
        if (index > 0) writer.writeIndicator(',', false);
        if (writer.column > writer.bestWidth) writer.writeIndent();
        write(item);
      });
    });
    this.flowLevel--;
    writer.writeIndicator(close, false);
  }

  private isSimpleKey(key: Value): boolean {
    if (Array.isArray(key)) return key.length === 0;
    const characters = charactersOf(scalarText(key).text);
    return !analyzeScalar(characters).multiline && Buffer.byteLength(characters.join('')) <= 128;
  }

  private scalar(value: Value, { isKey }: Place): void {
    const { writer } = this;
    const { text, isString } = scalarText(value);
    const characters = charactersOf(text);
    const analysis = analyzeScalar(characters);
    const isPlainImplicit = !isString || plainType(text) === 'str';
    let style: string = this.options.style ?? 'plain';
    if (isKey && analysis.multiline) style = '"';
    if (style === 'plain') {
      const allowed = this.flowLevel > 0 ? analysis.flowPlain : analysis.blockPlain;
      if (!allowed || (text === '' && (this.flowLevel > 0 || isKey)) || !isPlainImplicit) style = "'";
    }
    if (style === "'" && !analysis.singleQuoted) style = '"';
    if ((style === '|' || style === '>') && (!analysis.block || this.flowLevel > 0 || isKey)) style = '"';
    this.within(true, false, () => {
      if (!isString && style !== 'plain') writer.writeIndicator(`!!${yamlType(value)}`, true);
      if (style === 'plain') writer.writePlain(characters, !isKey, this.flowLevel > 0);
      else if (style === "'") writer.writeSingleQuoted(characters, !isKey);
      else if (style === '"') writer.writeDoubleQuoted(characters, !isKey);
      else if (style === '|') writer.writeLiteral(characters);
      else writer.writeFolded(characters);
    });
  }
}

const yamlType = (value: Value): string =>
  value === null ? 'null' : typeof value === 'boolean' ? 'bool' : value instanceof Float ? 'float' : 'int';

const scalarText = (value: Value): { text: string; isString: boolean } => {
  if (typeof value === 'string') return { text: value, isString: true };
  if (value === null) return { text: 'null', isString: false };
  if (typeof value === 'boolean') return { text: value ? 'true' : 'false', isString: false };
  if (value instanceof Float) return { text: floatScalar(value), isString: false };
  if (typeof value === 'number' || typeof value === 'bigint') return { text: toText(value), isString: false };
  if (value instanceof Undefined) defined(value);
  return { text: toText(value), isString: true };
};

const floatScalar = (float: Float): string => {
  if (!Number.isFinite(float.value)) return Number.isNaN(float.value) ? '.nan' : float.value > 0 ? '.inf' : '-.inf';
  const text = toText(float);
  return text.includes('.') ? text : text.replace('e', '.0e');
};
