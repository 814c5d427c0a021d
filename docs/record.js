/**
 * Draws what a program did on a terminal as an animated SVG, without scripts or fonts of its own: `npm run record -- OUT.svg COMMAND`
 * runs the command as script(1) does; `npm run record -- OUT.svg TYPESCRIPT TIMING` draws what script(1) kept. A viewer that
 * plays no animation shows the end. Pauses are shortened, so that minutes become seconds; the program's own times stay.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [columns, rows] = [100, 30];
const [cell, line] = [8.43, 18];
/** Nothing stands still longer than this, in seconds, but the end. */
const [longestPause, restAtEnd] = [0.5, 8];

const [out, ...rest] = process.argv.slice(2);
if (!out || rest.length === 0) throw new Error('npm run record -- OUT.svg COMMAND, or OUT.svg TYPESCRIPT TIMING');
const [typescript, timing] = rest.length === 2 ? rest : recorded(rest.join(' '));
writeFileSync(out, draw(play(readFileSync(typescript), readFileSync(timing, 'utf8'))));

function recorded(command) {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  const files = [join(folder, 'typescript'), join(folder, 'timing')];
  const shell = `stty cols ${columns} rows ${rows}; echo '$ ${command}'; ${command}`;
  spawnSync('script', ['-qef', '-O', files[0], '-T', files[1], '-c', shell], { stdio: 'inherit' });
  return files;
}

/** Every row that was ever on the screen, as pieces of the time for which it stayed the same; and when the screen scrolled. */
function play(bytes, times) {
  const screen = { rows: [[]], row: 0, column: 0, style: '' };
  const pieces = [];
  const current = [];
  const scrolls = [];
  let [at, offset, top] = [0, bytes.indexOf(10) + 1, 0];
  const settle = () => {
    for (let i = 0; i < Math.max(screen.rows.length, current.length); i++) {
      const html = markup(screen.rows[i] ?? []);
      if (current[i]?.html === html) continue;
      if (current[i]) pieces.push({ ...current[i], to: at });
      current[i] = { row: i, html, from: at };
    }
    const scrolled = Math.max(0, screen.rows.length - rows);
    if (scrolled > top) {
      top = scrolled;
      scrolls.push({ at, top });
    }
  };
  for (const entry of times.trim().split('\n')) {
    const [pause, count] = entry.replace(/^O /, '').split(' ').map(Number);
    if (pause > 0.05) {
      settle();
      at += Math.min(pause, longestPause);
    }
    write(screen, bytes.subarray(offset, offset + count).toString('utf8'));
    offset += count;
  }
  settle();
  const end = at + restAtEnd;
  pieces.push(...current.map((piece) => ({ ...piece, to: end })));
  return { pieces: pieces.filter(({ html, from, to }) => html && to - from > 0.04), scrolls, end, last: at };
}

/** The control sequences that our live view uses, and colours. */
function write(screen, text) {
  for (const [piece, control] of text.matchAll(/\u001b\[([\d;?]*[A-Za-z])|[\r\n]|[^\u001b\r\n]/gu)) {
    const count = Number.parseInt(control, 10) || 0;
    if (piece === '\r') screen.column = 0;
    else if (piece === '\n') screen.rows[++screen.row] ??= [];
    else if (!control) screen.rows[screen.row][screen.column++] = { text: piece, style: screen.style };
    else if (control.endsWith('m')) screen.style = styled(screen.style, count);
    else if (control.endsWith('A')) screen.row = Math.max(0, screen.row - (count || 1));
    else if (control.endsWith('B')) screen.row += count || 1;
    else if (control.endsWith('G')) screen.column = Math.max(0, count - 1);
    else if (control.endsWith('K')) screen.rows[screen.row].length = count === 2 ? 0 : screen.column;
    else if (control.endsWith('J')) screen.rows.length = screen.row + 1;
  }
}

function styled(before, code) {
  if (code === 0) return '';
  const kept = before.split(' ').filter((name) => name && (code >= 30 ? !name.startsWith('c') : !/^[bd]$/.test(name)));
  const added = code === 1 ? 'b' : code === 2 ? 'd' : code >= 31 && code <= 37 ? `c${code}` : '';
  return [...kept, added].filter(Boolean).join(' ');
}

/** A row as spans; what turns while one waits stands still, or every moment would be a row of its own. */
function markup(row) {
  const cells = Array.from(row, (each) => each ?? { text: ' ', style: '' });
  while (cells.at(-1)?.text === ' ') cells.pop();
  let html = '';
  for (let i = 0; i < cells.length; ) {
    const { style } = cells[i];
    let text = '';
    for (; i < cells.length && cells[i].style === style; i++) text += cells[i].text;
    const safe = text
      .replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '⠿')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;');
    html += style ? `<tspan class="${style}">${safe}</tspan>` : safe;
  }
  return html;
}

function draw({ pieces, scrolls, end, last }) {
  const [width, height] = [Math.ceil(columns * cell) + 32, rows * line + 56];
  const time = (seconds) => Number(seconds.toFixed(2));
  const texts = pieces.map(({ row, html, from, to }) => {
    const stays = to > last;
    const when = stays
      ? from > 0 && `<set attributeName="visibility" to="hidden" begin="m.begin" dur="${time(from)}s"/>`
      : `<set attributeName="visibility" to="visible" begin="m.begin+${time(from)}s" dur="${time(to - from)}s"/>`;
    return `<text y="${row * line}"${stays ? '' : ' visibility="hidden"'}>${html}${when || ''}</text>`;
  });
  const steps = [{ at: 0, top: 0 }, ...scrolls];
  const moves = `<animateTransform attributeName="transform" type="translate" calcMode="discrete" dur="${time(end)}s" begin="m.begin" values="${steps.map(({ top }) => `0 ${-top * line}`).join(';')}" keyTimes="${steps.map(({ at }) => (at / end).toFixed(4)).join(';')}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d6deeb;white-space:pre}.b{font-weight:bold}.d{fill:#8796a8}.c31{fill:#ff7b72}.c32{fill:#6fd08c}.c33{fill:#e3b341}.c35{fill:#d2a8ff}.c36{fill:#76c7e8}</style>
<rect width="${width}" height="${height}" rx="10" fill="#0f1720" stroke="#3b4757"><animate id="m" attributeName="rx" from="10" to="10" begin="0s;m.end" dur="${time(end)}s"/></rect>
<g fill="#3b4757"><circle cx="20" cy="18" r="6"/><circle cx="40" cy="18" r="6"/><circle cx="60" cy="18" r="6"/></g>
<svg x="16" y="36" width="${width - 32}" height="${rows * line + 6}"><g transform="translate(0 ${-(scrolls.at(-1)?.top ?? 0) * line})">${moves}
<g transform="translate(0 14)" xml:space="preserve">
${texts.join('\n')}
</g></g></svg>
</svg>
`;
}
