import { describe, expect, it } from '@jest/globals';
import type { V1PodSpec } from '@kubernetes/client-node';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import type { Service } from '../../../../../src/k8s/workload.ts';
import { derive } from '../../../../../src/kinds/dynamicenv/configuration/derive.ts';
import { scopeOf } from '../../../../../src/kinds/dynamicenv/configuration/scope.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import { layered } from '../../../../../src/overlay/layered.ts';
import { reading, statefulSet } from '../../../../support/configuration.ts';
import { CONFIG, deepFreeze, dynamicEnv, objectMap, service } from '../../../../support/objects.ts';

const LAYERS = layered([{ name: 'qa', vars: { A: '2' }, unset: ['B'] }]);
const env = [{ name: 'A', value: '1' }];
const CONSENT = { annotations: { 'riskified.com/clone': 'true' } };
const SERVICE = service('shop/cart');
const ALIAS: Service = { ...SERVICE, spec: { ...SERVICE.spec, type: 'ExternalName' } };
const ROLLOUT = service(
  'shop/cart',
  { app: 'cart', 'rollouts-pod-template-hash': '1' },
  { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'cart' } },
);

function derived(objects: KubeObject[], consumers = false, cloned: string[] = []) {
  const view = meshView(objectMap(deepFreeze(objects)), 'cluster.local');
  const spec = { subsets: [], scope: [{ namespace: 'shop', consumers }] };
  const { candidates } = scopeOf(dynamicEnv(spec), view, CONFIG);
  return derive(candidates, LAYERS, view, CONFIG, new Set(cloned));
}

/** One word for what becomes of one workload. */
function fate(objects: KubeObject[], consumers?: boolean, cloned?: string[]) {
  const { workloads, blocked, notCloned, shared } = derived(objects, consumers, cloned);
  return {
    ...(workloads.length === 0
      ? {}
      : { cloned: workloads.map(({ kind, key }) => `${kind} ${key}`) }),
    ...(blocked.length === 0 ? {} : { blocked }),
    ...(notCloned.length === 0 ? {} : { notCloned }),
    ...(shared.length === 0 ? {} : { shared: shared.length }),
  };
}
const told = (workload: string, text: string) => [
  { workload, message: expect.stringContaining(text) },
];
const cart = (rest = {}) => reading('shop/cart', { env, ...rest });
const withVolume = (volume: object, meta = {}) => {
  const base = cart({ meta });
  Object.assign(base.spec.template.spec ?? {}, { volumes: [{ name: 'data', ...volume }] });
  return base;
};
const withClaim = (claim = {}, meta = {}) =>
  withVolume({ persistentVolumeClaim: { claimName: 'data', ...claim } }, meta);
/** `mounts`: of the container, and of an init container. */
const withMounts = (...mounts: object[]) => {
  const base = withClaim();
  const pod = base.spec.template.spec as V1PodSpec;
  const [main] = pod.containers;
  const part = (mount: object | undefined) => mount && { name: 'data', mountPath: '/d', ...mount };
  Object.assign(main ?? {}, { volumeMounts: [part(mounts[0])] });
  const init = part(mounts[1]);
  if (init) Object.assign(pod, { initContainers: [{ name: 'init', volumeMounts: [init] }] });
  return base;
};
const WRITES = told('Deployment shop/cart', 'mount PersistentVolumeClaim data');
const BARE = { labels: { app: 'cart' } };

