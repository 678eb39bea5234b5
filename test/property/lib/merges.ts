import fc from 'fast-check';
import type { VirtualServiceMerge } from '../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import { toJson } from '../../../src/simulator/object.ts';
import { virtualServices } from './virtualservice.ts';

/** Generates merges for the VirtualService shop/backend of `virtualServices`, and targets that have tcp and tls routes. */

const host = fc.constantFrom('backend', 'other', 'elsewhere');
const destination = fc.oneof(
  host.map((name) => ({ host: name })),
  fc.constant({ host: 'backend', subset: 'shared' }),
);
const route = destination.map((one) => [{ destination: one }]);
const match = fc.array(
  fc.record(
    {
      uri: fc.constantFrom({ prefix: '/a' }, { exact: '/b' }),
      headers: fc.constantFrom({ user: { exact: 'a' } }, { branch: { exact: 'x' } }),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 2 },
);
const http = fc.array(
  fc.record(
    {
      name: fc.constantFrom('r', 'r-5', 'r-10', 'x--2', 'own', '0', '', 'a_b'),
      match,
      route,
      timeout: fc.constant('3s'),
    },
    { requiredKeys: ['route'] },
  ),
  { maxLength: 3 },
);

/** Few values, so that routes are often equal, and some look as if they were marked. */
const conditions = {
  port: fc.constantFrom(5432, 443),
  sourceLabels: fc.constantFrom({}, { app: 'web' }),
  sourceNamespace: fc.constantFrom('', 'shop'),
  gateways: fc.constantFrom<string[][]>([], ['mesh']),
  destinationSubnets: fc.constantFrom<string[][]>([], ['10.0.0.0/8']),
};
const tcp = fc.array(
  fc.record(
    { match: fc.array(fc.record(conditions, { requiredKeys: [] }), { maxLength: 2 }), route },
    { requiredKeys: ['route'] },
  ),
  { maxLength: 2 },
);
const tlsMatch = fc.record(
  { ...conditions, sniHosts: fc.constant(['backend']) },
  { requiredKeys: ['sniHosts'] },
);
const tls = fc.array(
  fc.record({ match: fc.array(tlsMatch, { minLength: 1, maxLength: 2 }), route }),
  { maxLength: 2 },
);

/** With routes of all kinds, and maybe open to merges of other namespaces. */
export const targets: fc.Arbitrary<VirtualService> = fc
  .tuple(virtualServices, fc.option(tcp), fc.option(tls), fc.boolean())
  .map(([object, ownTcp, ownTls, isOpen]) => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        ...(isOpen ? { 'riskified.com/merge-from': '*' } : {}),
      },
    },
    spec: {
      ...object.spec,
      ...(ownTcp === null ? {} : { tcp: unique(ownTcp) }),
      ...(ownTls === null ? {} : { tls: unique(ownTls) }),
    },
  }));

/** Istio ignores a second equal route. */
function unique<T>(list: readonly T[]): T[] {
  const texts = list.map((one) => JSON.stringify(one));
  return list.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

const patch = fc.record({ http, tcp, tls }, { requiredKeys: [] });

function mergeOf(
  index: number,
  namespace: string,
  second: number,
  spec: unknown,
): VirtualServiceMerge {
  return toJson({
    apiVersion: 'istiomerger.monime.sl/v1alpha1',
    kind: 'VirtualServiceMerge',
    metadata: {
      namespace,
      name: `m${index}`,
      uid: `uid-${index}`,
      generation: 1,
      creationTimestamp: `2026-01-01T00:00:0${second}Z`,
    },
    spec,
  }) as unknown as VirtualServiceMerge;
}

const place = fc.tuple(fc.constantFrom('shop', 'shop', 'other'), fc.integer({ min: 0, max: 3 }));
const target = { name: 'backend', namespace: 'shop' };

export const merges = fc
  .array(fc.tuple(place, patch), { maxLength: 4 })
  .map((all) =>
    all.map(([[namespace, second], one], index) =>
      mergeOf(index, namespace, second, { target, patch: one }),
    ),
  );

/** A merge of this name with so many routes, each of about so many bytes, to the base of envs. */
export function mergeOfSize(
  name: string,
  generation: number,
  { count, bytes }: { count: number; bytes: number },
): VirtualServiceMerge {
  const routes = Array.from({ length: count }, (_, at) => ({
    match: [{ headers: { branch: { exact: `${at}${'b'.repeat(bytes)}` } } }],
    route: [{ destination: { host: 'backend', subset: 'shared' } }],
  }));
  const one = mergeOf(0, 'shop', 0, { target, patch: { http: routes } });
  return { ...one, metadata: { ...one.metadata, name, uid: `uid-${name}`, generation } };
}

const anyList = fc.oneof(
  fc.array(fc.object({ maxDepth: 3 }), { maxLength: 3 }),
  fc.anything({ maxDepth: 2 }),
);
const anyPatch = fc.oneof(
  fc.record({ http: anyList, tcp: anyList, tls: anyList }, { requiredKeys: [] }),
  fc.anything({ maxDepth: 2 }),
);
const anySpec = fc.oneof(
  anyPatch.map((one) => ({ target, patch: one })),
  fc.record({ target: fc.anything({ maxDepth: 1 }), patch: anyPatch }),
  fc.anything({ maxDepth: 2 }),
);

/** Whatever an API server without schemas could store. */
export const anyMerges = fc
  .array(fc.tuple(place, anySpec), { maxLength: 3 })
  .map((all) =>
    all.map(([[namespace, second], spec], index) => mergeOf(index + 10, namespace, second, spec)),
  );
