import { expect, test } from '@jest/globals';
import {
  answerOf,
  applied,
  environment,
  later,
  levelService,
  levelWorkload,
  type World,
  world,
} from '../../../support/virtual-environment-world.ts';

/** The API server's limit for all annotations of an object: one of them has a copy of what Metacontroller applied. */
const MAX_ANNOTATIONS = 256 * 1024;

function inEffect(start: World): World {
  return [0, 3600, 3600].reduce((now, seconds) => {
    const next = later(now, seconds);
    return applied(next, answerOf(next));
  }, start);
}

/** Bytes of the annotations of the largest child, with the copy. */
function annotationBytes({ virtualServices, rules }: World): number {
  const sizes = [...virtualServices.values(), ...rules.values()].map(
    ({ apiVersion, kind, metadata, spec }) => {
      const { name, namespace, annotations = {} } = metadata;
      const copy = JSON.stringify({
        apiVersion,
        kind,
        metadata: { name, namespace, annotations },
        spec,
      });
      return copy.length + JSON.stringify(annotations).length;
    },
  );
  return Math.max(...sizes);
}

const messageOf = ({ parent }: World) => parent.status?.services?.[0]?.message ?? '';
const ready = ({ parent }: World) => parent.status?.conditions?.[0]?.message ?? '';
const versions = (count: number, prefix = 'dev.v') =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

function one(values: readonly string[], spec = {}, service = levelService('a')): World {
  return world({
    parent: environment({ envLabel: { defaultSubset: 'dev' }, ...spec }),
    services: [service],
    workloads: ['dev', ...values].map((value) => levelWorkload('a', value)),
  });
}

test.each<[string, () => World, RegExp]>([
  [
    'long names of gateways',
    () => {
      const gateways = versions(32, 'g').map((name) => `${'n'.repeat(60)}/${name.padEnd(60, 'x')}`);
      const service = levelService('a');
      service.metadata.annotations = { 'kt-virtual-environment/gateways': gateways.join() };
      return one(versions(200), {}, service);
    },
    /only \d+ of 201 versions have routes/,
  ],
  [
    'thousands of ports',
    () => {
      const ports = Array.from({ length: 5000 }, (_, at) => ({ name: `http-${at}`, port: at + 1 }));
      return one(versions(3), {}, levelService('a', { ports }));
    },
    /only \d+ of 5000 ports have routes/,
  ],
  [
    'long names of headers',
    () => {
      const aliases = [{ name: 'a'.repeat(128), pattern: '' }];
      return one(versions(230), { envHeader: { name: 'x'.repeat(128), aliases } });
    },
    /only \d+ of /,
  ],
  ['thousands of versions', () => one(versions(2000)), /only \d+ of 2001 versions have subsets/],
  [
    'hundreds of long versions',
    () => one(versions(900, `${'a'.repeat(55)}.`)),
    /only \d+ of 901 versions have subsets/,
  ],
])('with %s the objects of a Service can be stored, and it is told', (_name, start, message) => {
  const end = inEffect(start());
  expect(annotationBytes(end)).toBeLessThan(MAX_ANNOTATIONS);
  expect(messageOf(end)).toMatch(message);
});

test('a new version takes no room from the default version and from those that have subsets', () => {
  const before = inEffect(one(versions(300, 'dev.z')));
  const more = versions(2000, 'dev.a').map((value) => levelWorkload('a', value));
  const after = applied(before, answerOf({ ...before, workloads: [...before.workloads, ...more] }));
  const subsets = after.rules.get('a')?.spec.subsets?.map(({ name }) => name) ?? [];
  expect(subsets).toEqual(expect.arrayContaining(['dev', ...versions(300, 'dev-z')]));
  expect(annotationBytes(after)).toBeLessThan(MAX_ANNOTATIONS);
});

test('injected headers of many callers in many Services stay below what a sync can hold, and it is told', () => {
  const names = versions(200, 's');
  const start = world({
    parent: environment({ envHeader: { autoInject: true } }),
    services: names.map((name) => levelService(name)),
    workloads: [
      ...names.map((name) => levelWorkload(name, 'dev')),
      ...versions(300).map((value) => levelWorkload('caller', value)),
    ],
  });
  const end = inEffect(start);
  const routes = [...end.virtualServices.values()].flatMap(({ spec }) => spec.http ?? []);
  expect(end.virtualServices.size).toBe(200);
  expect(routes.length).toBeLessThan(11_000);
  expect(ready(end)).toContain('only 50 of 301 values of the label are injected');
});
