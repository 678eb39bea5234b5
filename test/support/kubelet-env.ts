import type { EnvVar } from '../../src/k8s/workload.ts';

/**
 * The variables that a kubelet gives to a container: first those of `envFrom`, then each of `env` in order. A reference sees only the
 * variables before it. If two have the same name, the last one counts. The value of a `valueFrom` is some unique text.
 */
export function kubeletEnv(
  envFrom: Readonly<Record<string, string>>,
  env: readonly EnvVar[],
): Map<string, string> {
  const known = new Map(Object.entries(envFrom));
  for (const { name, value = '', valueFrom } of env) {
    known.set(name, value === '' ? sourceText(valueFrom) : expand(value, known));
  }
  return known;
}

/** Each variable's value when all references are resolved. A variable whose references form a cycle is undefined. */
export function resolvedEnv(
  envFrom: Readonly<Record<string, string>>,
  env: readonly EnvVar[],
): Map<string, string> | undefined {
  const byName = new Map(env.map((variable) => [variable.name, variable]));
  const known = new Map<string, string>();
  const open = new Set<string>();
  let isCircle = false;
  const resolve = (name: string): string | undefined => {
    const variable = byName.get(name);
    if (variable === undefined) return envFrom[name];
    if (open.has(name)) isCircle = true;
    const done = known.get(name);
    if (done !== undefined || isCircle) return done ?? '';
    open.add(name);
    const { value = '', valueFrom } = variable;
    const lookup = { get: resolve };
    const own = value === '' ? sourceText(valueFrom) : expand(value, lookup);
    open.delete(name);
    known.set(name, own);
    return own;
  };
  for (const name of Object.keys(envFrom)) known.set(name, resolve(name) ?? '');
  for (const { name } of env) resolve(name);
  return isCircle ? undefined : known;
}

function sourceText(valueFrom: EnvVar['valueFrom']): string {
  return valueFrom === undefined ? '' : JSON.stringify(valueFrom);
}

/** Does the same as the function `Expand` in Kubernetes' `third_party/forked/golang/expansion/expand.go`. */
export function expand(
  input: string,
  known: { get: (name: string) => string | undefined },
): string {
  let output = '';
  for (let at = 0; at < input.length; at += 1) {
    const next = input[at + 1];
    const end = input.indexOf(')', at);
    if (input[at] !== '$' || next === undefined) {
      output += input[at];
    } else if (next === '$') {
      output += '$';
      at += 1;
    } else if (next === '(' && end > 0) {
      const name = input.slice(at + 2, end);
      output += known.get(name) ?? `$(${name})`;
      at = end;
    } else {
      output += `$${next}`;
      at += 1;
    }
  }
  return output;
}
