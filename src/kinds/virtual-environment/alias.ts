import { envoyRegexProblem } from '../../istio/regex-bounds.ts';
import { escapedRegex } from '../../istio/regex-text.ts';
import { regexProblem } from '../../istio/string-match.ts';
import type { StringMatch } from '../../istio/types.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { memoizedByText } from '../../k8s/memoize.ts';
import { borderProblem } from './pattern-border.ts';
import { patternTree, VALUE } from './pattern-tree.ts';
import type { LevelRules } from './types.ts';

type Alias = LevelRules['aliases'][number];

/** The characters of a label's value, as members of a class. */
const LABEL_CLASS = '-A-Za-z0-9_.';

/** A text that stands for a value where only the rest of a pattern is checked. */
const SAMPLE = 'v';
const MAX_QUOTED = 60;

/** The conditions on one header that select a version and its descendants. */
export function valueConditions(value: string, splitter: string): StringMatch[] {
  return [{ exact: value }, { prefix: value + splitter }];
}

/**
 * The conditions on the alias' header that select each of the values and its descendants, in the order of `values`. Or
 * why the alias cannot be used, as a sentence whose subject is the pattern.
 */
export function aliasConditions(
  alias: Alias,
  values: readonly string[],
  splitter: string,
): { conditions: StringMatch[][] } | { problem: string } {
  if (alias.pattern === '') {
    return { conditions: values.map((value) => valueConditions(value, splitter)) };
  }
  const { template, problem } = templateOf(JSON.stringify([alias, splitter]));
  if (problem !== undefined) return { problem };
  const regexes = values.map((value) => withValue(template, value, splitter));
  const bound = regexes.map(problemOf).find((one) => one !== '');
  return bound === undefined
    ? { conditions: regexes.map((regex) => [{ regex }]) }
    : { problem: withVersion(bound) };
}

/**
 * Cached: many Services have the same versions. Empty: no problem. No regex with a version is compiled: within the bounds, whether it is
 * an expression does not depend on the literal text.
 */
const problemOf = memoizedByText(
  { size: 4096, bytes: 2 ** 20 },
  (regex): string => envoyRegexProblem(regex) ?? '',
);

interface Template {
  /** The pattern with `VALUE` at each placeholder. */
  template: string;
  problem?: string;
}

/** Cached: every Service of a namespace has the same aliases. */
const templateOf = memoizedByText({ size: 128, bytes: 2 ** 20 }, (text): Template => {
  const [{ pattern, placeholder }, splitter] = JSON.parse(text) as [Alias, string];
  const problem = textProblem(pattern, placeholder);
  if (problem !== undefined) return { template: '', problem };
  const template = withBorders(pattern.replaceAll(placeholder, VALUE), splitter);
  const read = patternTree(template);
  const found = 'problem' in read ? read.problem : borderProblem(read.tree, splitter);
  if (found !== undefined) return { template, problem: found };
  const invalid = regexProblem(withValue(template, SAMPLE, splitter));
  return { template, ...(invalid === undefined ? {} : { problem: withVersion(invalid) }) };
});

function withVersion(problem: string): string {
  return `${problem} (with a version in it)`;
}

function textProblem(pattern: string, placeholder: string): string | undefined {
  if (!pattern.includes(placeholder)) {
    return `has no placeholder ${cutText(placeholder, MAX_QUOTED)}: write it where the version stands, or leave the pattern empty if the version is the whole value`;
  }
  const sample = pattern.replaceAll(placeholder, () => SAMPLE);
  return envoyRegexProblem(sample) ?? regexProblem(sample);
}

/**
 * Where anything may stand beside the value, what is nearest to it must be no character of a label. So `.*` beside the
 * placeholder means: nothing, or a text that does not continue the value.
 */
function withBorders(template: string, splitter: string): string {
  const border = `[^${classMembers(splitter)}]`;
  return template
    .replaceAll(`(${VALUE})`, VALUE)
    .replaceAll(`(?:${VALUE})`, VALUE)
    .replace(/\0\.\*(\??)/g, (_, lazy: string) => `${VALUE}(?:${border}.*${lazy})?`)
    .replace(/\0\.\+(\??)/g, (_, lazy: string) => `${VALUE}${border}.*${lazy}`)
    .replace(/(^|[^\\])((?:\\\\)*)\.\*(\??)\0/g, (_, before: string, escaped: string, lazy) => {
      return `${before}${escaped}(?:.*${lazy}${border})?${VALUE}`;
    })
    .replace(/(^|[^\\])((?:\\\\)*)\.\+(\??)\0/g, (_, before: string, escaped: string, lazy) => {
      return `${before}${escaped}.*${lazy}${border}${VALUE}`;
    });
}

function withValue(template: string, value: string, splitter: string): string {
  return template.replaceAll(VALUE, () => levels(value, splitter));
}

/** A regex for a value and its descendants. */
function levels(value: string, splitter: string): string {
  const border = escapedRegex(splitter);
  return `${escapedRegex(value)}(?:${border}[${classMembers(splitter)}]*)?`;
}

function classMembers(splitter: string): string {
  const isMember = /[-A-Za-z0-9_.]/.test(splitter);
  return isMember ? LABEL_CLASS : `${LABEL_CLASS}\\${splitter}`;
}
