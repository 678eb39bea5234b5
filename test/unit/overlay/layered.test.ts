import { describe, expect, it } from '@jest/globals';
import { layered } from '../../../src/overlay/layered.ts';
import type { Layer } from '../../../src/overlay/types.ts';
import { deepFreeze } from '../../support/objects.ts';

/** `NAME=value (layer)`, sorted. */
function told(layers: readonly Layer[]): string[] {
  return [...layered(deepFreeze(layers)).values()]
    .map(({ name, layer, source }) => `${name}=${JSON.stringify(source)} (${layer})`)
    .sort();
}

const password = { name: 'PW', secretKeyRef: { name: 'db', key: 'password' } };

describe('what layers say together', () => {
  it.each<[string, Layer[], string[]]>([
    ['no layer', [], []],
    ['a layer that says nothing', [{ name: 'dev' }], []],
    [
      'the later layer wins, the other variables stay',
      [
        { name: 'dev', vars: { A: '1', B: '2' } },
        { name: 'qa', vars: { A: '3' } },
      ],
      ['A={"value":"3"} (qa)', 'B={"value":"2"} (dev)'],
    ],
    [
      'a secret instead of a value',
      [
        { name: 'dev', vars: { PW: 'x' } },
        { name: 'qa', secrets: [password] },
      ],
      ['PW={"valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}} (qa)'],
    ],
    [
      'a value instead of a secret',
      [
        { name: 'dev', secrets: [password] },
        { name: 'qa', vars: { PW: '' } },
      ],
      ['PW={"value":""} (qa)'],
    ],
    [
      'unset removes what an earlier layer sets',
      [
        { name: 'dev', vars: { A: '1' }, secrets: [password] },
        { name: 'qa', unset: ['A', 'PW', 'C'] },
      ],
      ['A=undefined (qa)', 'C=undefined (qa)', 'PW=undefined (qa)'],
    ],
    [
      'a later layer sets it again',
      [
        { name: 'dev', unset: ['A'] },
        { name: 'qa', vars: { A: '1' } },
      ],
      ['A={"value":"1"} (qa)'],
    ],
    [
      'the same value in a later layer: the later one decides',
      [
        { name: 'dev', vars: { A: '1' } },
        { name: 'qa', vars: { A: '1' } },
      ],
      ['A={"value":"1"} (qa)'],
    ],
    [
      'a name twice in one layer is not set',
      [{ name: 'dev', vars: { A: '1', PW: '2' }, secrets: [password], unset: ['A'] }],
      [
        'A=undefined (dev)',
        'PW={"valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}} (dev)',
      ],
    ],
    [
      'names that objects inherit',
      [{ name: 'dev', vars: JSON.parse('{"__proto__":"1","constructor":"2"}') }],
      ['__proto__={"value":"1"} (dev)', 'constructor={"value":"2"} (dev)'],
    ],
  ])('%s', (_, layers, wanted) => {
    expect(told(layers)).toEqual(wanted);
  });
});
