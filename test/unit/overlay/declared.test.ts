import { describe, expect, it } from '@jest/globals';
import { declaredByAnnotation, declaresAnnotated } from '../../../src/overlay/declared.ts';

describe('the variables that an annotation declares', () => {
  it.each<[string, (string | undefined)[], string[]]>([
    ['no annotation', [undefined, undefined], []],
    ['an empty one', [''], []],
    ['names with spaces', [' B ,A\n'], ['A', 'B']],
    ['both places, each name once', ['A,B', 'B,C'], ['A', 'B', 'C']],
    ['empty names', ['A,,', ','], ['A']],
    ['what is no name', ['A,1B,C D,E=F,$(G),é,x.y-z_1'], ['A', 'x.y-z_1']],
    ['too long names', [`A,${'B'.repeat(253)},${'C'.repeat(254)}`], ['A', 'B'.repeat(253)]],
  ])('%s', (_, annotations, wanted) => {
    expect(declaredByAnnotation(annotations)).toEqual(wanted);
  });
});

describe('the containers that declare them', () => {
  const plain = { name: 'plain', envFrom: [] };
  const from = { name: 'from', envFrom: [{ configMapRef: { name: 'c' } }] };
  const init = { name: 'init', envFrom: [{ secretRef: { name: 's' } }] };

  it.each([
    ['all with envFrom', [plain, from], [init], ['init', 'from']],
    ['an init container only', [plain], [init], ['init']],
    [
      'none has envFrom: the first container',
      [plain, { name: 'second' }],
      [{ name: 'i' }],
      ['plain'],
    ],
    ['without init containers', [plain, from], undefined, ['from']],
    ['no container', [], undefined, []],
  ])('%s', (_, containers, initContainers, wanted) => {
    const found = declaresAnnotated({ containers, initContainers });
    expect([...found].map(({ name }) => name)).toEqual(wanted);
  });
});
