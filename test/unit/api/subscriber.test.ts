import { describe, expect, test } from '@jest/globals';
import { unreadableOf } from '../../../src/api/unreadable.ts';
import { loadValidator } from '../../../src/crds.ts';
import { subscriber } from '../../support/subscribers.ts';

const validator = await loadValidator('subscribers.riskified.com');
const joining = subscriber('Joining');
const changed = (spec: object) => ({ ...joining, spec: { ...joining.spec, ...spec } });

test.each(['Joining', 'Live', 'Leaving'] as const)('a Subscriber that is %s', (phase) => {
  expect(validator.validate(subscriber(phase))).toEqual({ errors: [], unknown: [] });
});

describe('invalid values are refused', () => {
  test.each<[object, string, string]>([
    [{ workload: 'orders' }, 'spec.workload', 'as <namespace>/<name>'],
    [{ workload: 'a/b/c' }, 'spec.workload', 'as <namespace>/<name>'],
    [{ services: [] }, 'spec.services', 'at least 1 item'],
    [{ services: [''] }, 'spec.services[0]', 'at least 1 character'],
    [{ services: Array(65).fill('a') }, 'spec.services', 'at most 64 items'],
    [{ ref: 'MP-101' }, 'spec.ref', 'a ref consists of'],
    [{ incarnation: 'abc' }, 'spec.incarnation', '10 hexadecimal digits'],
    [{ phase: 'live' }, 'spec.phase', 'must be Joining, Live or Leaving'],
  ])('%j', (spec, path, message) => {
    expect(validator.validate(changed(spec)).errors).toEqual([
      { reason: 'Invalid', path, message: expect.stringContaining(message) },
    ]);
  });

  test('every field is required', () => {
    const { errors } = validator.validate({ ...joining, spec: {} });
    expect(errors.map(({ path }) => path)).toEqual(
      ['workload', 'services', 'ref', 'incarnation', 'phase'].map((name) => `spec.${name}`),
    );
  });
});

describe('what may change', () => {
  const errors = (spec: object) => validator.validate(changed(spec), joining).errors;

  const PHASES = ['Joining', 'Live', 'Leaving'] as const;
  test.each(PHASES.flatMap((from, was) => PHASES.map((to, is) => [from, to, is >= was] as const)))(
    'the phase from %s to %s: %s',
    (from, to, isAllowed) => {
      const found = validator.validate(subscriber(to), subscriber(from)).errors;
      expect(found).toEqual(
        isAllowed
          ? []
          : [{ reason: 'Invalid', path: 'spec', message: expect.stringContaining('never back') }],
      );
    },
  );

  test.each([
    [{ workload: 'shop/invoices' }],
    [{ services: ['orders', 'invoices'] }],
    [{ ref: 'mp-102' }],
    [{ incarnation: 'bbbbbbbbbb' }],
  ])('not %j', (spec) => {
    expect(errors(spec)).toEqual([
      {
        reason: 'Invalid',
        path: 'spec',
        message: expect.stringContaining('never change'),
      },
    ]);
    // A new object has nothing to be compared with.
    expect(validator.validate(changed(spec)).errors).toEqual([]);
  });
});

test('one with a phase of a later version, or of another shape, cannot be read', () => {
  const wrong = (spec: object) => unreadableOf('Subscriber', changed(spec) as never)?.wrong;
  expect(wrong({})).toBeUndefined();
  expect(wrong({ phase: 'Paused' })).toBe('spec.phase: expected Joining or Live or Leaving');
  expect(wrong({ services: 'orders' })).toBe('spec.services: expected a list');
});
