/** What a terminal shows of a program's output: of the control sequences those that our live view uses. */
export class Screen {
  #rows: string[] = [''];
  #row = 0;
  #column = 0;
  cursorShown = true;

  write(output: string): void {
    for (const [piece, control] of output.matchAll(/\u001b\[([\d;?]*[A-Za-z])|[\r\n]|[^\u001b\r\n]+/g)) {
      if (control) this.#control(control);
      else if (piece === '\r') this.#column = 0;
      else if (piece === '\n') this.#down();
      else this.#print(piece);
    }
  }

  /** The rows, without what is empty at their ends. */
  text(): string {
    return this.#rows
      .map((row) => row.trimEnd())
      .join('\n')
      .trimEnd();
  }

  #print(text: string): void {
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + text + row.slice(this.#column + text.length);
    this.#column += text.length;
  }

  #down(): void {
    this.#row++;
    this.#rows[this.#row] ??= '';
  }

  #control(control: string): void {
    const [count, verb] = [Number.parseInt(control, 10) || 0, control.at(-1)];
    if (verb === 'm') return;
    if (control === '?25l' || control === '?25h') this.cursorShown = control === '?25h';
    else if (verb === 'A') this.#row = Math.max(0, this.#row - (count || 1));
    else if (verb === 'B') this.#row += count || 1;
    else if (verb === 'G') this.#column = Math.max(0, count - 1);
    else if (verb === 'K')
      this.#rows[this.#row] = count === 2 ? '' : (this.#rows[this.#row] ?? '').slice(0, this.#column);
    else if (verb === 'J') this.#rows.length = this.#row + 1;
    else throw new Error(`the screen does not know ESC [ ${control}`);
  }
}
