import { referencesIn, templateOf } from '../../../k8s/variable-references.ts';
import type { EnvVar } from '../../../k8s/workload.ts';

/**
 * Each variable once. Of several with one name a kubelet uses the last, and `$(NAME)` between them is the value before
 * (`makeEnvironmentVariables` in Kubernetes' `pkg/kubelet/kubelet_pods.go`). So the last stays, and a text takes the place of references
 * to those before. What cannot be written with one entry is told in `problems`.
 */
export function uniqueEnv(env: EnvVar[], container: string, problems: string[]): EnvVar[] {
  const last = new Map(env.map(({ name }, at) => [name, at]));
  if (last.size === env.length) return env;
  /** The value so far of each variable of which another entry follows; undefined: it is not a plain text. */
  const soFar = new Map<string, string | undefined>();
  const kept: EnvVar[] = [];
  for (const [at, variable] of env.entries()) {
    const { name } = variable;
    const written = withTexts(variable, soFar);
    if (last.get(name) !== at) {
      soFar.set(name, written && plainText(written));
      continue;
    }
    if (written === undefined) problems.push(twice(container, name, 'with a reference to one'));
    else if (soFar.has(name) && isOptional(variable)) {
      problems.push(twice(container, name, 'as an optional one'));
    }
    soFar.delete(name);
    kept.push(written ?? variable);
  }
  return kept;
}

function twice(container: string, name: string, how: string): string {
  return `container ${container} declares variable ${name} ${how} that it declares more than once, and a clone can have each once only: declare it once in the Deployment`;
}

/** With texts instead of references to these variables; undefined: one of them is no text. */
function withTexts(
  variable: EnvVar,
  soFar: ReadonlyMap<string, string | undefined>,
): EnvVar | undefined {
  const { value } = variable;
  if (value === undefined) return variable;
  const { texts, names } = templateOf(value);
  const concerned = names.filter((name) => soFar.has(name));
  if (concerned.length === 0) return variable;
  if (concerned.some((name) => soFar.get(name) === undefined)) return undefined;
  const parts = names.map((name) => {
    const text = soFar.get(name);
    return text === undefined ? `$(${name})` : escaped(text);
  });
  const rest = texts.slice(1).map((text, at) => `${parts[at]}${escaped(text)}`);
  return { ...variable, value: [escaped(texts[0] ?? ''), ...rest].join('') };
}

/** What a kubelet gives for a variable without references. One without `value` and `valueFrom` is empty. */
function plainText({ value = '', valueFrom }: EnvVar): string | undefined {
  if (valueFrom !== undefined && valueFrom !== null) return undefined;
  if (value.length > MAX_TEXT || referencesIn(value).size > 0) return undefined;
  return templateOf(value).texts.join('');
}

/** Texts may refer to each other, and double each time. */
const MAX_TEXT = 4096;

function escaped(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** If what it refers to is missing, a kubelet passes it over, and the entry before counts. */
function isOptional({ valueFrom }: EnvVar): boolean {
  return Object.values(valueFrom ?? {}).some((source: unknown) => {
    const { optional } = (source ?? {}) as { optional?: unknown };
    return optional === true;
  });
}
