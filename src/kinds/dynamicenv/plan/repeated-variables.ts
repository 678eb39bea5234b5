import { jsonEqual } from '../../../k8s/canonical.ts';
import { templateOf } from '../../../k8s/variable-references.ts';
import type { EnvVar } from '../../../k8s/workload.ts';
import { isOptional } from '../../../overlay/effective-values.ts';

/** So much text is written into other variables at most: an object with more could not be stored (etcd's limit is 1.5 MiB). */
const MOST_WRITTEN = 1024 * 1024;

export interface VariablesOnce {
  env: readonly EnvVar[];
  /** Where an entry (`by`) needs an earlier value of a variable, and that value cannot be written into it. */
  lost: { variable: string; by: string }[];
}

/**
 * Answers a container's variables with one entry for each name, and with the values that a kubelet gives to the original list: it
 * evaluates the entries in order, a later entry replaces an earlier one, and `$(NAME)` is what stands before (`makeEnvironmentVariables`
 * in `pkg/kubelet/kubelet_pods.go`). So the last entry stays. An earlier value is written into the entries that refer to it, if it is
 * a plain text. A list without repeated names is answered as it is. The limit of written text is for all containers of a pod: a
 * variable that refers to itself could double with every entry.
 */
export function variablesOnce(): (env: readonly EnvVar[]) => VariablesOnce {
  const write = writer();
  return (env) => {
    if (new Set(env.map(({ name }) => name)).size === env.length) return { env, lost: [] };
    const entries = withoutRestated(env);
    const last = new Map(entries.map(({ name }, index) => [name, index]));
    const earlier = new Map<string, string | undefined>();
    const kept: Written[] = [];
    for (const [index, entry] of entries.entries()) {
      const written = write(entry, earlier);
      if (last.get(entry.name) === index) {
        earlier.delete(entry.name);
        kept.push(written);
      } else {
        earlier.set(entry.name, plainText(written));
      }
    }
    return {
      env: kept.map(({ entry }) => entry),
      lost: kept.flatMap(({ entry, needs }) =>
        needs === undefined ? [] : [{ variable: needs, by: entry.name }],
      ),
    };
  };
}

/** The values of entries that do not stay, where they are valid; undefined: not a plain text. */
type EarlierValues = ReadonlyMap<string, string | undefined>;

/** An entry with the earlier values that it refers to. `needs`: the variable whose earlier value cannot be written into it. */
interface Written {
  entry: EnvVar;
  needs?: string;
}

function writer(): (entry: EnvVar, earlier: EarlierValues) => Written {
  let left = MOST_WRITTEN;
  return (entry, earlier) => {
    const { name, value = '', valueFrom } = entry;
    // An optional key that does not exist leaves the variable as it was before.
    if (value === '' && valueFrom && isOptional(valueFrom) && earlier.has(name)) {
      return { entry, needs: name };
    }
    const { texts, names } = templateOf(value);
    const asked = names.filter((one) => earlier.has(one));
    const [first] = asked;
    if (first === undefined) return { entry };
    const unknown = asked.find((one) => earlier.get(one) === undefined);
    const length = asked.reduce((sum, one) => sum + (earlier.get(one)?.length ?? 0), value.length);
    if (unknown !== undefined || length > left) return { entry, needs: unknown ?? first };
    left -= length;
    const parts = names.map((one) => escaped(earlier.get(one)) ?? `$(${one})`);
    const written = texts.map((text, at) => (escaped(text) ?? '') + (parts[at] ?? ''));
    return { entry: { ...entry, value: written.join('') } };
  };
}

/** Without entries that say again what their variable is already: nothing has to be written elsewhere because of them. */
function withoutRestated(env: readonly EnvVar[]): EnvVar[] {
  const before = new Map<string, EnvVar>();
  return env.filter((entry) => {
    const same = before.get(entry.name);
    before.set(entry.name, entry);
    return !(jsonEqual(same, entry) && templateOf(entry.value ?? '').names.length === 0);
  });
}

function plainText({ entry, needs }: Written): string | undefined {
  const { value = '', valueFrom } = entry;
  if (needs !== undefined) return undefined;
  if (value === '' && valueFrom !== undefined) return undefined;
  const { texts, names } = templateOf(value);
  return names.length === 0 ? texts.join('') : undefined;
}

/** A kubelet makes one dollar of two (`Expand` in Kubernetes' `third_party/forked/golang/expansion/expand.go`). */
function escaped(text: string | undefined): string | undefined {
  return text?.replaceAll('$', '$$$$');
}
