import { describe, expect, it } from '@jest/globals';
import type { ContainerOverride } from '../../../../../src/api/dynamicenv.ts';
import type { Container } from '../../../../../src/k8s/workload.ts';
import { overrideContainers } from '../../../../../src/kinds/dynamicenv/plan/overrides.ts';
import { deepFreeze } from '../../../../support/objects.ts';

const main: Container = {
  name: 'main',
  image: 'main:1',
  command: ['run'],
  args: ['--old'],
  ports: [{ containerPort: 80 }],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'C', value: '3' },
  ],
  envFrom: [{ configMapRef: { name: 'base' } }],
  resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } },
};
const side: Container = { name: 'side', image: 'side:1' };

const override = (...overrides: ContainerOverride[]) =>
  overrideContainers(deepFreeze([main, side]), deepFreeze(overrides));

describe('overrideContainers', () => {
  it.each<[string, ContainerOverride, Container[]]>([
    ['the first when no name is given', { image: 'x' }, [{ ...main, image: 'x' }, side]],
    ['one by its name', { containerName: 'side', image: 'x' }, [main, { ...side, image: 'x' }]],
    ['command', { command: ['sh'] }, [{ ...main, command: ['sh'] }, side]],
    ['args', { args: ['--new'] }, [{ ...main, args: ['--new'] }, side]],
    [
      'resources as a whole',
      { resources: { limits: { cpu: '2' } } },
      [{ ...main, resources: { limits: { cpu: '2' } } }, side],
    ],
    [
      'env by name, in its place, new ones at the end',
      {
        env: [
          { name: 'Z', value: '26' },
          { name: 'B', value: '2' },
          { name: 'D', value: '4' },
        ],
      },
      [
        {
          ...main,
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
            { name: 'C', value: '3' },
            { name: 'Z', value: '26' },
            { name: 'D', value: '4' },
          ],
        },
        side,
      ],
    ],
    [
      'env where there was none',
      { containerName: 'side', env: [{ name: 'A', value: '1' }] },
      [main, { ...side, env: [{ name: 'A', value: '1' }] }],
    ],
    [
      'envFrom is appended',
      { envFrom: [{ secretRef: { name: 'mine' } }] },
      [
        {
          ...main,
          envFrom: [{ configMapRef: { name: 'base' } }, { secretRef: { name: 'mine' } }],
        },
        side,
      ],
    ],
    [
      'envFrom where there was none',
      { containerName: 'side', envFrom: [{ secretRef: { name: 'mine' } }] },
      [main, { ...side, envFrom: [{ secretRef: { name: 'mine' } }] }],
    ],
  ])('changes %s', (_what, one, containers) => {
    expect(override(one)).toEqual({ containers, unknown: [] });
  });

  it('keeps the pull policy, whatever the new tag: the API server sets a default only if there is none', () => {
    const pulled = { name: 'main', image: 'main:1', imagePullPolicy: 'IfNotPresent' };
    const { containers } = overrideContainers([pulled], [{ image: 'main:latest' }]);
    expect(containers).toEqual([{ ...pulled, image: 'main:latest' }]);
  });

  it('changes nothing without overrides', () => {
    expect(override()).toEqual({ containers: [main, side], unknown: [] });
  });

  it('applies both an override without a name and one with the name of the first container', () => {
    expect(override({ image: 'x' }, { containerName: 'main', args: ['y'] }).containers).toEqual([
      { ...main, image: 'x', args: ['y'] },
      side,
    ]);
  });

  it('names the containers that do not exist', () => {
    const unknown = override(
      { containerName: 'b', image: 'x' },
      { containerName: 'a', image: 'x' },
    );
    expect(unknown).toEqual({ containers: [main, side], unknown: ['b', 'a'] });
  });

  it('changes nothing in an empty list', () => {
    expect(overrideContainers([], [{ image: 'x' }])).toEqual({
      containers: [],
      unknown: ['(the first)'],
    });
  });
});
