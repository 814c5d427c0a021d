/** How the text of a template is cut: what opens and closes its parts, and which white space around them goes. */
export interface Syntax {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly keepTrailingNewline: boolean;
  readonly newlineSequence: '\n' | '\r\n' | '\r';
  /** Backslashes in strings between `{{` and `}}` stand for themselves, as Ansible reads templates in YAML. */
  readonly literalBackslashes: boolean;
}

/** What Ansible sets for a template inside a YAML file. */
export const yamlSyntax: Syntax = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  trimBlocks: true,
  lstripBlocks: false,
  keepTrailingNewline: false,
  newlineSequence: '\n',
  literalBackslashes: true,
};

/** What Ansible sets for a template file; its `#jinja2:` header and the task's arguments are laid over this. */
export const fileSyntax: Syntax = { ...yamlSyntax, literalBackslashes: false };

const known = new Map<string, Syntax>();

/** The one object for all equal syntaxes, since compiled templates are kept by it. */
export const oneSyntax = (syntax: Syntax): Syntax => {
  const key = JSON.stringify(Object.entries(syntax).sort());
  const same = known.get(key);
  if (same) return same;
  known.set(key, syntax);
  return syntax;
};

oneSyntax(yamlSyntax);
oneSyntax(fileSyntax);
