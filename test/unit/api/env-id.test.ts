import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { envId, withHash } from '../../../src/api/env-id.ts';
import { hash10 } from '../../../src/k8s/hash.ts';

const hashed = (name: string, head: string) => `${head}-${hash10(name)}`;
const long = 'a'.repeat(40);

describe('envId', () => {
  it.each([
    'alice',
    'a',
    '0',
    'pr-1234',
    'a--b',
    long,
    'pr-1764442800',
    'web-deadbeef01-0123456789',
  ])('keeps %s', (name) => {
    expect(envId(name)).toBe(name);
  });

  it.each([
    ['a dot', 'feature.x', hashed('feature.x', 'feature-x')],
    ['upper case', 'Alice', hashed('Alice', 'alice')],
    ['a dash at the start', '-alice', hashed('-alice', 'alice')],
    ['a dash at the end', 'alice-', hashed('alice-', 'alice')],
    ['41 characters', `${long}b`, hashed(`${long}b`, 'a'.repeat(29))],
    [
      'a cut just after a dash',
      `${'a'.repeat(28)}-${'b'.repeat(20)}`,
      hashed(`${'a'.repeat(28)}-${'b'.repeat(20)}`, 'a'.repeat(28)),
    ],
    ['a name without usable characters', '...', hash10('...')],
    // Otherwise the rest would be a short name, which another env may have.
    [
      'a cut just after several dashes',
      `ab${'-'.repeat(40)}c`,
      hashed(`ab${'-'.repeat(40)}c`, `ab${'x'.repeat(27)}`),
    ],
    ['the id of a name with dots', envId('team.a'), hashed(envId('team.a'), envId('team.a'))],
    [
      'the id of that id',
      envId(envId('team.a')),
      hashed(envId(envId('team.a')), 'team-a-dc6273296f-1a2696f0e6'),
    ],
    [
      'the possible id of a long name',
      `${'a'.repeat(29)}-0123456789`,
      hashed(`${'a'.repeat(29)}-0123456789`, 'a'.repeat(29)),
    ],
  ])('changes %s and adds a hash', (_what, name, id) => {
    expect(envId(name)).toBe(id);
  });

  const names = fc.stringMatching(/^[a-z0-9]([-.a-z0-9]{0,60}[a-z0-9])?$/);

  it('is always a valid label value of at most 40 characters', () => {
    fc.assert(
      fc.property(names, (name) => /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(envId(name))),
    );
  });

  it('is never the same as another valid name', () => {
    const label = '[a-c]([-a-c]{0,5}[a-c])?';
    const given = fc.oneof(
      fc.stringMatching(new RegExp(`^${label}([.]${label}){0,3}$`)),
      fc.stringMatching(/^[a-c][-a-c]{20,60}[a-c]$/),
    );
    fc.assert(
      fc.property(given, fc.nat(3), (name, times) => {
        // Ids of ids: a user who knows the rule may choose such names.
        const chain = Array.from({ length: times + 1 }).reduce<string[]>(
          (made) => [...made, envId(made.at(-1) ?? name)],
          [name],
        );
        const different = [...new Set(chain)];
        expect(new Set(different.map(envId)).size).toBe(different.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('is different for different names', () => {
    const alike = fc.stringMatching(/^[ab]([-.ab]{0,45}[ab])?$/);
    fc.assert(
      fc.property(alike, alike, (a, b) => (a === b) === (envId(a) === envId(b))),
      { numRuns: 500 },
    );
  });
});

describe('withHash', () => {
  it.each([
    ['abc', 'ffff', 8, 'abc-ffff'],
    ['abcd', 'ffff', 8, 'abc-ffff'],
    ['ab-.cd', 'ffff', 9, 'ab-ffff'],
    ['--', 'ffff', 8, 'ffff'],
    ['', 'ffff', 8, 'ffff'],
  ])('%s with %s in %d characters is %s', (name, hash, limit, expected) => {
    expect(withHash(name, hash, limit)).toBe(expected);
  });
});
