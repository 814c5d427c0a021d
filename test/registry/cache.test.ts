import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Cache } from '../../src/registry/cache.ts';
import { temporary } from './shelf.ts';

const integrity = `sha256:${'a'.repeat(64)}`;
const fill = (text: string) => async (into: string) => {
  writeFileSync(join(into, 'a'), text);
  return { integrity };
};

describe('the cache', () => {
  it('keeps what was made, once, whoever makes it at the same time', async () => {
    const folder = temporary();
    const made = await Promise.all([1, 2, 3, 4].map(() => new Cache(folder).put(fill('x'))));
    expect(new Set(made.map((each) => each.folder)).size).toBe(1);
    expect(readFileSync(join(made[0]?.folder ?? '', 'a'), 'utf8')).toBe('x');
    expect(readdirSync(join(folder, 'new'))).toEqual([]);
  });

  it('keeps nothing of what failed', async () => {
    const folder = temporary();
    const failing = new Cache(folder).put(async (into) => {
      writeFileSync(join(into, 'half'), 'x');
      throw new Error('cut off');
    });
    await expect(failing).rejects.toThrow('cut off');
    expect(readdirSync(folder, { recursive: true })).toEqual(['new']);
  });

  it('finds out what was changed in it', async () => {
    const cache = new Cache(temporary());
    const { folder } = await cache.put(fill('x'));
    expect(await cache.findWhole(integrity)).toBeDefined();
    writeFileSync(join(folder, 'a'), 'y');
    expect(await cache.findWhole(integrity)).toBeUndefined();
    expect(await cache.find(integrity)).toBeUndefined();
  });
});
