import { Lexer } from 'yaml';

/** The lexer emits it before a scalar. */
const SCALAR = '\u001f';

/**
 * The lexemes of a text, divided as Go's parser does (`scannerc.go` of go.yaml.in/yaml/v2). Within [] and {} it takes a
 * dash or colon for an indicator only before a blank: `[-f, -]` ends with a scalar, and in `[2001:2::, a]` the colon is
 * part of the scalar.
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

/**
 * The index of a dash or colon that Go's parser reads as part of a scalar: of the one at `index`, or as a scalar of its
 * own. Undefined: it is an indicator.
 */
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

/** The index after the dash or colon, and after the empty scalar that the lexer may emit behind a colon. */
function afterValue(lexemes: readonly string[], sign: number): number {
  return lexemes[sign + 1] === SCALAR && lexemes[sign + 2] === '' ? sign + 3 : sign + 1;
}

/** The lexer's private fields that hold the required indentation. */
interface Indented {
  buffer: string;
  pos: number;
  flowLevel: number;
  indentNext: number;
}

/**
 * A lexer that accepts any indentation within quotes, [] and {}, as Go's parser does. The YAML specification requires
 * more indentation than the parent's there.
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
