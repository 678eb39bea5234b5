import { describe, expect, it } from '@jest/globals';
import type { VirtualEnvironmentSpec } from '../../../../src/api/virtualenvironment.ts';
import { levelRules } from '../../../../src/kinds/virtual-environment/level-rules.ts';

const rulesOf = (spec?: VirtualEnvironmentSpec) =>
  levelRules({
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'demo' },
    ...(spec === undefined ? {} : { spec }),
  });

const DEFAULTS = {
  header: 'X-Virtual-Env',
  aliases: [],
  autoInject: false,
  label: 'virtual-env',
  splitter: '.',
};

describe('the rules of a VirtualEnvironment', () => {
  it('have defaults', () => {
    for (const spec of [undefined, {}, { envHeader: {}, envLabel: {} }]) {
      expect(rulesOf(spec)).toEqual({ rules: DEFAULTS, problems: [] });
    }
  });

  it('are those of the spec', () => {
    const aliases = [
      { name: 'Cookie', pattern: 'env=(@)' },
      { name: 'x', pattern: '', placeholder: '@' },
    ];
    const { rules, problems } = rulesOf({
      envHeader: { name: 'ali-env-mark', autoInject: true, aliases },
      envLabel: { name: 'example.com/env', splitter: '-', defaultSubset: 'dev' },
    });
    expect(problems).toEqual([]);
    expect(rules).toEqual({
      header: 'ali-env-mark',
      autoInject: true,
      aliases: [
        { name: 'Cookie', pattern: 'env=(@)', placeholder: '(@)' },
        { name: 'x', pattern: '', placeholder: '@' },
      ],
      label: 'example.com/env',
      splitter: '-',
      defaultSubset: 'dev',
    });
  });

  it.each<[string, VirtualEnvironmentSpec, RegExp]>([
    [
      'header with a space',
      { envHeader: { name: 'x env' } },
      /^spec\.envHeader\.name "x env" is not a valid header name/,
    ],
    ['no header name', { envHeader: { name: '' } }, /^spec\.envHeader\.name/],
    ['pseudo-header', { envHeader: { name: ':path' } }, /is not a valid header name/],
    [
      'JWT claim',
      { envHeader: { name: '@request.auth.claims.env' } },
      /is not a valid header name/,
    ],
    ['Host', { envHeader: { name: 'Host' } }, /the request's host/],
    ['long header', { envHeader: { name: 'x'.repeat(129) } }, /longer than 128/],
    [
      'label key',
      { envLabel: { name: 'a b' } },
      /^spec\.envLabel\.name is invalid: "a b" is not a valid label key/,
    ],
    [
      'splitter of two characters',
      { envLabel: { splitter: '..' } },
      /^spec\.envLabel\.splitter "\.\." is not one visible/,
    ],
    ['no splitter', { envLabel: { splitter: '' } }, /splitter/],
    ['space as splitter', { envLabel: { splitter: ' ' } }, /splitter/],
    ['splitter beyond ASCII', { envLabel: { splitter: '·' } }, /splitter/],
    [
      'default that no label can have',
      { envLabel: { defaultSubset: 'a b' } },
      /^spec\.envLabel\.defaultSubset "a b" cannot/,
    ],
    ['long default', { envLabel: { defaultSubset: 'a'.repeat(64) } }, /defaultSubset/],
    [
      'alias is the header',
      { envHeader: { aliases: [{ name: 'x-virtual-ENV', pattern: '' }] } },
      /^spec\.envHeader\.aliases\[0\]\.name is the header itself/,
    ],
    [
      'alias is Host',
      { envHeader: { aliases: [{ name: 'host', pattern: '' }] } },
      /aliases\[0\]\.name "host"/,
    ],
    [
      'many aliases',
      { envHeader: { aliases: Array(17).fill({ name: 'host', pattern: '' }) } },
      /has 17 items/,
    ],
  ])('are the defaults where a field cannot be used: %s', (_, spec, problem) => {
    const { rules, problems } = rulesOf(spec);
    expect(rules).toEqual(DEFAULTS);
    expect(problems[0]).toMatch(problem);
  });

  it('keep the other aliases', () => {
    const aliases = [
      { name: 'a b', pattern: '' },
      { name: 'a', pattern: '' },
    ];
    const { rules, problems } = rulesOf({ envHeader: { aliases } });
    expect(rules.aliases.map(({ name }) => name)).toEqual(['a']);
    expect(problems).toHaveLength(1);
  });
});
