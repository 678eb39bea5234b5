import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { MERGE_CRD, otherMergeCrds } from '../../../scripts/lib/merge-crd.ts';
import type { Schema } from '../../../src/crd/types.ts';
import { subschemas } from '../../../src/crd/walk.ts';
import { loadCrds, loadValidators, readCrds } from '../../../src/crds.ts';
import { dynamicEnv } from './samples.ts';

const DIRECTORY = new URL('../../../crds/', import.meta.url);
const crds = await loadCrds();
const all = Object.values(crds);

function schemaOf(crd: (typeof all)[number]): Schema {
  return crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
}

function schemaAt(schema: Schema | undefined, ...path: string[]): Schema | undefined {
  return path.reduce<Schema | undefined>(
    (outer, key) => (key === '[]' ? outer?.items : outer?.properties?.[key]),
    schema,
  );
}

interface Version {
  name: string;
  served: boolean;
  storage: boolean;
}

describe.each(all.map((crd) => [crd.metadata.name, crd] as const))('%s', (name, crd) => {
  test('every field has a description, so that kubectl explain is a manual', () => {
    // The API server describes metadata itself and refuses a CRD with a description there.
    const { metadata: _metadata, ...fields } = schemaOf(crd).properties ?? {};
    const inner = [...subschemas({ ...schemaOf(crd), properties: fields })];
    expect(inner.filter(({ description }) => !description)).toEqual([]);
    expect(inner.length).toBeGreaterThan(/^(meshindexes|subscribers)/.test(name) ? 5 : 20);
  });

  test('the rules use only CEL that can be evaluated without an API server', () => {
    const rules = [...subschemas(schemaOf(crd))].flatMap(
      (inner) => inner['x-kubernetes-validations'] ?? [],
    );
    for (const { rule, message, fieldPath = '.a', reason, ...others } of rules) {
      expect(fieldPath).toMatch(/^\.[a-z]+$/);
      // Only a Subscriber has a rule about what may change; it is evaluated where the stored object is known.
      if (!name.startsWith('subscribers')) expect(rule).not.toMatch(/oldSelf/);
      expect(rule).not.toMatch(/\.\?|cel\.bind|__/);
      expect(message.length).toBeGreaterThan(10);
      expect(message).not.toMatch(/\n/);
      expect([undefined, 'FieldValueForbidden']).toContain(reason);
      expect(others).toEqual({});
    }
    expect(rules.length > 8).toBe(!/^(meshindexes|subscribers|virtualservicemerges)/.test(name));
  });

  test('the file is named after plural and group, and has one stored version', async () => {
    const file = parse(await readFile(new URL(`${name}.yaml`, DIRECTORY), 'utf8'));
    expect(file.spec).toMatchObject({
      group: expect.stringMatching(/^(riskified\.com|istiomerger?\.monime\.sl|env\.alibaba\.com)$/),
      scope: /^(meshindexes|virtual)/.test(name) ? 'Namespaced' : 'Cluster',
    });
    expect(name).toBe(`${file.spec.names.plural}.${file.spec.group}`);
    const versions = file.spec.versions.map((one: Version) => [one.name, one.served, one.storage]);
    const older = [['v1alpha1', true, false]];
    expect(versions).toEqual(
      name.startsWith('virtualenvironments')
        ? [['v1alpha2', true, true], ...older]
        : [['v1alpha1', true, true]],
    );
  });
});

test('kubectl shows the columns in this order', async () => {
  const columns = async (plural: string, group = 'riskified.com') => {
    const file = parse(await readFile(new URL(`${plural}.${group}.yaml`, DIRECTORY), 'utf8'));
    const version = file.spec.versions[0];
    return version.additionalPrinterColumns.map(
      (column: { name: string; jsonPath: string; priority?: number }) =>
        `${column.name} ${column.jsonPath} ${column.priority ?? 0}`,
    );
  };
  expect(await columns('dynamicenvs')).toEqual([
    'Status .status.state 0',
    'Desired .status.totalCount 0',
    'Current .status.totalReady 0',
    'Age .metadata.creationTimestamp 0',
    'Expires .status.expiresAt 0',
    'Owner .spec.owner 1',
    'Match .status.match 1',
    'Ref .spec.ref 1',
    'Message .status.conditions[?(@.type=="Ready")].message 1',
    'Link .status.links[0] 1',
  ]);
  expect(await columns('routeinjections')).toEqual([
    'Env .spec.env 0',
    'Host .spec.host 0',
    'Active .spec.active 0',
    'Age .metadata.creationTimestamp 0',
  ]);
  expect(await columns('subscribers')).toEqual([
    'Workload .spec.workload 0',
    'Ref .spec.ref 0',
    'Phase .spec.phase 0',
    'Age .metadata.creationTimestamp 0',
    'Incarnation .spec.incarnation 1',
  ]);
  expect(await columns('meshindexes')).toEqual([
    'Services .spec.services 0',
    'Rules .spec.destinationRules 0',
    'Age .metadata.creationTimestamp 0',
  ]);
  expect(await columns('environments')).toEqual([
    'Extends .spec.extends 0',
    'In use .status.inUse 0',
    'Accepted .status.conditions[?(@.type=="Accepted")].status 0',
    'Age .metadata.creationTimestamp 0',
    'Reason .status.conditions[?(@.type=="Accepted")].reason 1',
    'Message .status.conditions[?(@.type=="Accepted")].message 1',
    'Description .spec.description 1',
  ]);
  expect(await columns('virtualservicemerges', 'istiomerger.monime.sl')).toEqual([
    'Target .spec.target.name 0',
    'Merged .status.conditions[?(@.type=="Merged")].status 0',
    'Reason .status.conditions[?(@.type=="Merged")].reason 0',
    'Age .metadata.creationTimestamp 0',
    'Namespace of target .spec.target.namespace 1',
    'Conflicted .status.conditions[?(@.type=="Conflicted")].status 1',
    'Message .status.conditions[?(@.type=="Merged")].message 1',
  ]);
  expect(await columns('virtualenvironments', 'env.alibaba.com')).toEqual([
    'Header .spec.envHeader.name 0',
    'Label .spec.envLabel.name 0',
    'Default .spec.envLabel.defaultSubset 0',
    'Ready .status.conditions[?(@.type=="Ready")].status 0',
    'Age .metadata.creationTimestamp 0',
    'Inject .spec.envHeader.autoInject 1',
    'Conflicted .status.conditions[?(@.type=="Conflicted")].status 1',
    'Message .status.conditions[?(@.type=="Ready")].message 1',
  ]);
});