describe('derive', () => {
  it.each([
    ['no difference', [reading('shop/cart'), SERVICE], { shared: 1 }],
    ['no difference, no version', [reading('shop/cart', BARE), SERVICE], { shared: 1 }],
    ['a StatefulSet without difference', [statefulSet('shop/cart')], { shared: 1 }],
    ['a Service', [cart(), SERVICE], { cloned: ['subset shop/cart'] }],
    [
      'a Service, and consent',
      [cart({ meta: CONSENT }), SERVICE],
      { cloned: ['subset shop/cart'] },
    ],
    [
      'a volume claim that a clone would write to',
      [withClaim(), SERVICE],
      { blocked: told('Deployment shop/cart', 'mount PersistentVolumeClaim data') },
    ],
    [
      'a volume claim, and consent',
      [withClaim({}, CONSENT)],
      { blocked: told('Deployment shop/cart', 'list it under spec.subsets (or spec.consumers)') },
    ],
    [
      'a volume claim to read',
      [withClaim({ readOnly: true }), SERVICE],
      { cloned: ['subset shop/cart'] },
    ],
    [
      'a volume claim that is mounted to read',
      [withMounts({ readOnly: true }, { readOnly: true }), SERVICE],
      { cloned: ['subset shop/cart'] },
    ],
    [
      'a volume claim that an init container writes to',
      [withMounts({ readOnly: true }, {}), SERVICE],
      { blocked: WRITES },
    ],
    [
      'a volume claim that is not mounted to read, beside another volume that is',
      [withMounts({ readOnly: true, name: 'other' }, {}), SERVICE],
      { blocked: WRITES },
    ],
    [
      'no version',
      [cart(BARE), SERVICE],
      { blocked: told('Deployment shop/cart', 'first add "version: shared"') },
    ],
    [
      'a StatefulSet',
      [statefulSet('shop/cart', { env })],
      { blocked: told('StatefulSet shop/cart', 'a StatefulSet cannot be cloned') },
    ],
    [
      'no Service',
      [cart()],
      { notCloned: told('Deployment shop/cart', 'set consumers: true in spec.scope') },
    ],
    [
      'no Service, no version',
      [cart(BARE)],
      { notCloned: told('Deployment shop/cart', 'consumers') },
    ],
    ['no Service, and consent', [cart({ meta: CONSENT })], { cloned: ['consumer shop/cart'] }],
    [
      'no Service, and another word than consent',
      [cart({ meta: { annotations: { 'riskified.com/clone': 'yes' } } })],
      { notCloned: told('Deployment shop/cart', 'consumers') },
    ],
    ['an alias', [cart(), ALIAS], { notCloned: told('Deployment shop/cart', 'consumers') }],
    [
      'the template of an Argo Rollout',
      [cart({ replicas: 0 }), ROLLOUT],
      { blocked: told('Deployment shop/cart', 'Argo Rollout cart') },
    ],
    [
      'no pods',
      [cart({ replicas: 0 }), SERVICE],
      { notCloned: told('Deployment shop/cart', 'list it under spec.subsets') },
    ],
    [
      'no pods and no Service, and consent',
      [cart({ replicas: 0, meta: CONSENT })],
      { notCloned: told('Deployment shop/cart', 'list it under spec.consumers') },
    ],
    ['no pods, and no difference', [reading('shop/cart', { replicas: 0 })], { shared: 1 }],
    [
      'many Services',
      [cart(), ...Array.from({ length: 65 }, (_, at) => service(`shop/s${at}`, { app: 'cart' }))],
      { blocked: told('Deployment shop/cart', '65 Services') },
    ],
  ] satisfies [string, KubeObject[], object][])('with %s', (_, objects, expected) => {
    expect(fate(objects)).toEqual(expected);
  });

  it('clones what no Service selects if the scope says so', () => {
    expect(fate([cart(), reading('shop/web', { env }), service('shop/web')], true)).toEqual({
      cloned: ['consumer shop/cart', 'subset shop/web'],
    });
  });

  it('keeps the clone of what has no pods any more', () => {
    const stopped = cart({ replicas: 0 });
    expect(fate([stopped, SERVICE], false, ['shop/cart'])).toEqual({
      cloned: ['subset shop/cart'],
    });
    expect(fate([stopped], true, ['shop/cart'])).toEqual({ cloned: ['consumer shop/cart'] });
    expect(fate([stopped], true, ['shop/web'])).toHaveProperty('notCloned');
  });

  it('says what the clone is made of', () => {
    const [one] = derived([cart(), SERVICE]).workloads;
    expect(one).toEqual({
      kind: 'subset',
      workload: { namespace: 'shop', name: 'cart' },
      key: 'shop/cart',
      isDerived: true,
      overlay: expect.objectContaining({ hash: expect.any(String) }),
    });
  });

  it('keeps the warnings of workloads that do not differ', () => {
    const annotations = { 'riskified.com/variables': 'B' };
    const { shared, overlays } = derived([reading('shop/cart', { meta: { annotations } })]);
    expect(shared).toHaveLength(1);
    expect(overlays).toEqual([
      { key: 'shop/cart', overlay: expect.objectContaining({ warnings: [expect.any(String)] }) },
    ]);
  });
});
