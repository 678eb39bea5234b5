import { Composer, type Document, type LineCounter, type Node, Parser, visit } from 'yaml';
import { lexemesOf } from './yaml-lexemes.ts';
import type { Remark } from './yaml-value.ts';

/**
 * Parses a text into documents whose scalars are still strings; `yaml-value.ts` interprets them. Where Go's parser
 * (`scannerc.go` of go.yaml.in/yaml/v2) differs from the YAML specification, this follows Go's parser. `unsupported`: what
 * it refuses.
 */
export function treesOf(
  text: string,
  lines: LineCounter,
): { documents: Document.Parsed[]; unsupported: Remark[] } {
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const documents = [
    ...composer.compose(tokensOf(text, lines), true, text.length),
  ] as Document.Parsed[];
  const [document] = documents;
  if (document === undefined) return { documents, unsupported: [] };
  return { documents, unsupported: refusedByGo(document, text) };
}

function* tokensOf(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of lexemesOf(text)) yield* parser.next(lexeme);
  yield* parser.end();
}

/** What the YAML specification allows and Go's parser refuses. */
function refusedByGo(document: Document.Parsed, text: string): Remark[] {
  const found: Remark[] = [];
  const say = (node: Node, message: string) =>
    found.push({ offset: node.range?.[0] ?? 0, message });
  const sayName = (node: Node, name: string | undefined) => {
    if (name === undefined || /^[\w-]+$/.test(name)) return;
    say(node, `the anchor ${name} may contain only letters, digits, _ and -`);
  };
  visit(document, {
    Alias: (_, node) => sayName(node, node.source),
    Collection: (_, node) => sayName(node, node.anchor),
    Scalar: (_, node, path) => {
      sayName(node, node.anchor);
      const [start = 0, end = 0] = node.range ?? [];
      const written = text.slice(start, end);
      if (node.type === 'QUOTE_DOUBLE' && ESCAPE.test(written)) say(node, BAD_ESCAPE);
      if (node.type !== 'PLAIN' || !/^:|\?/.test(written)) return;
      if (path.some((one) => (one as { flow?: boolean }).flow === true)) say(node, BAD_FLOW);
    },
  });
  return found;
}

/** An escaped half of a surrogate pair, or `\/`. */
const ESCAPE = /(?<!\\)(?:\\\\)*\\(?:\/|u[dD][89a-fA-F])/;
const BAD_ESCAPE = 'kubectl supports neither "\\/" nor surrogate pairs ("\\ud83d\\ude00") in YAML';
const BAD_FLOW = 'kubectl refuses this within [] or {}: quote what has a "?" or begins with ":"';
