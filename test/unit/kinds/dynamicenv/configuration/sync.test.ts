import { describe, expect, it } from '@jest/globals';
import type { DynamicEnvSpec } from '../../../../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import { canonicalJson } from '../../../../../src/k8s/canonical.ts';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import type { Deployment } from '../../../../../src/k8s/workload.ts';
import { environment, reading, statefulSet } from '../../../../support/configuration.ts';
import {
  decide,
  type EnvFixture,
  envFixture,
  namesOf,
  settle,
  wait,
} from '../../../../support/env-fixture.ts';
import {
  deployment,
  dynamicEnv,
  routeTo,
  rule,
  running,
  service,
  subset,
  virtualService,
  workload,
} from '../../../../support/objects.ts';

const A = [{ name: 'A', value: '1' }];
const AB = [...A, { name: 'B', value: '1' }];
const part = (name: string, env: typeof A): KubeObject[] => [
  reading(`shop/${name}`, { env }),
  service(`shop/${name}`),
  rule(`shop/${name}`),
  virtualService(`shop/${name}`),
];
const QA = environment('qa', { vars: { A: '2' } });
const MESH = [...part('backend', A), ...part('web', AB), ...part('bare', []), QA];

function world(spec: Partial<DynamicEnvSpec> = {}, others = MESH): EnvFixture {
  const { subsets: _subsets, ...env } = dynamicEnv().spec;
  const scope = [{ namespace: 'shop' }];
  return envFixture(
    { ...dynamicEnv(), spec: { ...env, environment: 'qa', scope, ...spec } },
    others,
  );
}

/** After the search for VirtualServices, and when everything has come to rest. */
function living(spec: Partial<DynamicEnvSpec> = {}, others = MESH): EnvFixture {
  const now = world(spec, others);
  settle(now);
  for (const seconds of [11, 5, 5, 20]) wait(now, seconds);
  return now;
}

const clones = ({ children }: EnvFixture) =>
  namesOf(children.filter(({ kind }) => kind === 'Deployment'));
const active = ({ children }: EnvFixture) =>
  (children as RouteInjection[])
    .filter(({ kind, spec }) => kind === 'RouteInjection' && spec.active)
    .map(({ spec }) => spec.deployment.name)
    .sort();
const ready = ({ env }: EnvFixture) => env.status?.conditions?.find(({ type }) => type === 'Ready');
const replaced = (now: EnvFixture, object: KubeObject) => {
  now.others = now.others.map((one) =>
    one.kind === object.kind && one.metadata.name === object.metadata.name ? object : one,
  );
};
const changed = (now: EnvFixture, spec: Partial<DynamicEnvSpec>) => {
  const { metadata } = now.env;
  const generation = (metadata.generation ?? 0) + 1;
  now.env = {
    ...now.env,
    metadata: { ...metadata, generation },
    spec: { ...now.env.spec, ...spec },
  };
};
const valuesOf = ({ children }: EnvFixture, name: string) =>
  (children as Deployment[])
    .find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name)
    ?.spec.template.spec?.containers[0]?.env?.map(({ value }) => value);

const envOf = ({ children }: EnvFixture, name: string) =>
  (children as Deployment[])
    .find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name)
    ?.spec.template.spec?.containers[0]?.env?.map((one) => `${one.name}=${one.value}`);

