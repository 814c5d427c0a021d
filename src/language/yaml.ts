import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, type Scalar } from 'yaml';
import { type Dict, Template, type Value, Vaulted } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { rememberSpans, Source, scalarPosition } from './positions.ts';
import { resolvePlain, resolveTagged } from './scalars.ts';
import { explainSyntax, explainUnquoted } from './yaml-errors.ts';

/** The one file that knows the `yaml` package. */
export interface LoadedYaml {
  /** One value for each document; a file of comments only has one, null. */
  readonly documents: readonly Value[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface YamlOptions {
  /** Whether text with `{{` becomes a Template. False for what came from elsewhere: a host's answer, a lookup's file. */
  readonly trusted?: boolean | undefined;
}

/**
 * Reads YAML as PyYAML does for Ansible: 1.1 scalars, merge keys, anchors, `!vault`, `!unsafe`; the last of equal keys wins with
 * a warning. Positions of all parts are kept (`positions.ts`). Never throws: what is wrong is in `diagnostics`.
 */
export const loadYaml = (text: string, file: string, options: YamlOptions = {}): LoadedYaml => {
  const { source, documents } = parse(text, file);
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) {
    // What follows the first error is mostly its echo, except in another document.
    const first = documents.flatMap((document) => document.errors.slice(0, 1));
    return {
      documents: [],
      diagnostics: first.map((error) => explainSyntax(source, error.code, error.message, error.pos)),
    };
  }
  const diagnostics: Diagnostic[] = [];
  const values = documents.map((document) => new Reader(source, document, options.trusted ?? true, diagnostics).read());
  return { documents: values.length > 0 ? values : [null], diagnostics };
};

interface Parsed {
  readonly source: Source;
  readonly documents: readonly Document[];
}

/** How many characters of texts are kept parsed: a playbook with its roles, not all that a long run ever reads. */
const keptCharacters = 2_000_000;
const kept = new Map<string, Parsed>();
let keptNow = 0;

/** A run reads its files twice, once to check them. Values are made anew each time, since templates may add to a list. */
const parse = (text: string, file: string): Parsed => {
  const key = `${file}\0${text}`;
  const known = kept.get(key);
  if (known) return known;
  const source = new Source(file, text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text);
  const parsed = parseAllDocuments(source.text, {
    schema: 'failsafe',
    version: '1.1',
    lineCounter: source.lines,
    prettyErrors: false,
    strict: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const made = { source, documents: Array.isArray(parsed) ? (parsed as readonly Document[]) : [] };
  if (keptNow + text.length <= keptCharacters) {
    kept.set(key, made);
    keptNow += text.length;
  }
  return made;
};

class Reader {
  private readonly done = new Map<Node, Value>();
  private readonly open = new Set<Node>();
  private readonly source: Source;
  private readonly document: Document;
  private readonly trusted: boolean;
  private readonly diagnostics: Diagnostic[];

  constructor(source: Source, document: Document, trusted: boolean, diagnostics: Diagnostic[]) {
    this.source = source;
    this.document = document;
    this.trusted = trusted;
    this.diagnostics = diagnostics;
  }

  read(): Value {
    return this.value(this.document.contents as Node | null, this.trusted);
  }

  private value(node: Node | null, trusted: boolean): Value {
    if (node === null) return null;
    if (isAlias(node)) return this.alias(node, trusted);
    const done = this.done.get(node);
    if (done !== undefined) return done;
    const inner = trusted && node.tag !== '!unsafe';
    this.open.add(node);
    const value = isMap(node)
      ? this.map(node, inner)
      : isSeq(node)
        ? this.list(node, inner)
        : this.scalar(node as Scalar, inner);
    this.open.delete(node);
    if (node.anchor) this.done.set(node, value);
    return value;
  }

  private alias(node: Node & { readonly source: string }, trusted: boolean): Value {
    const target = (node as unknown as { resolve(document: Document): Node | undefined }).resolve(this.document);
    if (target && !this.open.has(target)) return this.value(target, trusted);
    this.report(
      node,
      target
        ? `the alias *${node.source} stands inside what it refers to`
        : `no anchor &${node.source} stands before the alias *${node.source}`,
      target ? undefined : 'quote the text if it is meant as it stands: "*…"',
      node.source.length + 1,
    );
    return null;
  }

  private map(node: Node & { readonly items: readonly unknown[] }, trusted: boolean): Value {
    const map: Dict = new Map();
    const spans = rememberSpans(map, this.source, startOf(node));
    const pairs = node.items as readonly { readonly key: Node | null; readonly value: Node | null }[];
    for (const { key, value } of pairs) if (isMergeKey(key) && value) this.merge(map, value, trusted);
    const own = new Set<Value>();
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) continue;
      if (isMap(key) && key.flow) {
        this.diagnostics.push(explainUnquoted(this.source, startOf(node)));
        continue;
      }
      const name = this.key(key);
      if (own.has(name)) this.duplicate(key as Node, name);
      own.add(name);
      // A key that is written again keeps the place of its first writing, as in Python.
      map.set(name, this.value(value, trusted));
      const at = key ? startOf(key) : startOf(node);
      spans.of.set(name, {
        key: at,
        start: value ? startOf(value) : endOf(key ?? node),
        end: endOf(value ?? key ?? node),
      });
    }
    if (node.tag === 'tag:yaml.org,2002:set' || node.tag === '!!set') return [...map.keys()];
    return map;
  }

  private key(key: Node | null): Value {
    const value = this.value(key, false);
    if (value instanceof Map || Array.isArray(value))
      this.report(key as Node, 'a key of a mapping must be a text or a number');
    return value;
  }

  private merge(map: Dict, node: Node, trusted: boolean): void {
    const value = this.value(node, trusted);
    const parts = Array.isArray(value) ? [...value].reverse() : [value];
    for (const part of parts)
      if (part instanceof Map) for (const [name, inner] of part) map.set(name, inner);
      else this.report(node, '<<: takes a mapping or a list of mappings');
  }

  private list(node: Node & { readonly items: readonly unknown[] }, trusted: boolean): Value {
    const list: Value[] = [];
    const spans = rememberSpans(list, this.source, startOf(node));
    for (const item of node.items as readonly (Node | null)[]) {
      if (item) spans.of.set(list.length, { key: startOf(item), start: startOf(item), end: endOf(item) });
      list.push(this.value(item, trusted));
    }
    return list;
  }

  private scalar(node: Scalar, trusted: boolean): Value {
    const text = String(node.value ?? '');
    const style = node.type ?? 'PLAIN';
    const tag = node.tag;
    const position = () => scalarPosition(this.source, startOf(node), endOf(node), text, style);
    if (tag === '!vault' || tag === '!vault-encrypted') return new Vaulted(text, position());
    if (tag && tag !== '!unsafe' && tag !== '!' && !tag.endsWith(':str') && tag !== '!!str') {
      const value = resolveTagged(text, tag);
      if (value === undefined) this.report(node, `a scalar with the tag ${tag} can't be read`);
      return value === undefined ? text : value;
    }
    if (trusted && /\{[{%#]/.test(text)) return new Template(text, position());
    return style === 'PLAIN' && (!tag || (tag === '!' && text !== '')) ? resolvePlain(text) : text;
  }

  private duplicate(key: Node, name: Value): void {
    this.diagnostics.push({
      severity: 'warning',
      message: `${JSON.stringify(String(name))} is written twice in this mapping; the last one is used`,
      position: this.source.position(startOf(key)),
      length: String(name).length,
    });
  }

  private report(node: Node, message: string, hint?: string, length?: number): void {
    this.diagnostics.push({ severity: 'error', message, position: this.source.position(startOf(node)), hint, length });
  }
}

const isMergeKey = (key: Node | null): boolean =>
  isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && !key.tag;

const startOf = (node: Node): number => node.range?.[0] ?? 0;
const endOf = (node: Node): number => node.range?.[1] ?? startOf(node);
