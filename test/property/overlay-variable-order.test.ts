import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { referencesIn } from '../../src/k8s/variable-references.ts';
import type { EnvVar } from '../../src/k8s/workload.ts';
import { mergeEnv } from '../../src/overlay/variable-order.ts';
import { expand, kubeletEnv, resolvedEnv } from '../support/kubelet-env.ts';
import { deepFreeze } from '../support/objects.ts';

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
const name = fc.constantFrom(...NAMES);
const piece = fc.oneof(
  { weight: 4, arbitrary: name.map((one) => `$(${one})`) },
  { weight: 3, arbitrary: fc.constantFrom('x', '/', '$', '$$', '$$(A)', '$(', ')', '$(A', '$B') },
);
const value = fc.array(piece, { maxLength: 3 }).map((all) => all.join(''));
const variable = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name, value }) },
  {
    weight: 1,
    arbitrary: name.map((one) => ({
      name: one,
      valueFrom: { secretKeyRef: { name: 's', key: one } },
    })),
  },
);
const list = (maxLength: number) =>
  fc.uniqueArray(variable, { maxLength, selector: (one) => one.name }) as fc.Arbitrary<EnvVar[]>;
const envFrom = fc.dictionary(name, fc.constantFrom('from', 'other'), { maxKeys: 3 });
const runs = { numRuns: 3000 };

/** Does each variable refer only to earlier variables of the list, or to none in it? */
function isResolved(env: readonly EnvVar[]): boolean {
  const later = new Set(env.map((one) => one.name));
  return env.every((one) => {
    const isFine = [...referencesIn(one.value ?? '')].every((asked) => !later.has(asked));
    later.delete(one.name);
    return isFine;
  });
}

/** The order if references are not considered: overrides in place, new variables at the end. */
function inPlace(base: readonly EnvVar[], overrides: readonly EnvVar[]): EnvVar[] {
  const byName = new Map(overrides.map((one) => [one.name, one]));
  return [
    ...base.map((one) => byName.get(one.name) ?? one),
    ...overrides.filter((one) => base.every((own) => own.name !== one.name)),
  ];
}

/** The names of all variables whose values an override can change. */
function concerned(env: readonly EnvVar[], overrides: readonly EnvVar[]): Set<string> {
  const found = new Set(overrides.map((one) => one.name));
  for (const asked of found) {
    for (const one of env) if (referencesIn(one.value ?? '').has(asked)) found.add(one.name);
  }
  return found;
}

describe('the variables of a clone with overrides, as a kubelet resolves them', () => {
  it('have the same values as if every reference were resolved, unless references form a cycle', () => {
    fc.assert(
      fc.property(list(5), list(4), envFrom, (base, overrides, from) => {
        fc.pre(isResolved(base));
        const merged = mergeEnv(deepFreeze(base), deepFreeze(overrides));
        const wanted = resolvedEnv(from, merged);
        fc.pre(wanted !== undefined && everyRefersToOthers(merged));
        expect(kubeletEnv(from, merged)).toEqual(wanted);
      }),
      runs,
    );
  });

  it('do not change variables that do not refer to them, whatever the base leaves unresolved', () => {
    fc.assert(
      fc.property(list(6), list(4), envFrom, (base, overrides, from) => {
        const merged = mergeEnv(deepFreeze(base), deepFreeze(overrides));
        const touched = concerned(merged, overrides);
        const before = kubeletEnv(from, base);
        const after = kubeletEnv(from, merged);
        const others = [...before.keys()].filter((one) => !touched.has(one));
        expect(others.map((one) => after.get(one))).toEqual(others.map((one) => before.get(one)));
      }),
      runs,
    );
  });

  it('contains each variable once', () => {
    fc.assert(
      fc.property(list(6), list(4), (base, overrides) => {
        const sorted = (env: readonly EnvVar[]) => env.map((one) => JSON.stringify(one)).sort();
        const merged = mergeEnv(deepFreeze(base), deepFreeze(overrides));
        expect(sorted(merged)).toEqual(sorted(inPlace(base, overrides)));
      }),
      runs,
    );
  });

  it('keeps its order if the order already resolves the references', () => {
    fc.assert(
      fc.property(list(6), list(4), (base, overrides) => {
        const plain = inPlace(base, overrides);
        const touched = new Set(overrides.map((one) => one.name));
        const place = new Map(plain.map((one, index) => [one.name, index]));
        const isFine = plain.every((one, index) =>
          [...referencesIn(one.value ?? '')].every(
            (asked) =>
              asked === one.name ||
              !(touched.has(asked) || touched.has(one.name)) ||
              (place.get(asked) ?? -1) < index,
          ),
        );
        fc.pre(isFine);
        expect(mergeEnv(deepFreeze(base), deepFreeze(overrides))).toEqual(plain);
      }),
      runs,
    );
  });
});

/** True if no variable refers to itself. Such a reference means the value from `envFrom`, and is tested separately. */
function everyRefersToOthers(env: readonly EnvVar[]): boolean {
  return env.every((one) => !referencesIn(one.value ?? '').has(one.name));
}

it('references are exactly what a kubelet replaces', () => {
  fc.assert(
    fc.property(value, (text) => {
      const asked = new Set<string>();
      const get = (one: string) => {
        asked.add(one);
        return undefined;
      };
      expand(text, { get });
      expect(referencesIn(text)).toEqual(asked);
    }),
    runs,
  );
});
