import type { Diagnostic } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import type { Position } from '../util/position.ts';
import { checkSource } from './check.ts';
import { Frame } from './evaluate/frame.ts';
import { joinOutput } from './evaluate/output.ts';
import { type Host, Render } from './evaluate/render.ts';
import { runUnit } from './evaluate/run-unit.ts';
import { compileBareExpression, compileTemplate } from './evaluate/unit.ts';
import { fileSyntaxOf } from './file-header.ts';
import { isImpureSource } from './impure.ts';
import type { RenderTextOptions } from './plugin.ts';
import { toText } from './python/text.ts';
import { defined, undefinedError } from './python/undefined.ts';
import { defaultSurroundings, type Surroundings } from './surroundings.ts';
import { fileSyntax, oneSyntax, type Syntax, yamlSyntax } from './syntax/delimiters.ts';
import { TemplateSyntaxError } from './syntax/syntax-error.ts';
import type { Templar, TemplateFileOptions } from './templar.ts';
import { type Origin, TemplateError, toUserError } from './template-error.ts';
import { type Scope, type Template, Undefined, type Value } from './values.ts';

/** How bare expressions are read: strings with Python's escapes, unlike those in `{{ }}` of YAML. */
const expressionSyntax: Syntax = { ...yamlSyntax, literalBackslashes: false };

/** Templates nested in each other's variables deeper than this are taken for an endless loop. */
const deepest = 100;

/**
 * Makes the engine of templates. All that it may know besides a call's scope is handed in: the environment for
 * `lookup('env')`, the function that decrypts vaulted values, and so on; each has a harmless default.
 */
export const createTemplar = (surroundings: Partial<Surroundings> = {}): Templar =>
  new JinjaTemplar({ ...defaultSurroundings, ...surroundings });

class JinjaTemplar implements Templar, Host {
  readonly surroundings: Surroundings;
  refuseImpure = false;
  private depth = 0;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  render(value: Value, scope: Scope): Value {
    if (typeof value !== 'object' || value === null) return value;
    return this.guard(scope, undefined, () => {
      const render = new Render(this, scope, yamlSyntax, false);
      return render.finalize(value);
    });
  }

  evaluate(expression: string, scope: Scope, position?: Position): Value {
    const origin: Origin = { text: expression, position };
    return this.guard(scope, origin, () => {
      const unit = compileBareExpression(expression, expressionSyntax);
      const render = new Render(this, scope, yamlSyntax, unit.changes);
      const value = unit.evaluate(new Frame(render, origin));
      if (value instanceof Undefined) throw undefinedError(value);
      return render.finalize(value);
    });
  }

  renderFile(text: string, scope: Scope, options: TemplateFileOptions): string {
    const { syntax, body, line } = fileSyntaxOf(text, options);
    const origin: Origin = { text: body, position: { file: options.file, line, column: 1 } };
    return this.guard(scope, origin, () => {
      const unit = compileTemplate(body, syntax);
      const render = new Render(this, scope, syntax, unit.changes, options.searchPath);
      return withLastLines(
        toText(joinOutput(render, runUnit(unit, new Frame(render, origin)).out) ?? ''),
        body,
        syntax.newlineSequence,
      ) as string;
    });
  }

  lookup(name: string, terms: Value, scope: Scope, options: ReadonlyMap<string, Value> = new Map()): readonly Value[] {
    return this.guard(scope, undefined, () => {
      const render = new Render(this, scope, yamlSyntax, false);
      const settled = defined(render.settle(terms));
      const found = render.lookup(name, Array.isArray(settled) ? settled : [settled], options);
      return found.map((item) => render.finalize(item));
    });
  }

  check(source: string, kind: 'template' | 'expression', position?: Position): readonly Diagnostic[] {
    return checkSource(source, kind, kind === 'template' ? yamlSyntax : expressionSyntax, position);
  }

  isImpure(source: string, kind: 'template' | 'expression'): boolean {
    return isImpureSource(source, kind === 'template' ? yamlSyntax : expressionSyntax, kind);
  }

  ahead<T>(work: () => T): T {
    const before = this.refuseImpure;
    this.refuseImpure = true;
    try {
      return work();
    } finally {
      this.refuseImpure = before;
    }
  }

  /** One template of a variable or an argument. Undefined names come out as an Undefined, to be defaulted by the user. */
  renderTemplate(template: Template, scope: Scope, usedBy: Origin['usedBy']): Value {
    const origin: Origin = { text: template.source, position: template.position, usedBy };
    if (!/\{[{%#]/.test(template.source)) return template.source;
    try {
      return this.run(template.source, yamlSyntax, scope, origin);
    } catch (error) {
      if (error instanceof TemplateError && error.undefinedValue && usedBy) return error.undefinedValue;
      throw error;
    }
  }

  renderText(text: string, file: string, scope: Scope, usedBy: Origin['usedBy'], options: RenderTextOptions): Value {
    const origin: Origin = { text, position: { file, line: 1, column: 1 }, usedBy };
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const syntax = given.length === 0 ? fileSyntax : oneSyntax({ ...fileSyntax, ...Object.fromEntries(given) });
    return this.run(text, syntax, scope, origin);
  }

  private run(text: string, syntax: Syntax, scope: Scope, origin: Origin): Value {
    if (this.depth >= deepest) {
      throw new TemplateError(`this template uses itself without end: ${text.slice(0, 60)}`);
    }
    this.depth++;
    try {
      const unit = compileTemplate(text, syntax);
      const render = new Render(this, scope, syntax, unit.changes);
      return withLastLines(joinOutput(render, runUnit(unit, new Frame(render, origin)).out), text);
    } catch (error) {
      throw error instanceof TemplateSyntaxError ? readError(error, origin) : error;
    } finally {
      this.depth--;
    }
  }

  /** Makes of whatever fails inside the error that a user sees. */
  private guard<T>(scope: Scope, origin: Origin | undefined, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof TemplateSyntaxError && origin) throw toUserError(readError(error, origin));
      if (error instanceof TemplateError) throw toUserError(withGuess(error, scope));
      throw error;
    }
  }
}

/** Gives a text back the line ends that its template ends with and that trimming took. */
const withLastLines = (value: Value, source: string, newline = '\n'): Value => {
  if (typeof value !== 'string' || !source.endsWith('\n')) return value;
  const missing = lastLines(source) - lastLines(value);
  return missing > 0 ? value + newline.repeat(missing) : value;
};

const lastLines = (text: string): number => text.length - text.replace(/\n+$/, '').length;

const readError = (error: TemplateSyntaxError, origin: Origin): TemplateError => {
  const readable = new TemplateError(error.message, { hint: error.hint, cause: error });
  readable.locate(origin, error.at, error.length);
  return readable;
};

/** Adds which variable was probably meant by an undefined name. */
const withGuess = (error: TemplateError, scope: Scope): TemplateError => {
  const missing = error.undefinedValue;
  if (!missing || error.hint || missing.reason !== `'${missing.name}' is undefined`) return error;
  const guess = nearest(missing.name, scope.names());
  return guess ? Object.assign(error, { hint: `did you mean '${guess}'?` }) : error;
};