describe('a clone that the configuration makes', () => {
  it('is created when all its VirtualServices must have been seen, and not before', () => {
    const now = world();
    settle(now);
    expect(namesOf(now.children).map((name) => name.split(' ')[0])).toEqual([
      'DestinationRule',
      'DestinationRule',
      'RouteInjection',
      'RouteInjection',
    ]);
    expect(ready(now)).toMatchObject({ status: 'False', reason: 'WorkloadsPending' });
    expect(decide(now).resyncAfterSeconds).toBe(11);
    wait(now, 10);
    expect(clones(now)).toEqual([]);
    wait(now, 1);
    expect(clones(now)).toEqual(['Deployment backend-alice', 'Deployment web-alice']);
    wait(now, 5);
    expect(active(now)).toEqual(['backend', 'web']);
    wait(now, 5);
    expect(ready(now)).toMatchObject({ status: 'True' });
  });

  it.each([
    ['no rule', (one: KubeObject) => one.kind !== 'DestinationRule', 'create one with the subset'],
    ['no VirtualService', (one: KubeObject) => one.kind !== 'VirtualService', 'no VirtualService'],
    [
      'neither of them: both are told',
      ({ kind }: KubeObject) => !['DestinationRule', 'VirtualService'].includes(kind),
      'labels: {version: shared}}; no VirtualService with a route to web.shop.svc.cluster.local',
    ],
  ])('is not created with %s', (_, isThere, text) => {
    const now = living({}, [...MESH.filter((one) => one.metadata.name !== 'web' || isThere(one))]);
    expect(clones(now)).toEqual(['Deployment backend-alice']);
    expect(active(now)).toEqual([]);
    expect(ready(now)).toMatchObject({ status: 'False', reason: 'ConfigurationBlocked' });
    expect(now.env.status?.configuration?.blocked).toEqual([
      { workload: 'Deployment shop/web', message: expect.stringContaining(text) },
    ]);
  });

  it.each([
    [
      'a route without a subset',
      virtualService('shop/web', { http: [routeTo('web', 'shared'), routeTo('web')] }),
      'sends to web.shop.svc.cluster.local without a subset',
    ],
    [
      'a mirror',
      virtualService('shop/web', {
        http: [routeTo('web', 'shared', { mirror: { host: 'web' } })],
      }),
      'a mirror',
    ],
    [
      'a VirtualService for a gateway only',
      virtualService('shop/web', { gateways: ['infra/gateway'] }),
      'no VirtualService for web.shop.svc.cluster.local is bound to the gateway mesh',
    ],
    [
      'a VirtualService of another host only',
      virtualService('shop/web', { hosts: ['other'] }),
      'add "mesh" to the gateways and web.shop.svc.cluster.local to the hosts',
    ],
    [
      'a VirtualService that other namespaces do not see',
      virtualService('shop/web', { exportTo: ['.'] }),
      'VirtualService shop/web is for requests of some namespaces only',
    ],
    [
      'routes for some callers only',
      virtualService('shop/web', {
        http: [routeTo('web', 'shared', { match: [{ sourceLabels: { app: 'backend' } }] })],
      }),
      'no route of VirtualService shop/web applies',
    ],
    [
      'a port that is not HTTP',
      {
        ...service('shop/web'),
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }, { port: 9, name: 'tcp-x' }] },
      },
      'http routes do not apply to web.shop.svc.cluster.local, port 9 (tcp)',
    ],
    [
      'a Service that is open to the outside of the mesh',
      { ...service('shop/web'), spec: { selector: { app: 'web' }, type: 'LoadBalancer' } },
      'Service shop/web is of type LoadBalancer: what comes that way',
    ],
    [
      'a Service that has a port of each node',
      { ...service('shop/web'), spec: { selector: { app: 'web' }, type: 'NodePort' } },
      'or, if the pods have another Service, add "version: shared" to the selector of this one',
    ],
    [
      'a Service with addresses outside of the mesh',
      { ...service('shop/web'), spec: { selector: { app: 'web' }, externalIPs: ['192.0.2.1'] } },
      'Service shop/web has externalIPs',
    ],
    [
      'a headless Service',
      { ...service('shop/web'), spec: { selector: { app: 'web' }, clusterIP: 'None' } },
      'is headless',
    ],
    [
      'a subset that selects it, too',
      rule('shop/web', { subsets: [subset('shared'), { name: 'all', labels: { app: 'web' } }] }),
      'a subset for other requests to web.shop.svc.cluster.local would select the clone',
    ],
    [
      'a rule of another version',
      rule('shop/web', { subsets: [subset('v2')] }),
      'labels: {version: shared}} to DestinationRule shop/web',
    ],
    [
      'a Service that asks for the version',
      service('shop/web', { app: 'web', version: 'shared' }),
      'take out of the selector what differs between versions',
    ],
  ] satisfies [string, KubeObject, string][])(
    'is not created with %s; one that exists leaves, and comes back',
    (_, object, text) => {
      const before = MESH.find(
        ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
      );
      const blocked = [{ workload: 'Deployment shop/web', message: expect.stringContaining(text) }];
      const now = living(
        {},
        MESH.map((one) => (one === before ? object : one)),
      );
      expect(clones(now)).toEqual(['Deployment backend-alice']);
      expect(active(now)).toEqual([]);
      expect(now.env.status?.configuration).toMatchObject({ unique: ['shop/backend'], blocked });
      replaced(now, before as KubeObject);
      for (const seconds of [1, 11, 5, 5]) wait(now, seconds);
      expect(active(now)).toEqual(['backend', 'web']);
      replaced(now, object);
      settle(now);
      expect(active(now)).toEqual(['backend']);
      for (const seconds of [1, 11, 5, 5, 11]) wait(now, seconds);
      expect(clones(now)).toEqual(['Deployment backend-alice']);
      expect(now.env.status?.configuration).toMatchObject({ unique: ['shop/backend'], blocked });
    },
  );

  it('is not created where a Deployment of somebody has its name', () => {
    const now = living({}, [...MESH, deployment('shop/web-alice', {}, { uid: 'x' })]);
    expect(now.env.status?.configuration?.blocked).toEqual([
      {
        workload: 'Deployment shop/web',
        message: expect.stringContaining('exists and does not belong to this env'),
      },
    ]);
    expect(active(now)).toEqual([]);
    changed(now, { allowPartial: true });
    wait(now, 5);
    expect(active(now)).toEqual(['backend']);
  });
});

