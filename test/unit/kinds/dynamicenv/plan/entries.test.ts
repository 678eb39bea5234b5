import { describe, expect, it } from '@jest/globals';
import type { DynamicEnvSpec } from '../../../../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../../../../src/api/routeinjection.ts';
import type { VirtualService } from '../../../../../src/istio/types.ts';
import { activeEntries } from '../../../../../src/kinds/dynamicenv/lifecycle/activation.ts';
import { observe } from '../../../../../src/kinds/dynamicenv/observed.ts';
import { entryInjections, linkTo } from '../../../../../src/kinds/dynamicenv/plan/entries.ts';
import type { WorkloadPlan } from '../../../../../src/kinds/dynamicenv/plan/workload-plan.ts';
import { relatedInjections } from '../../../../../src/kinds/virtualservice/customize.ts';
import type { MeshView } from '../../../../../src/mesh/view.ts';
import { planned } from '../../../../../src/virtualservice/injections/planned.ts';
import { renderRoutes } from '../../../../../src/virtualservice/injections/render.ts';
import { scopeOf } from '../../../../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../../../src/virtualservice/routes/strip.ts';
import { CONFIG, dynamicEnv, routeTo, virtualService } from '../../../../support/objects.ts';

const SHOP = 'shop.example.com';
const at = (name: string, hosts: string[], gateways: string[]) =>
  virtualService(name, { hosts, gateways, http: [routeTo('backend', 'shared')] });

function entriesOf(
  spec: Partial<DynamicEnvSpec>,
  virtualServices: VirtualService[] = [],
  entryHosts = ['*.example.com'],
): RouteInjection[] {
  const view = { virtualServices: () => virtualServices } as unknown as MeshView;
  const env = dynamicEnv({ entries: [{ host: SHOP }], ...spec });
  return entryInjections({ env, view, config: { ...CONFIG, entryHosts } });
}

describe('the injections of entries', () => {
  it('say host, link and headers, and name no subset', () => {
    const [entry] = entriesOf({ ref: 'mp-101', istioMatches: [] });
    expect(entry?.spec).toMatchObject({
      host: `@${SHOP}`,
      from: [],
      ref: 'mp-101',
      entry: { host: SHOP, link: 'mp-101', headers: { 'x-source-route': 'mp-101' } },
      active: false,
    });
    expect(entry?.spec).not.toHaveProperty('subset');
    expect(entry && linkTo(entry, 'x-source-route')).toBe(`https://${SHOP}/?x-source-route=mp-101`);
  });

  it('keep their name when the first Deployment changes', () => {
    const [one] = entriesOf({});
    const [other] = entriesOf({ subsets: [{ name: 'other', namespace: 'shop', containers: [] }] });
    expect(other?.metadata.name).toBe(one?.metadata.name);
  });

  it('know where browsers come without TLS', () => {
    const [entry] = entriesOf({}, [], [`http://${SHOP}`]);
    expect(entry?.spec.entry?.plain).toBe(true);
    expect(entry && linkTo(entry, 'p')).toMatch(/^http:/);
  });

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['one alone', [at('shop/a', [SHOP], ['infra/gw'])], undefined],
    [
      'two of one gateway, however it is written',
      [at('shop/a', [SHOP], ['gw']), at('shop/b', ['SHOP.example.com'], ['mesh', 'shop/gw'])],
      ['shop/a', 'shop/b'],
    ],
    ['two gateways', [at('shop/a', [SHOP], ['gw']), at('shop/b', [SHOP], ['other'])], undefined],
    [
      'a wildcard and a name',
      [at('shop/a', [SHOP], ['gw']), at('shop/b', ['*'], ['gw'])],
      undefined,
    ],
    [
      'two wildcards',
      [at('shop/a', ['*.com'], ['gw']), at('shop/b', ['*.com'], ['gw'])],
      ['shop/a', 'shop/b'],
    ],
    ['the mesh', [at('shop/a', [SHOP], ['mesh']), at('shop/b', [SHOP], ['mesh'])], undefined],
  ])('name the VirtualServices that share the host: %s', (_, all, shared) => {
    expect(entriesOf({}, all)[0]?.spec.entry?.shared).toEqual(shared);
  });
});

it('an earlier version of this service does not ask for them, and renders nothing for them', () => {
  const [entry] = entriesOf({});
  if (entry === undefined) throw new Error('no entry');
  const { entry: _unknown, ...known } = entry.spec;
  expect(planned({ ...entry, spec: known })).toBeUndefined();
  const plan = planned(entry);
  if (plan === undefined) throw new Error('no plan');
  const { entry: _none, ...old } = plan;
  const object = at('shop/a', [SHOP], ['gw']);
  const { http } = renderRoutes(withoutOurs(object), [old], scopeOf(object, CONFIG));
  expect(http).toEqual(object.spec.http);
  const inside = { ...object, spec: { ...object.spec, gateways: [] } };
  const asked = JSON.stringify(relatedInjections(inside, CONFIG));
  expect(asked).not.toContain(entry.metadata.labels?.['riskified.com/host']);
});

describe('entries are active', () => {
  const plan = (key: string) => ({ key, kind: 'subset' }) as WorkloadPlan;
  const injection = (name: string, active: boolean) => {
    const [entry] = entriesOf({});
    const { entry: _none, ...spec } = (entry as RouteInjection).spec;
    const deployment = { namespace: 'shop', name };
    return { ...entry, spec: { ...spec, deployment, active } } as RouteInjection;
  };
  const isActive = (children: RouteInjection[], wasActive = false) => {
    const [entry] = entriesOf({});
    if (entry === undefined) throw new Error('no entry');
    const before = { ...entry, spec: { ...entry.spec, active: true } };
    const key = 'RouteInjection.riskified.com/v1alpha1';
    const observed = observe(wasActive ? { [key]: { x: before } } : {});
    const plans = [plan('shop/a'), plan('shop/b')];
    return activeEntries([entry], plans, children, { observed })[0]?.spec.active;
  };

  it('from the time when each subset has routes, and as long as one has', () => {
    expect(isActive([injection('a', true), injection('b', false)])).toBe(false);
    expect(isActive([injection('a', true), injection('b', true)])).toBe(true);
    expect(isActive([injection('a', true), injection('b', false)], true)).toBe(true);
    expect(isActive([injection('a', false), injection('b', false)], true)).toBe(false);
  });
});
