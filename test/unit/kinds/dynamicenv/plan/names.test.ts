import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { envId } from '../../../../../src/api/env-id.ts';
import { hash10 } from '../../../../../src/k8s/hash.ts';
import {
  cloneName,
  injectionName,
  ruleName,
} from '../../../../../src/kinds/dynamicenv/plan/names.ts';

const parts = { env: 'alice', namespace: 'shop', deployment: 'backend', host: 'backend.shop.svc' };
const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

describe('cloneName', () => {
  const long = 'b'.repeat(57);

  it.each([
    ['backend', 'alice', 'backend-alice'],
    ['backend', 'x.y', `backend-${envId('x.y')}`],
    [long, 'alice', `${long}-alice`],
    [`${long}b`, 'alice', `${'b'.repeat(52)}-${hash10(`${long}b`, 'alice')}`],
    [
      `${'b'.repeat(51)}.bbbbbb`,
      'alice',
      `${'b'.repeat(51)}-${hash10(`${'b'.repeat(51)}.bbbbbb`, 'alice')}`,
    ],
  ])('%s of %s is %s', (deployment, env, name) => {
    expect(cloneName(deployment, env)).toBe(name);
  });

  const names = fc.stringMatching(/^[ab]([-ab]{0,70}[ab])?$/);

  it('is a name of at most 63 characters', () => {
    fc.assert(
      fc.property(names, names, (deployment, env) => {
        const name = cloneName(deployment, env);
        return name.length <= 63 && dnsName.test(name);
      }),
    );
  });

  it('is different for each Deployment of an env', () => {
    fc.assert(
      fc.property(names, names, names, (a, b, env) => {
        return (a === b) === (cloneName(a, env) === cloneName(b, env));
      }),
    );
  });
});

it('names a rule after deployment, env and service, with a hash of everything that it belongs to', () => {
  const hash = hash10('alice', 'shop', 'backend', 'backend.shop.svc', 'shop/backend');
  expect(ruleName(parts, 'web', 'shop/backend')).toBe(`backend-alice-web-${hash}`);
});

it('names an injection after env and deployment, with a hash of everything that it belongs to', () => {
  const hash = hash10('alice', 'shop', 'backend', 'backend.shop.svc');
  expect(injectionName(parts)).toBe(`alice-backend-${hash}`);
});

it('cuts huge names', () => {
  const huge = { ...parts, deployment: 'd'.repeat(253) };
  const name = ruleName(huge, 's'.repeat(63), 'shop/backend');
  expect(name).toBe(
    `${'d'.repeat(242)}-${hash10('alice', 'shop', huge.deployment, huge.host, 'shop/backend')}`,
  );
  expect(injectionName(huge)).toBe(
    `alice-${'d'.repeat(236)}-${hash10('alice', 'shop', huge.deployment, huge.host)}`,
  );
});

describe('names of rules and injections', () => {
  const text = fc.constantFrom('a', 'b', 'a-a', 'a-b', 'b-a');
  const whole = fc.record({ env: text, namespace: text, deployment: text, host: text });

  it('differ when anything differs', () => {
    fc.assert(
      fc.property(whole, whole, text, text, (a, b, one, other) => {
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        expect(injectionName(a) === injectionName(b)).toBe(isSame);
        expect(ruleName(a, 's', one) === ruleName(b, 's', other)).toBe(isSame && one === other);
      }),
    );
  });
});