test('both versions of VirtualEnvironment are the same, so that no field is lost in either', () => {
  const [stored, older] = crds['virtualenvironments.env.alibaba.com'].spec.versions;
  expect({ ...older, name: stored?.name, storage: true }).toEqual(stored);
  expect(stored).toMatchObject({ subresources: { status: {} } });
});

test('the two definitions of VirtualServiceMerge differ in their group only', async () => {
  const first = await readFile(new URL(MERGE_CRD, DIRECTORY), 'utf8');
  const others = otherMergeCrds(first);
  expect([...others.keys()]).toEqual(['virtualservicemerges.istiomerge.monime.sl.yaml']);
  for (const [file, text] of others)
    expect(await readFile(new URL(file, DIRECTORY), 'utf8')).toBe(text);
  const [one, other] = (['istiomerger.monime.sl', 'istiomerge.monime.sl'] as const).map((group) =>
    JSON.stringify(crds[`virtualservicemerges.${group}`]).replaceAll(group, '-'),
  );
  expect(other).toBe(one);
});

test('DynamicEnv has a short name and a status subresource', async () => {
  const file = parse(await readFile(new URL('dynamicenvs.riskified.com.yaml', DIRECTORY), 'utf8'));
  expect(file.spec.names).toEqual({
    kind: 'DynamicEnv',
    listKind: 'DynamicEnvList',
    plural: 'dynamicenvs',
    singular: 'dynamicenv',
    shortNames: ['de'],
    categories: ['riskified'],
  });
  expect(file.spec.versions[0].subresources).toEqual({ status: {} });
});

test('a RouteInjection accepts the matches that a DynamicEnv accepts', () => {
  const ours = schemaAt(schemaOf(crds['routeinjections.riskified.com']), 'spec', 'matches', '[]');
  expect(ours).toBeDefined();
  expect(ours).toEqual(
    schemaAt(schemaOf(crds['dynamicenvs.riskified.com']), 'spec', 'istioMatches', '[]'),
  );
});

test('an Environment accepts the layer that a DynamicEnv accepts, by the same rules', () => {
  const [environment, env] = (['environments', 'dynamicenvs'] as const).map((plural) =>
    schemaAt(schemaOf(crds[`${plural}.riskified.com`]), 'spec'),
  );
  for (const field of ['vars', 'secrets', 'unset'])
    expect(environment?.properties?.[field]).toEqual(env?.properties?.[field]);
  const rules = environment?.['x-kubernetes-validations'] ?? [];
  expect(rules).toHaveLength(3);
  expect(env?.['x-kubernetes-validations']).toEqual(expect.arrayContaining(rules));
});

test('consumers have the schema of subsets, and init containers the schema of containers', () => {
  const spec = schemaAt(schemaOf(crds['dynamicenvs.riskified.com']), 'spec');
  const subset = schemaAt(spec, 'subsets', '[]');
  expect(schemaAt(spec, 'consumers', '[]')).toBe(subset);
  expect(subset?.properties?.['initContainers']).toBe(subset?.properties?.['containers']);
});

describe('loading', () => {
  test('from another directory', async () => {
    await expect(readCrds(new URL('file:///absent/'))).rejects.toThrow('ENOENT');
    expect(await readCrds(DIRECTORY)).toEqual(crds);
  });

  test('each CRD gives the validator of its kind', async () => {
    const validators = await loadValidators();
    expect(validators['DynamicEnv.riskified.com']?.validate(dynamicEnv()).errors).toEqual([]);
    expect(
      validators['RouteInjection.riskified.com']?.validate(dynamicEnv()).errors,
    ).toContainEqual({
      reason: 'Invalid',
      path: 'kind',
      message: 'must be RouteInjection',
    });
  });
});
