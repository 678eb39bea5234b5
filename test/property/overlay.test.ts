import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { referencesIn } from '../../src/k8s/variable-references.ts';
import type { EnvVar } from '../../src/k8s/workload.ts';
import { overlayContainers } from '../../src/overlay/containers.ts';
import { layered } from '../../src/overlay/layered.ts';
import type { Layer } from '../../src/overlay/types.ts';
import { kubeletEnv, resolvedEnv } from '../support/kubelet-env.ts';
import { deepFreeze } from '../support/objects.ts';
import { plainEntries, plainLayers } from './lib/plain-overlay.ts';
import { randomFrom, shuffled } from './lib/shuffle.ts';

const NAMES = ['A', 'B', 'C', 'D', 'E', 'F'];
const name = fc.constantFrom(...NAMES);
const piece = fc.oneof(
  { weight: 3, arbitrary: name.map((one) => `$(${one})`) },
  { weight: 3, arbitrary: fc.constantFrom('x', 'y', '$', '$$', '$$(A)', '$(', '') },
);
const value = fc.array(piece, { maxLength: 2 }).map((all) => all.join(''));
const secretKeyRef = fc.record({ name: fc.constant('s'), key: fc.constantFrom('k', 'l') });
const entry: fc.Arbitrary<EnvVar> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name, value }) },
  { weight: 1, arbitrary: fc.record({ name, valueFrom: fc.record({ secretKeyRef }) }) },
);
const base = fc.uniqueArray(entry, { maxLength: 5, selector: (one) => one.name });

/** Each name is in one of the three, or in none. */
const layerOf = (title: string): fc.Arbitrary<Layer> =>
  fc
    .uniqueArray(fc.oneof(entry, name), {
      maxLength: 5,
      selector: (one) => (typeof one === 'string' ? one : one.name),
    })
    .map((all) => ({
      name: title,
      unset: all.filter((one) => typeof one === 'string'),
      vars: Object.fromEntries(
        all.flatMap((one) =>
          typeof one !== 'string' && one.value !== undefined ? [[one.name, one.value]] : [],
        ),
      ),
      secrets: all.flatMap((one) =>
        typeof one !== 'string' && one.valueFrom?.secretKeyRef
          ? [{ name: one.name, secretKeyRef: { ...one.valueFrom.secretKeyRef, name: 's' } }]
          : [],
      ),
    }));
const layers = fc.tuple(layerOf('dev'), layerOf('qa'), layerOf('own'));
const declared = fc.uniqueArray(name, { maxLength: 2 });
const runs = { numRuns: 2000 };

/** Some text for each name before the first entry, so that what is not resolved can be told from text. */
const BEFORE = Object.fromEntries([...NAMES, 'G'].map((one) => [one, `<${one}>`]));
const envFrom = [{ configMapRef: { name: 'shared' } }];

function overlay(env: readonly EnvVar[], all: readonly Layer[], names: readonly string[]) {
  const container = { name: 'app', env: [...env], envFrom };
  const overlaid = overlayContainers(deepFreeze({ containers: [container] }), layered(all), names);
  const found = overlaid.containers[0] ?? container;
  return { ...overlaid, container, found, after: found.env ?? [] };
}

/** Does no variable refer to itself, and is each resolved that the list has? */
function isResolved(env: readonly EnvVar[]): boolean {
  return env.every(({ value: text = '' }, index) =>
    env.slice(index).every((later) => !referencesIn(text).has(later.name)),
  );
}

const values = (env: readonly EnvVar[]) => Object.fromEntries(kubeletEnv(BEFORE, env));

describe('layers on a container', () => {
  it('together say what they say one after the other', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const told = [...layered(deepFreeze(all))].map(([one, { layer, source }]) => [
          one,
          { layer, entry: source && { name: one, ...source } },
        ]);
        expect(Object.fromEntries(told)).toEqual(plainLayers(all));
      }),
      runs,
    );
  });

  it('give the values of the model, and differ exactly where these differ', () => {
    fc.assert(
      fc.property(base, layers, declared, (env, all, names) => {
        fc.pre(isResolved(env));
        const wanted = plainEntries(env, names, plainLayers(all));
        const resolved = resolvedEnv(BEFORE, wanted);
        fc.pre(resolved !== undefined);
        fc.pre(wanted.every((one) => !referencesIn(one.value ?? '').has(one.name)));
        const before = values(env);
        const after = Object.fromEntries(resolved ?? []);
        const has = (list: readonly EnvVar[], one: string) => list.some((own) => own.name === one);
        const differing = NAMES.filter(
          (one) =>
            (has(env, one) || names.includes(one)) &&
            (before[one] !== after[one] || has(env, one) !== has(wanted, one)),
        );
        const { found, container, differences, after: given } = overlay(env, all, names);
        expect(differences.map(({ variable }) => variable)).toEqual(differing);
        if (differing.length === 0) expect(found).toBe(container);
        else expect(values(given)).toEqual(after);
      }),
      runs,
    );
  });

  it('differ only in what a kubelet gives, whatever refers to whatever', () => {
    fc.assert(
      fc.property(base, layers, declared, (env, all, names) => {
        const { found, container, differences, after: given } = overlay(env, all, names);
        if (differences.length === 0) expect(found).toBe(container);
        const before = values(env);
        const after = values(given);
        const has = (list: readonly EnvVar[], one: string) => list.some((own) => own.name === one);
        const own = new Set([...env.map((one) => one.name), ...names]);
        const differing = [...own].filter(
          (one) => before[one] !== after[one] || has(env, one) !== has(given, one),
        );
        expect(differences.map(({ variable }) => variable)).toEqual(differing.sort());
      }),
      runs,
    );
  });

  it('name the layer that decides', () => {
    fc.assert(
      fc.property(base, layers, declared, (env, all, names) => {
        const wanted = plainLayers(all);
        for (const { variable, layer } of overlay(env, all, names).differences) {
          const own = wanted[variable]?.layer;
          expect(own === undefined ? ['dev', 'qa', 'own'] : [own]).toContain(layer);
        }
      }),
      runs,
    );
  });

  it('do not depend on the order of keys, lists and containers', () => {
    fc.assert(
      fc.property(base, base, layers, declared, fc.integer(), (env, other, all, names, seed) => {
        const random = randomFrom(seed);
        const mixed = all.map((one) => ({
          ...shuffled(one, random),
          secrets: [...(one.secrets ?? [])].reverse(),
          unset: [...(one.unset ?? [])].reverse(),
        }));
        const one = { name: 'one', env, envFrom };
        const two = { name: 'two', env: other, envFrom };
        const straight = overlayContainers({ containers: [one, two] }, layered(all), names);
        const turned = overlayContainers(
          { containers: [two, one] },
          layered(mixed),
          [...names].reverse(),
        );
        const byContainer = (container: string) =>
          [straight, turned].map(({ containers, differences }) => [
            containers.find((each) => each.name === container),
            differences.filter((each) => each.container === container),
          ]);
        for (const container of ['one', 'two']) {
          const [first, second] = byContainer(container);
          expect(second).toEqual(first);
        }
      }),
      runs,
    );
  });

  it('change nothing the second time', () => {
    fc.assert(
      fc.property(base, layers, declared, (env, all, names) => {
        const first = overlay(env, all, names);
        const wanted = plainEntries(env, names, plainLayers(all));
        fc.pre(resolvedEnv(BEFORE, wanted) !== undefined);
        fc.pre(first.differences.length > 0);
        const second = overlay(first.after, all, names);
        expect(second.differences).toEqual([]);
        expect(second.found).toBe(second.container);
      }),
      runs,
    );
  });
});