describe('all routes', () => {
  it('come together with a scope, those of named subsets, too', () => {
    const now = world({ subsets: [workload('shop/bare')] });
    settle(now);
    wait(now, 5);
    expect(clones(now)).toEqual(['Deployment bare-alice']);
    expect(active(now)).toEqual([]);
    wait(now, 6);
    wait(now, 5);
    expect(active(now)).toEqual(['backend', 'bare', 'web']);
  });

  it('do not wait for each other without a scope', () => {
    const now = living({ scope: undefined, subsets: [workload('shop/bare')] } as object);
    expect(active(now)).toEqual(['bare']);
    expect(now.env.status?.configuration).toEqual({});
  });

  it('stay when something is blocked later', () => {
    const now = living();
    now.others = [
      ...now.others,
      reading('shop/old', { env: A, labels: { app: 'old' } }),
      service('shop/old'),
    ];
    wait(now, 20);
    expect(active(now)).toEqual(['backend', 'web']);
    expect(ready(now)).toMatchObject({ status: 'False', reason: 'ConfigurationBlocked' });
    expect(now.env.status?.state).toBe('degraded');
  });
});

describe('when the configuration of a living env changes', () => {
  it('clones that are new come first, and the others keep theirs until then', () => {
    const now = living({ scope: undefined, subsets: [workload('shop/backend')] } as object);
    expect(valuesOf(now, 'backend-alice')).toEqual(['2']);
    changed(now, { vars: { A: '3' }, scope: [{ namespace: 'shop' }] });
    for (const seconds of [0, 5]) wait(now, seconds);
    expect(valuesOf(now, 'backend-alice')).toEqual(['2']);
    now.podsStart = false;
    for (const seconds of [6, 30]) wait(now, seconds);
    expect(clones(now)).toEqual(['Deployment backend-alice', 'Deployment web-alice']);
    expect(valuesOf(now, 'web-alice')).toEqual(['3', '1']);
    expect(valuesOf(now, 'backend-alice')).toEqual(['2']);
    expect(now.env.status?.subsetsStatus?.['shop/backend']?.deployment.message).toBe(
      'it keeps the configuration that it has until the new clones have their routes: shop/web',
    );
    now.children = now.children.map((one) =>
      one.kind === 'Deployment' ? running(one as Deployment) : one,
    );
    settle(now);
    expect(active(now)).toEqual(['backend', 'web']);
    expect(valuesOf(now, 'backend-alice')).toEqual(['3']);
  });

  const B = [{ name: 'B', value: '1' }];
  const UAT = environment('uat', { vars: { B: '2' } });
  const MOVING = [...part('cart', A), ...part('mail', B), ...part('pay', AB), QA, UAT];

  it('what becomes equal goes when the new clones have their routes, and not before', () => {
    const now = living({}, MOVING);
    expect(clones(now)).toEqual(['Deployment cart-alice', 'Deployment pay-alice']);
    changed(now, { environment: 'uat' });
    now.podsStart = false;
    for (const seconds of [0, 11, 30]) wait(now, seconds);
    expect(clones(now)).toEqual([
      'Deployment cart-alice',
      'Deployment mail-alice',
      'Deployment pay-alice',
    ]);
    expect(active(now)).toEqual(['cart', 'pay']);
    expect(valuesOf(now, 'cart-alice')).toEqual(['2']);
    expect(valuesOf(now, 'pay-alice')).toEqual(['2', '1']);
    expect(now.env.status?.configuration?.unique).toEqual(['shop/cart', 'shop/mail', 'shop/pay']);
    now.podsStart = true;
    now.children = now.children.map((one) =>
      one.kind === 'Deployment' ? running(one as Deployment) : one,
    );
    for (const seconds of [0, 5, 5, 40]) wait(now, seconds);
    expect(active(now)).toEqual(['mail', 'pay']);
    expect(valuesOf(now, 'pay-alice')).toEqual(['1', '2']);
    expect(clones(now)).toEqual(['Deployment mail-alice', 'Deployment pay-alice']);
  });

  describe('and something is blocked', () => {
    const STORE = statefulSet('shop/store', { env: B });
    const blocked = () => {
      const now = living({ subsets: [workload('shop/pay')] }, [...MOVING, STORE]);
      changed(now, { environment: 'uat' });
      for (const seconds of [0, 11, 60]) wait(now, seconds);
      return now;
    };

    it('all clones that are there stay, with the configuration that they have', () => {
      const now = blocked();
      expect(ready(now)).toMatchObject({ status: 'False', reason: 'ConfigurationBlocked' });
      expect(active(now)).toEqual(['cart', 'pay']);
      expect(valuesOf(now, 'cart-alice')).toEqual(['2']);
      expect(valuesOf(now, 'pay-alice')).toEqual(['2', '1']);
    });

    it('they follow their bases and the spec in all else', () => {
      const now = blocked();
      const imagesOf = (name: string) =>
        (now.children as Deployment[])
          .find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name)
          ?.spec.template.spec?.containers.map(({ image }) => image);
      const cart = reading('shop/cart', { env: A });
      const pod = cart.spec.template.spec;
      replaced(now, {
        ...cart,
        spec: {
          ...cart.spec,
          template: {
            ...cart.spec.template,
            spec: {
              ...pod,
              containers: (pod?.containers ?? []).map((one) => ({ ...one, image: 'main:2' })),
            },
          },
        },
      } as Deployment);
      changed(now, {
        subsets: [workload('shop/pay', { containers: [{ image: 'mine:3' }] })],
      });
      settle(now);
      expect(imagesOf('cart-alice')).toEqual(['main:2']);
      expect(imagesOf('pay-alice')).toEqual(['mine:3']);
      expect(valuesOf(now, 'cart-alice')).toEqual(['2']);
      expect(valuesOf(now, 'pay-alice')).toEqual(['2', '1']);
    });

    it('so they do in variables that the configuration did not set', () => {
      const now = blocked();
      const setsOwn = (name: string) =>
        changed(now, {
          subsets: [workload('shop/pay', { containers: [{ env: [{ name, value: 'x' }] }] })],
        });
      setsOwn('X');
      settle(now);
      expect(envOf(now, 'pay-alice')).toEqual(['A=2', 'B=1', 'X=x']);
      setsOwn('Y');
      replaced(now, reading('shop/pay', { env: [{ name: 'NEEDED', value: 'n' }, ...A] }));
      settle(now);
      expect(envOf(now, 'pay-alice')).toEqual(['NEEDED=n', 'A=2', 'Y=x']);
    });

    it('what goes anyway goes when its guard is lost', () => {
      const now = blocked();
      replaced(
        now,
        virtualService('shop/cart', { http: [routeTo('cart', 'shared'), routeTo('cart')] }),
      );
      for (const seconds of [0, 10, 40]) wait(now, seconds);
      expect(clones(now)).toEqual(['Deployment mail-alice', 'Deployment pay-alice']);
      expect(now.env.status?.configuration?.blocked?.map((one) => one.workload)).toEqual([
        'StatefulSet shop/store',
      ]);
    });
  });

  it('an image is changed at once, for the configuration is the same', () => {
    const now = living({ subsets: [workload('shop/backend')] });
    changed(now, { vars: { B: '2' }, subsets: [workload('shop/backend', { replicas: 2 })] });
    settle(now);
    const [clone] = now.children as Deployment[];
    expect(clone?.spec.replicas).toBe(2);
  });

  it('all change at once if nothing is new', () => {
    const now = living();
    changed(now, { vars: { A: '4' } });
    settle(now);
    expect(valuesOf(now, 'backend-alice')).toEqual(['4']);
    expect(valuesOf(now, 'web-alice')).toEqual(['4', '1']);
    expect(active(now)).toEqual(['backend', 'web']);
  });
});

