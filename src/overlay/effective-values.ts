import type { V1EnvVarSource } from '@kubernetes/client-node';
import { canonicalJson } from '../k8s/canonical.ts';
import { templateOf } from '../k8s/variable-references.ts';
import type { EnvVar } from '../k8s/workload.ts';

/**
 * Linux runs no program with a variable of more than 128 KiB, or with more than 2 MiB of arguments and environment (execve(2)). Longer
 * texts are not built: variables that refer to each other could double them with every step.
 */
const MOST_OF_ONE = 128 * 1024;
const MOST_OF_ALL = 2 * 1024 * 1024;

/** Effective values by the variable's name. What stands before the first entry (`envFrom`, Services) is not in it. */
export type EffectiveValues = ReadonlyMap<string, string>;

/**
 * Answers the values that a kubelet gives to a container's variables (`makeEnvironmentVariables` in `pkg/kubelet/kubelet_pods.go`), with
 * symbols for what cannot be known here: the value of a `valueFrom`, and what a name stands for before the first entry (`envFrom`,
 * the variables of Services, or the text `$(NAME)`). Two values of one evaluator are the same text if they are equal whatever
 * the symbols stand for; a text that is too long to be built equals only what was built in the same way. One evaluator is for
 * the containers of one pod.
 */
export function evaluator(): (env: readonly EnvVar[]) => EffectiveValues {
  const joined = joiner();
  const effective = ({ name, value = '', valueFrom }: EnvVar, known: EffectiveValues): string => {
    const get = (asked: string) => known.get(asked) ?? symbol('before', asked);
    if (value !== '') {
      const { texts, names } = templateOf(value);
      return joined(texts.map(literal), names.map(get));
    }
    if (valueFrom === undefined) return '';
    const source = symbol('source', canonicalJson(canonicalSource(valueFrom)));
    // An optional key that does not exist leaves the variable as it was before.
    return isOptional(valueFrom) ? joined([`${source}${NUL}[`, `${NUL}]`], [get(name)]) : source;
  };
  return (env) => {
    const known = new Map<string, string>();
    for (const variable of env) known.set(variable.name, effective(variable, known));
    return known;
  };
}

/** Marks symbols. Where it is part of a text, it is doubled. */
const NUL = '\0';

function literal(text: string): string {
  return text.includes(NUL) ? text.replaceAll(NUL, NUL + NUL) : text;
}

function symbol(kind: 'before' | 'source' | 'long', name: string): string {
  return `${NUL}${kind}:${literal(name)}${NUL};`;
}

/** Joins `texts[0]`, `values[0]`, `texts[1]` … Cost: the length of the texts, the number of values, and what may be built. */
function joiner(): (texts: readonly string[], values: readonly string[]) => string {
  const ids = new Map<string, number>();
  const results = new Map<string, string>();
  let left = MOST_OF_ALL;
  return (texts, values) => {
    if (values.length === 0) return texts.join('');
    const key = JSON.stringify([values.map((value) => numberOf(ids, value)), texts]);
    const before = results.get(key);
    if (before !== undefined) return before;
    const length = [...texts, ...values].reduce((sum, part) => sum + part.length, 0);
    const fits = length <= Math.min(left, MOST_OF_ONE);
    if (fits) left -= length;
    const result = fits
      ? texts.map((text, at) => text + (values[at] ?? '')).join('')
      : symbol('long', `${results.size}`);
    results.set(key, result);
    return result;
  };
}

function numberOf(numbers: Map<string, number>, text: string): number {
  const before = numbers.get(text);
  if (before !== undefined) return before;
  numbers.set(text, numbers.size);
  return numbers.size - 1;
}

/** With the API server's defaults: a Deployment that was read has them, one that somebody wrote may not. */
function canonicalSource(source: V1EnvVarSource): unknown {
  return Object.fromEntries(
    members(source).map(([kind, { optional, ...others }]) => [
      kind,
      {
        ...(kind === 'fieldRef' && { apiVersion: 'v1' }),
        ...others,
        ...(optional === true && { optional }),
      },
    ]),
  );
}

/** May the Secret, the ConfigMap or the key be missing? */
export function isOptional(source: V1EnvVarSource): boolean {
  return members(source).some(([, { optional }]) => optional === true);
}

function members(source: V1EnvVarSource): [string, { optional?: boolean }][] {
  return Object.entries(source);
}
