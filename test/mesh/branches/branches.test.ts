import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Repeated } from '../../../src/refs/carried.ts';
import { VECTORS } from '../../unit/refs/vectors.ts';
import { canLoad, loadTest } from '../load/lib/load-test.ts';
import { CASES } from './cases.ts';
import { pickedVersions, tracedVersions } from './expected.ts';
import { openScene, REF_FLAGS, type Scene } from './scene.ts';

describe('branches of a chain of three services, behind a gateway', () => {
  let scene: Scene;
  let objects: KubeObject[];
  let how: Repeated;

  beforeAll(async () => {
    if (!canLoad) return;
    scene = await openScene();
    objects = await scene.objects();
    how = await scene.repeated();
  }, 400_000);
  afterAll(() => scene?.stop());

  loadTest.each(CASES.map((one) => [one.name, one] as const))(
    'the same versions answer as pick and trace say: %s',
    async (_, { headers, versions, joined = versions }) => {
      expect(await scene.ask(headers)).toEqual(how === 'each' ? versions : joined);
      expect(pickedVersions(headers, REF_FLAGS, 'each')).toEqual(versions);
      expect(pickedVersions(headers, REF_FLAGS, 'joined')).toEqual(joined);
      // trace joins repeated headers.
      expect(tracedVersions(headers, REF_FLAGS, objects)).toEqual(joined);
    },
  );

  loadTest(
    'the headers of all vectors: the same versions answer as pick and trace say',
    async () => {
      const wrong: unknown[] = [];
      for (const { headers } of VECTORS) {
        const answered = await scene.ask(headers);
        const picked = pickedVersions(headers, REF_FLAGS, how);
        const joined = pickedVersions(headers, REF_FLAGS, 'joined');
        const traced = tracedVersions(headers, REF_FLAGS, objects);
        const isRight = `${answered}` === `${picked}` && `${traced}` === `${joined}`;
        if (!isRight) wrong.push({ headers, answered, picked, traced });
      }
      expect(wrong).toEqual([]);
    },
  );
});
