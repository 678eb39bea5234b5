import { describe, expect, it } from '@jest/globals';
import type { Container, EnvVar, PodSpec } from '../../../../../src/k8s/workload.ts';
import { cloneDeployment } from '../../../../../src/kinds/dynamicenv/plan/deployment-clone.ts';
import { droppedPortNames } from '../../../../../src/kinds/dynamicenv/plan/repeated-ports.ts';
import { CONFIG, deepFreeze, deployment, workload } from '../../../../support/objects.ts';

const secret = { secretKeyRef: { name: 's', key: 'k' } };
const optional = { secretKeyRef: { name: 's', key: 'k', optional: true } };

/** Parses variables that are written as `A=1 B=$(A)`. */
function env(text: string): EnvVar[] {
  return text.split(' ').map((one) => {
    const [name = '', value = ''] = one.split('=');
    if (value === 'secret') return { name, valueFrom: secret };
    return value === 'optional' ? { name, valueFrom: optional } : { name, value };
  });
}

function text(variables: readonly EnvVar[] = []): string {
  return variables.map(({ name, value }) => `${name}=${value ?? 'source'}`).join(' ');
}

function cloned(pod: Partial<PodSpec>): PodSpec | string {
  const spec = { containers: [{ name: 'a' }], ...pod };
  const base = deployment('shop/backend', { template: { metadata: {}, spec } });
  const clone = cloneDeployment(deepFreeze(base), workload('shop/backend'), 'alice', CONFIG);
  return 'problem' in clone ? clone.problem : (clone.deployment.spec.template.spec ?? 'no pod');
}

function clonedContainer(container: Partial<Container>): Container | string | undefined {
  const pod = cloned({ containers: [{ name: 'a', ...container }] });
  return typeof pod === 'string' ? pod : pod.containers[0];
}

describe('variables that a base has twice', () => {
  it.each<[string, string, string]>([
    ['the last one counts', 'D=p A=1 D=q', 'A=1 D=q'],
    ['three times', 'D=p D=q D=r', 'D=r'],
    ['a reference after the last one', 'D=p D=q E=$(D)', 'D=q E=$(D)'],
    ['a reference before the first one', 'E=$(D) D=p D=q', 'E=$(D) D=q'],
    ['a reference to itself', 'D=p D=$(D)q', 'D=pq'],
    ['to itself, to what comes by envFrom', 'D=$(D)p D=q', 'D=q'],
    ['over several steps', 'D=p D=$(D)q D=$(D)r', 'D=pqr'],
    ['a reference between them', 'D=p E=x$(D)y$(A) D=q', 'E=xpy$(A) D=q'],
    ['of two names', 'D=p E=$(D) D=q E=$(E)$(D)', 'D=q E=p$(D)'],
    ['an empty value', 'D= E=$(D) D=q', 'E= D=q'],
    ['dollars stay what they are', 'D=$$(A)$ E=$$1$(D)(B) D=q', 'E=$$1$$(A)$$(B) D=q'],
    ['from a Secret, not referred to', 'D=secret D=q', 'D=q'],
    ['at last from a Secret', 'D=p E=$(D) D=secret', 'E=p D=source'],
    ['an optional one first', 'D=optional D=q', 'D=q'],
    ['the same again', 'D=secret E=$(D) D=secret', 'D=source E=$(D)'],
    ['the same optional one again', 'D=optional D=optional', 'D=source'],
    ['references that nobody uses', 'D=$(A) D=q', 'D=q'],
  ])('%s', (_what, given, expected) => {
    const container = clonedContainer({ env: env(given) });
    expect(typeof container === 'string' ? container : text(container?.env)).toBe(expected);
  });

  it.each<[string, string, RegExp]>([
    [
      'a value from a Secret',
      'D=secret E=$(D) D=q',
      /^container a has variable D more than once, and variable E uses an earlier value/,
    ],
    ['a reference to itself', 'D=secret D=$(D)q', /variable D more than once, and its last entry/],
    [
      'a value with references',
      'D=$(A) E=$(D) D=q',
      /and variable E uses .* or set E in this env$/,
    ],
    ['the last one may be missing', 'D=p D=optional', /and its last entry uses an earlier value/],
    ['over several steps', 'D=secret D=$(D)q E=$(D) D=r', /variable D .* variable E uses/],
  ])('reported: %s', (_what, given, expected) => {
    expect(clonedContainer({ env: env(given) })).toMatch(expected);
  });

  it('does not build texts that no object can carry', () => {
    const doubling = Array.from({ length: 60 }, () => ({ name: 'D', value: '$(D)$(D)' }));
    expect(clonedContainer({ env: [{ name: 'D', value: 'x' }, ...doubling] })).toMatch(
      /D more than/,
    );
  });

  it('in init containers, too', () => {
    const initContainers = [{ name: 'i', env: env('D=p D=q') }];
    expect(cloned({ initContainers })).toMatchObject({ initContainers: [{ env: env('D=q') }] });
    const lost = [{ name: 'i', env: env('D=secret D=$(D)q') }];
    expect(cloned({ initContainers: lost })).toMatch(/^init container i has variable D/);
  });
});

