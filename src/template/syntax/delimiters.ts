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

/** A string that tells two syntaxes apart, for the cache of compiled templates. */
export const syntaxKey = (syntax: Syntax): string =>
  syntax === yamlSyntax ? 'y' : syntax === fileSyntax ? 'f' : JSON.stringify(Object.values(syntax));
