import { describe, expect, test } from '@jest/globals';
import type { MeshIndex } from '../../src/api/meshindex.ts';
import { kept } from '../support/mesh-index.ts';
import { testApp } from './lib/app.ts';
import { compositeBody, customizeBody, env, meshIndexBody } from './lib/bodies.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

describe('the MeshIndex of a namespace', () => {
  test("is computed on request, whether or not the service's settings list the namespace", async () => {
    const { post } = await testApp();
    const asked = await post('/mesh-index/customize', customizeBody(NAMESPACE));
    expect([asked.statusCode, asked.json['relatedResources']]).toEqual([
      200,
      [
        expect.objectContaining({ resource: 'services', namespace: 'shop' }),
        expect.objectContaining({ resource: 'destinationrules', namespace: 'shop' }),
      ],
    ]);
    const { statusCode, json } = await post('/mesh-index/sync', meshIndexBody());
    expect([statusCode, Object.keys(json)]).toEqual([200, ['attachments']]);
    expect(json['attachments']).toMatchObject([
      { kind: 'MeshIndex', spec: { services: 1, destinationRules: 1 } },
    ]);
  });

  test('is not answered if objects are missing from the request, so the old index stays', async () => {
    const { post, metric } = await testApp();
    const { statusCode, json } = await post('/mesh-index/sync', meshIndexBody({ related: {} }));
    expect([statusCode, json['error']]).toEqual([422, expect.stringContaining('were not sent')]);
    expect(await metric('dynamicenv_refusals_total{reason="Required"}')).toBe(1);
  });

  test('replaces the objects that it contains in the sync of an env', async () => {
    const { post } = await testApp(['--indexed-namespaces=shop']);
    const { json } = await post('/mesh-index/sync', meshIndexBody());
    const [index] = json['attachments'] as MeshIndex[];
    const plain = compositeBody();
    const { 'Deployment.apps/v1': bases } = plain.related;
    const related = (indexes: object) => ({
      'Deployment.apps/v1': bases,
      'StatefulSet.apps/v1': {},
      'VirtualService.networking.istio.io/v1': {},
      'Namespace.v1': { shop: NAMESPACE },
      'MeshIndex.riskified.com/v1alpha1': indexes,
    });
    const whole = await post('/dynamicenv/sync', plain);
    const through = await post(
      '/dynamicenv/sync',
      compositeBody({ related: related({ 'shop/mesh-index': index && kept(index) }) }),
    );
    expect(through.json).toEqual(whole.json);
    expect(whole.json['children']).toHaveLength(3);
    const without = await post('/dynamicenv/sync', compositeBody({ related: related({}) }));
    expect(without.json).toMatchObject({ children: [], status: { state: 'degraded' } });
    const asked = await post('/dynamicenv/customize', customizeBody(env()));
    const resources = (asked.json['relatedResources'] as { resource: string }[]).map(
      ({ resource }) => resource,
    );
    expect(resources).toEqual([
      'deployments',
      'statefulsets',
      'meshindexes',
      'namespaces',
      'virtualservices',
    ]);
  });
});
