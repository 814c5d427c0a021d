import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { dictHas, dictSet } from '../python/dict.ts';
import { TemplateError } from '../template-error.ts';
import type { Dict, Value } from '../values.ts';
import { plainType, plainValue } from './resolver.ts';

/** The documents of a YAML text that templates or lookups read, as PyYAML reads them: no templates, tags without meaning. */
export const loadYaml = (text: string): Value[] => {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
    lineCounter: counter,
  });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const fault = document.errors[0];
    if (fault) {
      const { line, col } = counter.linePos(fault.pos[0]);
      throw new TemplateError(`this is not YAML, at its line ${line}, column ${col}: ${fault.message.split('\n')[0]}`);
    }
    const read = (node: unknown): Value => {
      if (isAlias(node)) {
        const target = node.resolve(document);
        if (!target) throw new TemplateError(`the YAML alias *${node.source} has no anchor`);
        return read(target);
      }
      if (isScalar(node)) return readScalar(node);
      if (isSeq(node)) return node.items.map(read);
      return isMap(node) ? readMap(node.items as { key: unknown; value: unknown }[], read) : null;
    };
    return read(document.contents as Node | null);
  });
};

const readScalar = (node: { readonly type?: string; readonly value: unknown; readonly tag?: string }): Value => {
  const text = node.value === null || node.value === undefined ? '' : String(node.value);
  if (node.tag === 'tag:yaml.org,2002:str' || node.tag === '!') return text;
  if (node.type === 'PLAIN' || node.type === undefined) return plainValue(text);
  return text;
};

const readMap = (items: readonly { key: unknown; value: unknown }[], read: (node: unknown) => Value): Dict => {
  const dict: Dict = new Map();
  const merged: Value[] = [];
  for (const { key, value } of items) {
    const isMerge = isScalar(key) && key.type === 'PLAIN' && plainType(String(key.value)) === 'merge';
    if (isMerge) merged.push(...[read(value)].flat());
    else dictSet(dict, read(key), read(value));
  }
  for (const other of merged) {
    if (!(other instanceof Map)) throw new TemplateError("a YAML merge key '<<' needs a mapping or a list of them");
    for (const [key, value] of other) if (!dictHas(dict, key)) dict.set(key, value);
  }
  return dict;
};
