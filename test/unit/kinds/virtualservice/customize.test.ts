import { describe, expect, it } from '@jest/globals';
import { hostLabelValue } from '../../../../src/api/route-name.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { relatedInjections } from '../../../../src/kinds/virtualservice/customize.ts';
import { BASE, CONFIG, HOST, to, virtualService } from '../../virtualservice/builders.ts';

const rule = (...hosts: string[]) => [
  {
    apiVersion: 'riskified.com/v1alpha1',
    resource: 'routeinjections',
    labelSelector: {
      matchExpressions: [
        { key: 'riskified.com/host', operator: 'In', values: hosts.map(hostLabelValue).sort() },
      ],
    },
  },
];

describe('the injections of a VirtualService', () => {
  // To Istio `b.x` is another host, but users may mean a Service. Its full name is requested, too, so that the status
  // can report this.
  it('are those of the hosts that it sends live requests to, each once, by full name', () => {
    const mirror = { host: 'mirrored' };
    const object = virtualService({
      http: [{ ...BASE, mirror }, { route: [to('b.x'), to(HOST)] }, { redirect: {} }],
      tls: [{ route: [to('c')] }],
      tcp: [{ route: [to('*')] }],
    });
    expect(relatedInjections(object, CONFIG)).toEqual(
      rule(HOST, 'b.x', 'b.x.svc.cluster.local', 'c.shop.svc.cluster.local', '*'),
    );
  });

  it.each([{ redirect: {} }, { directResponse: { status: 404 } }, { delegate: { name: 'x' } }])(
    'are also those of its own hosts if it has a route that cannot be copied: %j',
    (route) => {
      const http = [route, { route: [to('b.x')] }];
      const object = virtualService({ hosts: ['backend', 'shop.example.com'], http });
      expect(relatedInjections(object, CONFIG)).toEqual(
        rule(HOST, 'shop.example.com', 'b.x', 'b.x.svc.cluster.local'),
      );
    },
  );

  it('are also the entries of its own hosts, if it is bound to a gateway', () => {
    const hosts = ['Shop.example.com', 'api.example.com'];
    const object = virtualService({ hosts, gateways: ['mesh', 'infra/gw'], http: [BASE] });
    expect(relatedInjections(object, CONFIG)).toEqual(
      rule(HOST, '@shop.example.com', '@api.example.com'),
    );
    const inside = virtualService({ hosts, gateways: ['mesh'], http: [BASE] });
    expect(relatedInjections(inside, CONFIG)).toEqual(rule(HOST));
  });

  it('are all entries, if one of its hosts at a gateway is a wildcard', () => {
    const hosts = ['*.example.com', '*', 'a.com'];
    const object = virtualService({ hosts, gateways: ['infra/gw'], http: [BASE] });
    const [first] = rule();
    const all = { matchExpressions: [{ key: 'riskified.com/entry', operator: 'Exists' }] };
    expect(relatedInjections(object, CONFIG)).toEqual([
      ...rule(HOST, '@a.com'),
      { ...first, labelSelector: all },
    ]);
  });

  it.each<[string, object]>([
    ['no routes', { spec: { http: [] } }],
    ['routes without destinations and hosts', { spec: { http: [{ redirect: {} }] } }],
    ['nulls', { spec: { http: null, tls: null, tcp: null } }],
    ['no spec', { spec: undefined }],
    ['null for spec', { spec: null }],
  ])('are none, instead of all, with %s', (_, fields) => {
    const object = { ...virtualService({}), ...fields } as VirtualService;
    expect(relatedInjections(object, CONFIG)).toEqual([]);
  });
});
