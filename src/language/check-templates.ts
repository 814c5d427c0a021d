import type { Templar } from '../template/templar.ts';
import { Template, type Value } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';
import { valuePositionOf } from './positions.ts';
import type { Reading } from './reading.ts';

/** Reports what is wrong with the templates in a value, before any variable is known. */
export const checkTemplates = (reading: Reading, templar: Templar, value: Value): void => {
  if (value instanceof Template)
    reading.diagnostics.push(...certain(templar.check(value.source, 'template', value.position)));
  else if (Array.isArray(value)) for (const item of value) checkTemplates(reading, templar, item);
  else if (value instanceof Map) for (const item of value.values()) checkTemplates(reading, templar, item);
};

/** The same for conditions: a text is a bare expression, or a template as older roles have it. */
export const checkConditions = (
  reading: Reading,
  templar: Templar,
  value: Value,
  position: Position | undefined,
  owner: object | undefined,
  key: Value | undefined,
): void => {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkConditions(reading, templar, item, position, value, index);
  else if (value instanceof Template) checkTemplates(reading, templar, value);
  else if (typeof value === 'string' && value.trim() !== '') {
    const place = (owner && key !== undefined && valuePositionOf(owner, key)) || position;
    reading.diagnostics.push(...certain(templar.check(value, 'expression', place)));
  }
};

/**
 * A filter, test or lookup under a collection's full name is no slip of the pen: it is one that is not written here, which
 * matters only if its task runs.
 */
export const certain = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.filter(({ message }) => !/^there is no (filter|test|lookup) '\w+\.\w+\.\w+'/.test(message));
