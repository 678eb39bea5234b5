import { describe, expect, it } from '@jest/globals';
import type { ContainerOverride } from '../../../../../src/api/dynamicenv.ts';
import type { Deployment, EnvVar } from '../../../../../src/k8s/workload.ts';
import { configurationIn } from '../../../../../src/kinds/dynamicenv/configuration/kept-configuration.ts';
import {
  overlayOf,
  withMark,
  withOverlay,
} from '../../../../../src/kinds/dynamicenv/configuration/overlay.ts';
import { overrideContainers } from '../../../../../src/kinds/dynamicenv/plan/overrides.ts';
import { layered } from '../../../../../src/overlay/layered.ts';
import { reading } from '../../../../support/configuration.ts';
import { deepFreeze } from '../../../../support/objects.ts';

const RECORD = 'riskified.com/configured-variables';
const LAYERS = layered([{ name: 'qa', vars: { A: '2', C: '$(Q)', Q: '' }, unset: ['DEBUG'] }]);

/** `A=1 B=2` */
const env = (text: string): EnvVar[] =>
  text.split(' ').map((one) => {
    const [name = '', value = ''] = one.split('=');
    return { name, value };
  });
const base = (text: string) => deepFreeze(reading('shop/cart', { env: env(text) }));
const overrides = (text = ''): ContainerOverride[] => (text === '' ? [] : [{ env: env(text) }]);

function overridden(like: Deployment, own: ContainerOverride[]): Deployment {
  const pod = like.spec.template.spec;
  const { containers } = overrideContainers(pod?.containers ?? [], own);
  const template = { ...like.spec.template, spec: { ...pod, containers } };
  return { ...like, spec: { ...like.spec, template } };
}

/** The clone of a base with these variables, with those of its entry in the spec. */
function cloneOf(text: string, own?: string): Deployment {
  const overlay = overlayOf(base(text), LAYERS, { containers: overrides(own) });
  return deepFreeze(
    withMark(overridden(withOverlay(base(text), overlay), overrides(own)), overlay),
  );
}

function held(clone: Deployment, next: string, own?: string) {
  const overlay = configurationIn(clone, base(next));
  const after = withMark(overridden(withOverlay(base(next), overlay), overrides(own)), overlay);
  const list = after.spec.template.spec?.containers[0]?.env ?? [];
  return { after, env: list.map(({ name, value }) => `${name}=${value}`).join(' ') };
}

describe('a clone that keeps its configuration', () => {
  it.each<[string, string, string, string]>([
    ['nothing else changes', 'A=1 X=x', 'A=1 X=x', 'A=2 X=x'],
    ['the base gets a variable', 'A=1', 'A=1 NEEDED=n', 'A=2 NEEDED=n'],
    ['the base gets one that the layers know', 'A=1', 'A=1 C=base', 'A=2 C=base'],
    ['the base loses one', 'A=1 OLD=x', 'A=1', 'A=2'],
    ['the base loses one that the configuration set', 'A=1 X=x', 'X=x', 'X=x A=2'],
    ['the base changes one', 'A=1 X=x', 'A=9 X=y', 'A=2 X=y'],
    ['the configuration removed one', 'A=1 DEBUG=y', 'A=1 DEBUG=y NEEDED=n', 'A=2 NEEDED=n'],
    ['the configuration set what another refers to', 'C=1', 'NEEDED=n C=1', 'NEEDED=n Q= C=$(Q)'],
    ['the base equals the configuration now', 'A=1', 'NEEDED=n A=2', 'NEEDED=n A=2'],
  ])('%s', (_, before, next, expected) => {
    const clone = cloneOf(before);
    const { after, env: text } = held(clone, next);
    expect(text).toBe(expected);
    expect(after.metadata.annotations).toEqual(clone.metadata.annotations);
    // It does not change again.
    expect(held(after, next).after).toEqual(after);
  });

  it.each<[string, string, string | undefined, string]>([
    ["the spec's own variable goes", 'X=1', undefined, 'A=2'],
    ["the spec's own variable changes", 'X=1', 'X=2', 'A=2 X=2'],
    ['the spec gets one that decides', 'X=1', 'A=mine', 'A=mine'],
    // What the configuration had there is not known, and the base's may be the data of others.
    ['the spec had one that decided', 'A=mine', undefined, 'A=mine'],
  ])('%s', (_, own, next, expected) => {
    expect(held(cloneOf('A=1', own), 'A=1', next).env).toBe(expected);
  });

  it('which has none has the variables of its base', () => {
    const clone = cloneOf('X=x');
    expect(clone.metadata.annotations).toBeUndefined();
    expect(held(clone, 'X=y NEEDED=n').env).toBe('X=y NEEDED=n');
  });

  it.each<[string, string | undefined]>([
    ['a version before made the clone', undefined],
    ['somebody edited the record', '{"main":"A"}'],
    ['the record is no JSON', '{'],
    ['the record is a list', '["main"]'],
  ])('all variables stay: %s', (_, record) => {
    const { metadata, ...clone } = cloneOf('A=1 DEBUG=y');
    const { [RECORD]: _record, ...annotations } = metadata.annotations ?? {};
    const marks = { ...annotations, ...(record === undefined ? {} : { [RECORD]: record }) };
    const old = { ...clone, metadata: { ...metadata, annotations: marks } };
    const { after, env: text } = held(old, 'A=1 DEBUG=y NEEDED=n');
    expect(text).toBe('A=2');
    expect(after.metadata.annotations).toEqual(annotations);
  });

  it('init containers, and containers that are new', () => {
    const pod = (init: string, image: string, ...more: string[]) => {
      const made = reading('shop/cart', { env: env('A=1') });
      const spec = made.spec.template.spec;
      if (spec) {
        spec.initContainers = [{ name: 'init', image, env: env(init) }];
        spec.containers.push(...more.map((name) => ({ name, env: env('A=1') })));
      }
      return deepFreeze(made);
    };
    const before = pod('A=1', 'i:1');
    const overlay = overlayOf(before, LAYERS);
    const clone = withMark(withOverlay(before, overlay), overlay);
    const kept = configurationIn(clone, pod('A=1 NEEDED=n', 'i:2', 'new'));
    expect(kept.initContainers).toEqual([{ name: 'init', image: 'i:2', env: env('A=2 NEEDED=n') }]);
    expect(kept.containers.map((one) => one.env)).toEqual([env('A=2'), env('A=1')]);
  });
});

describe('the record of what a configuration sets and removes', () => {
  it('has names only, sorted, by container', () => {
    const { record } = overlayOf(base('DEBUG=y X=x C=1 A=1'), LAYERS);
    expect(record).toBe('{"main":["A","C","DEBUG","Q"]}');
  });

  it('is left out if it is too long for an annotation', () => {
    const names = Array.from({ length: 100 }, (_, at) => `${'V'.repeat(200)}${at}`);
    const vars = Object.fromEntries(names.map((name) => [name, '2']));
    const overlay = overlayOf(
      base(names.map((name) => `${name}=1`).join(' ')),
      layered([{ name: 'qa', vars }]),
    );
    expect(overlay.hash).toBeDefined();
    expect(overlay).not.toHaveProperty('record');
  });
});
