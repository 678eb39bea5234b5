import { expect, it } from '@jest/globals';
import { unreadableOf, unreadableText } from '../../../src/api/unreadable.ts';
import { injection } from '../virtualservice/builders.ts';

const told = (spec: object) => {
  const object = injection();
  const edited = { ...object, spec: { ...object.spec, ...spec } };
  const found = unreadableOf('RouteInjection', edited);
  return found && unreadableText(found);
};

it('a RouteInjection with all possible fields can be read', () => {
  const exposed = [{ subset: 'all', remedy: 'add a label' }];
  expect(told({ subsets: { v1: 'backend-test-0123456789' }, exposed })).toBeUndefined();
  const match = {
    headers: { a: { exact: 'b' } },
    sourceLabels: { app: 'web' },
    queryParams: { a: { regex: 'b' } },
    cookie: { name: 'a', exact: 'b' },
    baggage: { key: 'a', exact: 'b' },
  };
  expect(told({ matches: [match], ref: 'mp-101' })).toBeUndefined();
  expect(told({ matches: [], ref: 'mp-101' })).toBeUndefined();
});

it.each<[object, string]>([
  [{ subsets: 'backend-test' }, 'spec.subsets: expected a map'],
  [{ subsets: { v1: ['a'] } }, 'spec.subsets.v1: expected a text'],
  [{ exposed: 'all' }, 'spec.exposed: expected a list'],
  [{ exposed: [{ subset: 'all' }] }, 'spec.exposed[0].remedy: expected a text'],
  [{ from: 'shared' }, 'spec.from: expected a list'],
  [{ subset: 's'.repeat(1025) }, 'spec: expected shorter names'],
  [{ subsets: { v1: 's'.repeat(1025) } }, 'spec: expected shorter names'],
  [{ matches: [{ cookie: 'a=b' }] }, 'spec.matches[0].cookie: expected a map'],
  [{ matches: [{ cookie: { name: 'a' } }] }, 'spec.matches[0].cookie.exact: expected a text'],
  [{ matches: [{ baggage: { exact: 'a' } }] }, 'spec.matches[0].baggage.key: expected a text'],
  [{ matches: [{ queryParams: { a: 'b' } }] }, 'spec.matches[0].queryParams.a: expected a map'],
  [{ matches: [{ headers: {}, jwt: {} }] }, 'spec.matches: expected fewer and shorter matches'],
  [{ envCreationTimestamp: '2'.repeat(1025) }, 'spec: expected shorter names'],
  [
    { service: { host: 'h'.repeat(1025), ports: [], basePorts: [] } },
    'spec: expected shorter names',
  ],
  [
    { service: { host: 'h', ports: [80], basePorts: [1.5] } },
    'spec.service: expected whole numbers as ports',
  ],
  [
    { entry: { host: 'a.com', link: '%REQ(a)%', headers: {} } },
    'spec.entry: expected a host, a link and headers',
  ],
  [
    { entry: { host: 'a.com|.*', link: 'mp-1', headers: {} } },
    'spec.entry: expected a host, a link and headers',
  ],
  [{ ref: 1 }, 'spec.ref: expected a text'],
  [{ ref: 'r'.repeat(1025) }, 'spec: expected shorter names'],
  [{ matches: Array(65).fill({}) }, 'spec.matches: expected fewer and shorter matches'],
])('a RouteInjection of another version whose spec has %j cannot be read', (spec, wrong) => {
  expect(told(spec)).toBe(`RouteInjection ${injection().metadata.name} (${wrong})`);
});

it.each<[string, object, string | undefined]>([
  ['Service', { externalIPs: ['192.0.2.1'] }, undefined],
  ['Service', { externalIPs: '192.0.2.1' }, 'spec.externalIPs: expected a list'],
  ['Deployment', pod({ volumeMounts: [{ name: 'a' }], volumeDevices: [] }), undefined],
  ['Deployment', pod({ volumeMounts: [null] }), 'containers[0].volumeMounts[0]: expected a map'],
  ['Deployment', pod({ volumeDevices: {} }), 'containers[0].volumeDevices: expected a list'],
])('a %s with %j', (kind, spec, wrong) => {
  const found = unreadableOf(kind, {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'a' },
    spec,
  } as never);
  if (wrong === undefined) expect(found).toBeUndefined();
  else expect(found?.wrong).toContain(wrong);
});

function pod(container: object) {
  const spec = { containers: [{ name: 'main', ...container }] };
  return { selector: {}, template: { metadata: {}, spec } };
}
