import { Lexer } from 'yaml';

/** Says that the next lexeme is a text. */
const SCALAR = '\u001f';

/**
 * The lexemes of a text as Go's parser (`scannerc.go` of go.yaml.in/yaml/v2) parts it. Within [] and {} a dash or colon is an
 * indicator there only where a blank follows: `[-f, -]` ends with a text, and in `[2001:2::, a]` the colon belongs to the text.
 */
export function lexemesOf(text: string): string[] {
  const lexemes = [...looseLexer().lex(text)];
  const joined: string[] = [];
  let depth = 0;
  for (let index = 0; index < lexemes.length; index += 1) {
    const isText = lexemes[index - 1] === SCALAR;
    if (!isText) depth += depthOf(lexemes[index]);
    const sign = depth > 0 ? signOfText(lexemes, index, isText) : undefined;
    if (sign !== undefined && !isText) joined.push(SCALAR);
    joined.push(lexemes.slice(index, (sign ?? index) + 1).join(''));
    index = sign === undefined ? index : afterValue(lexemes, sign) - 1;
  }
  return joined;
}

function depthOf(lexeme = ''): number {
  if (lexeme === '[' || lexeme === '{') return 1;
  return lexeme === ']' || lexeme === '}' ? -1 : 0;
}

/** The index of a dash or colon that belongs to the text here, or is one. */
function signOfText(
  lexemes: readonly string[],
  index: number,
  isText: boolean,
): number | undefined {
  const isSpaced = isText && /^ +$/.test(lexemes[index + 1] ?? '');
  const sign = isText ? index + (isSpaced ? 2 : 1) : index;
  const isSign = lexemes[sign] === ':' || (lexemes[sign] === '-' && !isText);
  return isSign && /^[,\]}]$/.test(lexemes[afterValue(lexemes, sign)] ?? '') ? sign : undefined;
}

/** Behind the empty text that the lexer may see after a colon. */
function afterValue(lexemes: readonly string[], sign: number): number {
  return lexemes[sign + 1] === SCALAR && lexemes[sign + 2] === '' ? sign + 3 : sign + 1;
}

/** The part of the lexer that keeps how far what follows must be indented. */
interface Indented {
  buffer: string;
  pos: number;
  flowLevel: number;
  indentNext: number;
}

/**
 * A lexer that asks nothing of the indentation within quotes, [] and {}, where Go's parser asks nothing, and the
 * specification for more than the parent's.
 */
function looseLexer(): Lexer {
  const lexer = new Lexer();
  const inner = lexer as unknown as Indented;
  let kept = inner.indentNext;
  Object.defineProperty(inner, 'indentNext', {
    get: () => (inner.flowLevel > 0 || /["']/.test(inner.buffer[inner.pos] ?? '') ? 0 : kept),
    set: (value: number) => {
      kept = value;
    },
  });
  return lexer;
}