describe('nothing is lost', () => {
  it.each([
    [
      'the Environment is gone',
      (now: EnvFixture) => {
        now.others = now.others.filter(({ kind }) => kind !== 'Environment');
      },
      'ConfigurationUnreadable',
    ],
    [
      'the kind is off',
      (now: EnvFixture) => {
        now.config = { ...now.config, withoutEnvironments: true };
      },
      'ConfigurationUnreadable',
    ],
    [
      'the limit is lower',
      (now: EnvFixture) => {
        now.config = { ...now.config, maxUniqueWorkloads: 1 };
      },
      'TooLarge',
    ],
    [
      'nothing is in scope',
      (now: EnvFixture) => {
        changed(now, { scope: [{ namespace: 'other' }] });
      },
      'NothingInScope',
    ],
    [
      'a slip in one entry of the scope would remove a clone',
      (now: EnvFixture) => {
        const selector = { matchLabels: { app: 'web' } };
        changed(now, { scope: [{ namespace: 'shop', selector }, { namespace: 'shopp' }] });
      },
      'NothingInScope',
    ],
    [
      'the layers are too large',
      (now: EnvFixture) => {
        const vars = Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [`V${at}`, 'x'.repeat(32_000)]),
        );
        replaced(now, environment('qa', { vars }));
      },
      'TooLarge',
    ],
  ])('when %s', (_, change, reason) => {
    const now = living();
    const [before, configuration] = [namesOf(now.children), now.env.status?.configuration];
    change(now);
    wait(now, 60);
    expect(namesOf(now.children)).toEqual(before);
    expect(active(now)).toEqual(['backend', 'web']);
    expect(ready(now)).toMatchObject({ status: 'False', reason });
    expect(now.env.status?.configuration).toEqual(configuration);
  });
});

describe('the answer', () => {
  const answer = (now: EnvFixture) => canonicalJson(decide(now));

  it('does not change with what decides nothing', () => {
    const now = living();
    const before = answer(now);
    now.others = now.others.map((one) =>
      one.kind === 'Deployment' ? running(one as Deployment, { availableReplicas: 1 }) : one,
    );
    now.others = [
      ...now.others,
      reading('shop/other'),
      environment('unused', { vars: { A: '9' } }),
    ];
    replaced(now, environment('qa', { vars: { UNREAD: '1', A: '2' } }));
    now.time += 3600;
    expect(answer(now).replace('"shared":2', '"shared":1')).toBe(before);
  });

  it('does not depend on the order of objects', () => {
    const now = living();
    const before = answer(now);
    now.others = [...now.others].reverse();
    now.children = [...now.children].reverse();
    expect(answer(now)).toBe(before);
  });

  it('has no value in the status', () => {
    const secret = 'hunter2-$(B)';
    const now = living({ vars: { A: secret, B: secret } });
    expect(valuesOf(now, 'web-alice')).toContain(secret);
    expect(canonicalJson(now.env.status)).not.toContain('hunter2');
  });
});
