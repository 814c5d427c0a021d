import type { Templar } from '../template/templar.ts';
import { Template, type Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import { valuePositionOf } from './positions.ts';
import type { Reading } from './reading.ts';

/** Reports what is wrong with the templates in a value, before any variable is known. */
export const checkTemplates = (reading: Reading, templar: Templar, value: Value): void => {
  if (value instanceof Template) reading.diagnostics.push(...templar.check(value.source, 'template', value.position));
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
    reading.diagnostics.push(...templar.check(value, 'expression', place));
  }
};
