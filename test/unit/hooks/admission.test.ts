import { expect, test } from '@jest/globals';
import { allow } from '../../../src/hooks/admission.ts';

test('without changes, the response has no patch', () => {
  expect(allow('u1', [])).toEqual({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u1', allowed: true },
  });
});

test('a patch is base64 of UTF-8 text', () => {
  const patch = [{ op: 'add', path: '/metadata/labels', value: { name: 'äöü' } }];
  const { response } = allow('u1', patch);
  expect(response).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
  expect(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString('utf8'))).toEqual(patch);
});
