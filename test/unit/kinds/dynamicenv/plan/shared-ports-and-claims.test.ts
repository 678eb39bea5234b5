import { describe, expect, it } from '@jest/globals';
import { sharedPortsAndClaims } from '../../../../../src/kinds/dynamicenv/plan/shared-ports-and-claims.ts';
import { deepFreeze, deployment } from '../../../../support/objects.ts';

const container = (name: string, ...hostPorts: number[]) => ({
  name,
  ports: hostPorts.map((hostPort) => ({ containerPort: 80, hostPort })),
});
const told = (pod: object) => {
  const base = deployment('shop/backend');
  const spec = { containers: [{ name: 'c', image: 'c:1' }], ...pod };
  const template = { ...base.spec.template, spec };
  return sharedPortsAndClaims(deepFreeze({ ...base, spec: { ...base.spec, template } }));
};
const claims = (...names: string[]) =>
  names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));

describe('what a clone shares with its base on a node', () => {
  it.each<[string, object, RegExp[]]>([
    ['nothing', {}, []],
    ['container ports only', { containers: [{ name: 'c', ports: [{ containerPort: 80 }] }] }, []],
    ['host port 0, which means none', { containers: [container('c', 0)] }, []],
    ['a host port', { containers: [container('c', 9000)] }, [/host port 9000,/]],
    [
      'the same port twice',
      { containers: [container('a', 9000), container('b', 9000)] },
      [/host port 9000,/],
    ],
    ['many', { containers: [container('a', 1, 2, 3, 4, 5)] }, [/host port 1, 2, 3 and 2 more,/]],
    ['a port of an init container', { initContainers: [container('i', 7)] }, [/host port 7,/]],
    ['the network', { hostNetwork: true, containers: [container('c', 80)] }, [/hostNetwork/]],
    ['a claim', { volumes: claims('data') }, [/PersistentVolumeClaim data together/]],
    ['claims', { volumes: claims('a', 'b') }, [/PersistentVolumeClaim a, b together/]],
    [
      'no claim',
      {
        volumes: [
          { name: 'x', emptyDir: {} },
          { name: 'y', ephemeral: {} },
        ],
      },
      [],
    ],
    [
      'both',
      { containers: [container('c', 1)], volumes: claims('d') },
      [/host port 1,/, /Claim d together/],
    ],
  ])('%s', (_name, pod, patterns) => {
    expect(told(pod)).toEqual(patterns.map((pattern) => expect.stringMatching(pattern)));
  });
});
