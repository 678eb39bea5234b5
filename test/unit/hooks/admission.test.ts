import { expect, test } from '@jest/globals';
import { allow } from '../../../src/hooks/admission.ts';

test('nothing to amend: no patch at all', () => {
  expect(allow('u1', [])).toEqual({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u1', allowed: true },
  });
});

test('a patch goes as base64, in UTF-8', () => {
  const patch = [{ op: 'add', path: '/metadata/labels', value: { name: 'äöü' } }];
  const { response } = allow('u1', patch);
  expect(response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  expect(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString('utf8'))).toEqual(patch);
});
