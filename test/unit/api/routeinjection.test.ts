import { describe, expect, test } from '@jest/globals';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import { loadValidator } from '../../../src/crds.ts';

const validator = await loadValidator('routeinjections.riskified.com');

const injection: RouteInjection = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'RouteInjection',
  metadata: { name: 'my-env-backend-0123456789', labels: { 'riskified.com/host': '0123456789' } },
  spec: {
    env: 'my-env',
    envCreationTimestamp: '2026-01-31T12:00:00Z',
    deployment: { namespace: 'shop', name: 'backend' },
    clone: 'backend-my-env',
    host: 'backend.shop.svc.cluster.local',
    from: ['shared'],
    subset: 'my-env',
    matches: [{ headers: { user: { exact: 'me' } } }],
    active: false,
  },
};

function changed(spec: object) {
  return { ...injection, spec: { ...injection.spec, ...spec } };
}

test.each<[string, object]>([
  ['of a subset', {}],
  ['of a consumer, which has no subset', { subset: undefined }],
  ['of a base without a subset', { from: [] }],
  ['that is active', { active: true }],
])('a RouteInjection %s', (_name, spec) => {
  expect(validator.validate(changed(spec))).toEqual({ errors: [], unknown: [] });
});

const LABEL =
  "must consist of lower-case letters, digits or '-', with a letter or digit at both ends";

describe('invalid values are refused', () => {
  test.each<[object, string, string]>([
    [{ active: 'true' }, 'spec.active', 'must be of type boolean, not string'],
    [{ host: '' }, 'spec.host', 'must have at least 1 character'],
    [{ matches: [] }, 'spec', 'give matches or ref, or both'],
    [{ ref: 'A' }, 'spec.ref', LABEL],
    [{ from: [''] }, 'spec.from[0]', 'must have at least 1 character'],
    [{ subset: '' }, 'spec.subset', 'must have at least 1 character'],
    [
      { envCreationTimestamp: 'yesterday' },
      'spec.envCreationTimestamp',
      'must have the format date-time',
    ],
    [
      { matches: [{ headers: { user: {} } }] },
      'spec.matches[0].headers[user]',
      'give exactly one of exact, prefix and regex',
    ],
  ])('%j', (spec, path, message) => {
    const { errors } = validator.validate(changed(spec));
    expect(errors).toEqual([{ reason: 'Invalid', path, message }]);
  });

  test('an empty spec lacks every required field, and the subset is optional', () => {
    const { errors } = validator.validate({ ...injection, spec: {} });
    expect(errors.map(({ reason, path }) => `${reason} ${path}`)).toEqual(
      [
        'env',
        'envCreationTimestamp',
        'deployment',
        'clone',
        'host',
        'from',
        'matches',
        'active',
      ].map((name) => `Required spec.${name}`),
    );
  });
});
