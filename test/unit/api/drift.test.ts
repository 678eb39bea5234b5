import { describe, expect, test } from '@jest/globals';
import type { CustomResourceDefinition, Schema } from '../../../src/crd/types.ts';
import { loadCrds } from '../../../src/crds.ts';
import { schemaLines } from '../crd/schema-lines.ts';
import { typeLines } from './type-lines.ts';

const crds = await loadCrds();

/** Kubernetes' Go types mark the name as optional for old clients, but its API server refuses an object without it. */
const STRICTER = /(?<=\.(configMapKeyRef|secretKeyRef|configMapRef|secretRef)\?\.name)\?/;

function part(crd: CustomResourceDefinition, name: string): Schema {
  return crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.[name] ?? {};
}

describe('types and schemas agree', () => {
  test.each([
    ['spec', 'DynamicEnvSpec', crds['dynamicenvs.riskified.com'], 'src/api/dynamicenv.ts'],
    ['status', 'DynamicEnvStatus', crds['dynamicenvs.riskified.com'], 'src/api/dynamicenv.ts'],
    [
      'spec',
      'RouteInjectionSpec',
      crds['routeinjections.riskified.com'],
      'src/api/routeinjection.ts',
    ],
    ['spec', 'SubscriberSpec', crds['subscribers.riskified.com'], 'src/api/subscriber.ts'],
    ['spec', 'EnvironmentSpec', crds['environments.riskified.com'], 'src/api/environment.ts'],
    ['status', 'EnvironmentStatus', crds['environments.riskified.com'], 'src/api/environment.ts'],
    ['spec', 'MeshIndexSpec', crds['meshindexes.riskified.com'], 'src/api/meshindex.ts'],
    [
      'status',
      'VirtualServiceMergeStatus',
      crds['virtualservicemerges.istiomerger.monime.sl'],
      'src/api/virtualservicemerge.ts',
    ],
    ...(['spec', 'status'] as const).map(
      (name): [string, string, CustomResourceDefinition, string] => [
        name,
        name === 'spec' ? 'VirtualEnvironmentSpec' : 'VirtualEnvironmentStatus',
        crds['virtualenvironments.env.alibaba.com'],
        'src/api/virtualenvironment.ts',
      ],
    ),
  ])('%s of %s', (name, type, crd, file) => {
    const fromTypes = typeLines(file, type, name).map((line) => line.replace(STRICTER, ''));
    expect(schemaLines(part(crd, name), name).sort()).toEqual(fromTypes.sort());
  });

  test('the comparison reaches the innermost fields, and compares whether they are optional', () => {
    const lines = typeLines('src/api/dynamicenv.ts', 'DynamicEnvSpec', 'spec');
    expect(lines).toEqual(
      expect.arrayContaining([
        'spec.istioMatches?[].headers?{}.regex?: string',
        'spec.istioMatches?[].cookie?.exact: string',
        'spec.subsets?[].containers?[].env?[].valueFrom?.secretKeyRef?.key: string',
        'spec.consumers?[].initContainers?[].resources?.limits?{}: string',
        'spec.consumers?[].initContainers?[].resources?.claims?[].request?: string',
      ]),
    );
    expect(lines.length).toBeGreaterThan(150);
  });

  test('the enum of a status field has the values that its type allows', () => {
    expect(schemaLines(part(crds['dynamicenvs.riskified.com'], 'status'), 'status')).toContain(
      'status.state: degraded|expired|processing|ready|suspended',
    );
  });
});