describe('ports that a container has twice', () => {
  const port = (name?: string, rest = {}) => ({
    containerPort: 80,
    ...(name && { name }),
    ...rest,
  });

  it.each<[string, Container['ports'], Container['ports']]>([
    ['the first one stays', [port('x'), port('y')], [port('x')]],
    [
      'with the name of a later one',
      [port(), port('y', { protocol: 'TCP' })],
      [port('y', { protocol: 'TCP' })],
    ],
    [
      'two protocols are two ports',
      [port(), port('u', { protocol: 'UDP' })],
      [port(), port('u', { protocol: 'UDP' })],
    ],
    [
      'with the host port of a later one',
      [port('x'), port('y', { hostPort: 8 })],
      [port('x', { hostPort: 8 })],
    ],
  ])('%s', (_what, ports, expected) => {
    expect(clonedContainer(ports ? { ports } : {})).toMatchObject({ ports: expected });
  });

  it('a dropped name is the number for probes and hooks of the container', () => {
    const at = (target: string | number) => ({
      livenessProbe: { httpGet: { port: target } },
      readinessProbe: { tcpSocket: { port: target }, periodSeconds: 3 },
      startupProbe: { exec: { command: ['true'] } },
      lifecycle: { preStop: { httpGet: { port: target } } },
    });
    const ports = [port('x'), port('y')];
    expect(clonedContainer({ ports, ...at('y') })).toEqual({
      name: 'a',
      image: 'backend:2',
      ports: [port('x')],
      ...at(80),
    });
    expect(clonedContainer({ ports, ...at('x') })).toMatchObject(at('x'));
  });
});

it('host aliases of one address are joined, and a pull secret is named once', () => {
  const pod = cloned({
    hostAliases: [
      { ip: '10.0.0.1', hostnames: ['a', 'b'] },
      { ip: '10.0.0.2', hostnames: ['c'] },
      { ip: '10.0.0.1', hostnames: ['b', 'd'] },
    ],
    imagePullSecrets: [{ name: 'x' }, { name: 'y' }, { name: 'x' }],
  });
  expect(pod).toMatchObject({
    hostAliases: [
      { ip: '10.0.0.1', hostnames: ['a', 'b', 'd'] },
      { ip: '10.0.0.2', hostnames: ['c'] },
    ],
    imagePullSecrets: [{ name: 'x' }, { name: 'y' }],
  });
});

it('a warning names the port names that the clone does not have', () => {
  const ports = [
    { containerPort: 80, name: 'x' },
    { containerPort: 80 },
    { containerPort: 80, name: 'y' },
  ];
  const spec = { containers: [{ name: 'a', ports }] };
  const base = deployment('shop/backend', { template: { metadata: {}, spec } });
  expect(droppedPortNames(base)).toEqual([
    'the base has the port x a second time, with the name y, which its clone cannot have: a Service with targetPort y does not reach the clone; use targetPort x',
  ]);
  expect(droppedPortNames(deployment('shop/backend'))).toEqual([]);
});
