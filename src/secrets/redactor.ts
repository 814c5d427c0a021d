/** What stands where a secret was. */
export const mask = '********';

/** Shorter secrets would take half of every output with them. */
const shortest = 4;

/**
 * Hides secrets in whatever is printed, also where they come escaped: in JSON, in base64 at any offset, in a URL, quoted for a
 * shell or as Python's repr, in HTML, and line by line where a secret has several.
 */
export class Redactor {
  readonly #forms = new Set<string>();
  #pattern: RegExp | undefined;
  #byFirst: Map<string, string[]> | undefined;

  /** From now on `secret` is hidden. Texts of fewer than four characters are not. */
  add(secret: string): void {
    const before = this.#forms.size;
    for (const form of formsOf(secret)) this.#forms.add(form);
    if (this.#forms.size === before) return;
    this.#pattern = undefined;
    this.#byFirst = undefined;
  }

  /** Whether there is anything to hide. */
  get empty(): boolean {
    return this.#forms.size === 0;
  }

  redact(text: string): string {
    if (this.#forms.size === 0) return text;
    this.#pattern ??= new RegExp(
      [...this.#forms]
        .sort((a, b) => b.length - a.length)
        .map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
        .join('|'),
      'g',
    );
    return text.replace(this.#pattern, mask);
  }

  /** For text that comes in chunks: what may be the beginning of a secret is held back until more is known. */
  stream(): RedactedStream {
    let held = '';
    return {
      push: (chunk) => {
        const text = held + chunk;
        const cut = this.#safeEnd(text);
        held = text.slice(cut);
        return this.redact(text.slice(0, cut));
      },
      end: () => {
        const rest = this.redact(held);
        held = '';
        return rest;
      },
    };
  }

  /** Up to where the text can be redacted and sent, whatever follows. */
  #safeEnd(text: string): number {
    if (this.#forms.size === 0) return text.length;
    this.#byFirst ??= byFirstCharacter(this.#forms);
    let longest = 0;
    for (const form of this.#forms) longest = Math.max(longest, form.length);
    for (let at = Math.max(0, text.length - longest + 1); at < text.length; at++) {
      const rest = text.slice(at);
      const begun = this.#byFirst
        .get(text.charAt(at))
        ?.some((form) => form.length > rest.length && form.startsWith(rest));
      if (begun) return this.#before(text, at);
    }
    return text.length;
  }

  /** A whole secret that reaches over the cut stays in one piece. */
  #before(text: string, cut: number): number {
    this.redact('');
    for (const match of text.matchAll(this.#pattern as RegExp))
      if (match.index < cut && match.index + match[0].length > cut) return match.index;
    return cut;
  }
}

export interface RedactedStream {
  push(chunk: string): string;
  end(): string;
}

const byFirstCharacter = (forms: Iterable<string>): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const form of forms) found.set(form.charAt(0), [...(found.get(form.charAt(0)) ?? []), form]);
  return found;
};

const formsOf = (secret: string): readonly string[] => {
  const texts = [secret, secret.trim(), ...secret.split(/\r?\n/).map((line) => line.trim())];
  const long = [...new Set(texts)].filter((text) => text.length >= shortest);
  return long.flatMap((text) => [text, ...escaped(text), ...base64(text)]).filter((form) => form.length >= shortest);
};

const escaped = (text: string): readonly string[] => {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const percent = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
  return [
    json,
    ascii,
    JSON.stringify(json).slice(1, -1),
    percent,
    percent.replaceAll('%20', '+'),
    percent.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", "''"),
    text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n'),
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  ];
};

/** The part of the encoding that is the same whatever stands before and behind, for each of the three offsets. */
const base64 = (text: string): readonly string[] => {
  const bytes = Buffer.from(text, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = [0, 2, 3][offset] as number;
    const rest = (offset + bytes.length) % 3;
    const middle = encoded.slice(start, rest === 0 ? undefined : -1);
    return middle.length < 6 ? [] : [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
};
