import { describe, expect, it } from '@jest/globals';
import {
  uniqueContainers,
  uniquePodLists,
} from '../../../../../src/kinds/dynamicenv/plan/unique-entries.ts';
import { deepFreeze } from '../../../../support/objects.ts';

function portsOf(...ports: { containerPort: number; name?: string; protocol?: string }[]) {
  const problems: string[] = [];
  const [found] = uniqueContainers(deepFreeze([{ name: 'main', ports }]), problems);
  return { ports: found?.ports, problems };
}

describe('ports', () => {
  const http = { containerPort: 80, name: 'http' };

  it.each([
    ['without names', [{ containerPort: 80 }, { containerPort: 80 }], [{ containerPort: 80 }]],
    [
      'with the default protocol',
      [http, { containerPort: 80, protocol: 'TCP' }],
      [{ ...http, protocol: 'TCP' }],
    ],
    ['with a name on the second', [{ containerPort: 80 }, http], [http]],
    ['with one name', [http, { containerPort: 81 }, http], [http, { containerPort: 81 }]],
  ])('twice, %s: come once', (_what, given, expected) => {
    expect(portsOf(...given)).toEqual({ ports: expected, problems: [] });
  });

  it('with two names are told', () => {
    expect(portsOf(http, { containerPort: 80, name: 'metrics' }).problems).toEqual([
      'container main declares port 80/TCP twice, as http and as metrics, and a clone can have it once only: take one of them out of the Deployment',
    ]);
  });

  it('of two protocols are two', () => {
    const both = [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }];
    expect(portsOf(...both)).toEqual({ ports: both, problems: [] });
  });
});

it('containers in which nothing is twice are the very ones', () => {
  const containers = [{ name: 'a', env: [{ name: 'A' }] }, { name: 'b', ports: [] }, { name: 'c' }];
  expect(uniqueContainers(containers, [])).toBe(containers);
  const [first, second] = uniqueContainers(
    [{ name: 'a', env: [{ name: 'A' }, { name: 'A', value: '1' }] }, { name: 'b' }],
    [],
  );
  expect([first, second]).toEqual([{ name: 'a', env: [{ name: 'A', value: '1' }] }, { name: 'b' }]);
});

describe('lists of the pod', () => {
  it('pull secrets come once', () => {
    const imagePullSecrets = [{ name: 'a' }, { name: 'b' }, { name: 'a' }];
    expect(uniquePodLists({ imagePullSecrets })).toEqual({
      imagePullSecrets: [{ name: 'a' }, { name: 'b' }],
    });
  });

  it('host aliases of one address are joined', () => {
    const hostAliases = [
      { ip: '10.0.0.1', hostnames: ['a', 'b'] },
      { ip: '10.0.0.2', hostnames: ['c'] },
      { ip: '10.0.0.1', hostnames: ['b', 'd'] },
    ];
    expect(uniquePodLists({ hostAliases })).toEqual({
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['a', 'b', 'd'] }, hostAliases[1]],
    });
  });

  it('stay as they are otherwise', () => {
    const lists = { imagePullSecrets: [{ name: 'a' }], hostAliases: [{ ip: '10.0.0.1' }] };
    const found = uniquePodLists(lists);
    expect(found.imagePullSecrets).toBe(lists.imagePullSecrets);
    expect(found.hostAliases).toBe(lists.hostAliases);
    expect(uniquePodLists({})).toEqual({});
  });
});
