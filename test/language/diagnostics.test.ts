import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printDiagnostics } from '../../src/language/diagnostics.ts';
import { readPlaybook } from '../../src/language/plays.ts';
import { Reading } from '../../src/language/reading.ts';
import { nearest } from '../../src/util/nearest.ts';

const folder = join(import.meta.dirname, 'diagnostics');
const names = ['apt', 'command', 'copy', 'debug', 'service', 'shell', 'include_tasks', 'import_tasks', 'include_role'];
const known = new Set([...names, 'import_role']);
const modules = { has: (name: string) => known.has(name), nearest: (name: string) => nearest(name, known) };

/** `UPDATE_GOLDEN=1` writes what is printed now; read the difference before committing it. */
const update = process.env.UPDATE_GOLDEN === '1';

describe('wrong playbooks', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));

  it.each(files)('%s is explained as its golden file says', (file) => {
    const reading = new Reading({ modules });
    readPlaybook(reading, join(folder, file));
    const printed = printDiagnostics(reading.diagnostics, { cwd: folder });
    const golden = join(folder, file.replace(/\.yml$/, '.txt'));
    if (update) writeFileSync(golden, printed);
    expect(printed).not.toBe('');
    expect(printed).toBe(readFileSync(golden, 'utf8'));
  });
});
