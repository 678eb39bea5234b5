import { describe, expect, it } from '@jest/globals';
import type { EnvVar } from '../../../src/k8s/workload.ts';
import { mergeEnv } from '../../../src/overlay/variable-order.ts';
import { deepFreeze } from '../../support/objects.ts';

/** Parses variables that are written as `A=1 B=$(A)`. */
function env(text: string): EnvVar[] {
  return text
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', value = ''] = one.split('=');
      return value === 'secret'
        ? { name, valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }
        : { name, value };
    });
}

function text(variables: readonly EnvVar[]): string {
  return variables
    .map(({ name, value }) => (value === undefined ? `${name}=secret` : `${name}=${value}`))
    .join(' ');
}

describe('mergeEnv', () => {
  it.each<[string, string, string, string]>([
    ['no references', 'A=1 B=2', 'C=3 B=4', 'A=1 B=4 C=3'],
    ['nothing in the base', '', 'B=1 A=2', 'B=1 A=2'],
    [
      'a new variable before the first one that refers to it',
      'A=1 U=$(H) W=$(H)',
      'H=h',
      'A=1 H=h U=$(H) W=$(H)',
    ],
    ['a new one from a Secret, too', 'U=$(H)', 'H=secret', 'H=secret U=$(H)'],
    ['within a longer text', 'U=pg://$(H):$(P)/x', 'P=1', 'P=1 U=pg://$(H):$(P)/x'],
    [
      'a replaced variable that is already earlier keeps its place',
      'A=1 H=0 B=1 U=$(H)',
      'H=h',
      'A=1 H=h B=1 U=$(H)',
    ],
    ['a replaced variable that comes later', 'A=1 U=$(H) B=1 H=0', 'H=h', 'A=1 H=h U=$(H) B=1'],
    ['a replacement that refers to a later one', 'A=1 B=1 C=2', 'A=$(C)', 'C=2 A=$(C) B=1'],
    ['a new variable that refers to the base', 'A=1 B=2', 'N=$(B)', 'A=1 B=2 N=$(B)'],
    ['a new one in between', 'A=1 B=2 U=$(N)', 'N=$(A)', 'A=1 B=2 N=$(A) U=$(N)'],
    ['new ones that refer to each other', 'U=$(N)', 'N=$(M) M=1', 'M=1 N=$(M) U=$(N)'],
    [
      'their own order if no reference is against it',
      'U=$(N)',
      'M=1 N=2 O=3',
      'M=1 N=2 U=$(N) O=3',
    ],
    ['over several steps', 'V=$(U) U=$(H)', 'H=h', 'V=$(U) H=h U=$(H)'],
    [
      'a name twice in the base: the last one counts, and they stay in order',
      'N=$(A) A=1 B=1 A=2',
      'N=$(A)3',
      'A=1 A=2 N=$(A)3 B=1',
    ],
    [
      'a reference that the base leaves unresolved',
      'X=$(Y) Y=1 U=$(H)',
      'H=h',
      'X=$(Y) Y=1 H=h U=$(H)',
    ],
    ['a variable that is affected moves', 'X=$(V)$(Y) Y=1', 'V=$(Y)', 'Y=1 V=$(Y) X=$(V)$(Y)'],
    [
      'the affected one of several variables',
      'Z=$(V)$(X) X=$(Y) Y=1',
      'V=$(Y)',
      'X=$(Y) Y=1 V=$(Y) Z=$(V)$(X)',
    ],
    ['a variable that refers to itself', 'P=/bin U=$(P)', 'P=$(P):/x', 'P=$(P):/x U=$(P)'],
    ['a circle', 'A=$(B) B=1', 'B=$(A)', 'A=$(B) B=$(A)'],
    ['a cycle of new ones', '', 'A=$(B) B=$(A)', 'A=$(B) B=$(A)'],
    ['beside a cycle', 'A=$(B) U=$(H)', 'B=$(A) H=1', 'A=$(B) B=$(A) H=1 U=$(H)'],
    ['an escaped reference is not a reference', 'U=$$(H)', 'H=h', 'U=$$(H) H=h'],
    ['an unclosed reference is not a reference', 'U=$(H', 'H=h', 'U=$(H H=h'],
    ['a name that the base has twice', 'H=0 U=$(H) H=1', 'H=h', 'H=h U=$(H)'],
    [
      'twice, and after what refers to it',
      'U=$(H) H=0 A=1 H=1 N=1',
      'H=h B=2',
      'H=h U=$(H) A=1 N=1 B=2',
    ],
    [
      'a name that the base has twice, and that is referred to',
      'N=0 H=0 A=1 H=1',
      'N=$(H)',
      'H=0 H=1 N=$(H) A=1',
    ],
  ])('%s', (_what, base, overrides, expected) => {
    expect(text(mergeEnv(deepFreeze(env(base)), deepFreeze(env(overrides))))).toBe(expected);
  });

  it('is quick with thousands of variables in cycles', () => {
    const base = Array.from({ length: 4000 }, (_, at) => ({
      name: `B${at}`,
      value: `$(N${at % 256})`,
    }));
    const own = Array.from({ length: 256 }, (_, at) => ({
      name: `N${at}`,
      value: `$(B${4000 - 1 - at})`,
    }));
    expect(mergeEnv(deepFreeze(base), deepFreeze(own))).toHaveLength(4256);
  });
});
