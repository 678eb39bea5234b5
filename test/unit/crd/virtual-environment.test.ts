import { describe, expect, test } from '@jest/globals';
import { loadValidator } from '../../../src/crds.ts';
import { many } from './samples.ts';

const validator = await loadValidator('virtualenvironments.env.alibaba.com');
const NOTHING = { errors: [], unknown: [] };

const environment = (spec?: unknown) => ({
  apiVersion: 'env.alibaba.com/v1alpha2',
  kind: 'VirtualEnvironment',
  metadata: { name: 'demo' },
  ...(spec === undefined ? {} : { spec }),
});
const withHeader = (name: unknown) => environment({ envHeader: { name } });
const withLabel = (label: object) => environment({ envLabel: label });
const withAliases = (...aliases: unknown[]) => environment({ envHeader: { aliases } });

const DEFAULTS = {
  envHeader: { name: 'X-Virtual-Env', autoInject: false },
  envLabel: { name: 'virtual-env', splitter: '.' },
};
/** The example of the operator's documentation. */
const DOCUMENTED = {
  envHeader: {
    name: 'X-Virtual-Env',
    autoInject: true,
    aliases: [{ name: 'ALTERNATIVE-NAME', pattern: '.*;VirtualEnv=(@);.*', placeholder: '(@)' }],
  },
  envLabel: { name: 'virtual-env', splitter: '.', defaultSubset: 'dev' },
};

describe('a VirtualEnvironment may have', () => {
  test.each<[string, unknown]>([
    ['nothing', environment()],
    ['an empty spec', environment({})],
    ['null for what has a default', environment({ envHeader: null, envLabel: { name: null } })],
    ['all fields', environment(DOCUMENTED)],
    ['a label key with a prefix', withLabel({ name: 'example.com/virtual-env' })],
    ['a splitter that no label can contain', withLabel({ splitter: '/' })],
    ['a space as splitter', withLabel({ splitter: ' ' })],
    ['16 aliases', withAliases(...many(16, (n) => ({ name: `x-${n}`, pattern: '' })))],
    ['a version with capital letters as default', withLabel({ defaultSubset: 'Dev_1' })],
    [
      'two patterns for one header, and a pattern for the main header',
      withAliases(
        { name: 'cookie', pattern: 'env=(@)' },
        { name: 'Cookie', pattern: '.*; env=(@)' },
        { name: 'x-virtual-env', pattern: 'env-(@)' },
      ),
    ],
    [
      'a placeholder of any characters, several times',
      withAliases({ name: 'a', pattern: '【版本】|env-【版本】', placeholder: '【版本】' }),
    ],
    [
      'an alias without pattern, whatever the placeholder is',
      withAliases({ name: 'a', pattern: '', placeholder: '' }),
    ],
  ])('%s', (_what, object) => {
    expect(validator.validate(object)).toEqual(NOTHING);
  });
});

test('both versions are accepted, and no other', () => {
  const inVersion = (version: string) =>
    validator.validate({ ...environment({}), apiVersion: `env.alibaba.com/${version}` });
  expect(inVersion('v1alpha1')).toEqual(NOTHING);
  expect(inVersion('v1').errors).toEqual([
    {
      reason: 'Invalid',
      path: 'apiVersion',
      message: 'must be env.alibaba.com/v1alpha2 or env.alibaba.com/v1alpha1',
    },
  ]);
});

test('the defaults are those of the operator, and the documented one for the placeholder', () => {
  expect(validator.withDefaults(environment())).toEqual(environment(DEFAULTS));
  expect(validator.withDefaults(withAliases({ name: 'a', pattern: 'x(@)' }))).toEqual(
    environment({
      ...DEFAULTS,
      envHeader: {
        ...DEFAULTS.envHeader,
        aliases: [{ name: 'a', pattern: 'x(@)', placeholder: '(@)' }],
      },
    }),
  );
});

const HEADER = 'spec.envHeader.name';
const LABEL = 'spec.envLabel';
const ALIAS = 'spec.envHeader.aliases[0]';
const BAD_HEADER =
  "a header name consists of letters, digits and -!#$%&'*+.^_`|~ (at most 256 characters, no spaces): correct the name";
const EVERYBODYS =
  "host, authority, method, scheme and uri are part of everybody's requests, and proxies treat them in their own way: choose a header that only your requests carry";
const PSEUDO =
  "a pseudo-header (such as :authority) is part of everybody's requests: choose a header that only your requests carry";
const BAD_SPLITTER =
  'must be exactly one printable ASCII character: write the character between the levels of your versions, such as .';
const BAD_KEY =
  "a label key is a name of at most 63 letters, digits, '-', '_' or '.' that starts and ends with a letter or digit, optionally after a DNS name and '/': correct the key";
const BAD_VALUE =
  "must be a label value that is not empty: letters, digits, '-', '_' or '.', with a letter or digit at both ends";
const NO_PLACEHOLDER =
  'pattern does not contain the placeholder, so it would be the same for all versions: write the placeholder, by default (@), where the version stands, or leave pattern empty if the whole value is the version';
const BAD_PATTERN =
  'pattern with a version in place of the placeholder must be a valid RE2 expression (no lookaround, no backreferences) that does not match the empty string: it would take requests without a version; correct the pattern';
const NOT_ASCII =
  'pattern must consist of printable ASCII characters, without Unicode classes (\\p), octal escapes and escapes above \\xff: proxies compare bytes; name the characters themselves, as in [0-9A-Za-z], and write . for each byte of any other character';

describe('the field and what to do are told for', () => {
  test.each<[string, unknown, string, string]>([
    [
      'an empty header name',
      withHeader(''),
      HEADER,
      'must not be empty: write the name of the header that your requests carry',
    ],
    ['a header name with a space', withHeader('x env'), HEADER, BAD_HEADER],
    ['a header name with a newline at the end', withHeader('x-env\n'), HEADER, BAD_HEADER],
    ['Host', withHeader('Host'), HEADER, EVERYBODYS],
    ['a name that Istio reads as the method', withHeader('METHOD'), HEADER, EVERYBODYS],
    [':authority', withHeader(':authority'), HEADER, PSEUDO],
    [
      'a long header name',
      withHeader('x'.repeat(257)),
      HEADER,
      'must have at most 256 characters: shorten it',
    ],
    [
      'two characters as splitter',
      withLabel({ splitter: '::' }),
      `${LABEL}.splitter`,
      BAD_SPLITTER,
    ],
    ['no character as splitter', withLabel({ splitter: '' }), `${LABEL}.splitter`, BAD_SPLITTER],
    ['a splitter of two bytes', withLabel({ splitter: 'é' }), `${LABEL}.splitter`, BAD_SPLITTER],
    ['a tab as splitter', withLabel({ splitter: '\t' }), `${LABEL}.splitter`, BAD_SPLITTER],
    ['a label key with a space', withLabel({ name: 'virtual env' }), `${LABEL}.name`, BAD_KEY],
    ['an empty label key', withLabel({ name: '' }), `${LABEL}.name`, BAD_KEY],
    [
      'a label key with a prefix that is too long',
      withLabel({ name: `${'a'.repeat(254)}/b` }),
      `${LABEL}.name`,
      BAD_KEY,
    ],
    [
      'a default that is no label value',
      withLabel({ defaultSubset: 'dev.' }),
      `${LABEL}.defaultSubset`,
      BAD_VALUE,
    ],
    ['an empty default', withLabel({ defaultSubset: '' }), `${LABEL}.defaultSubset`, BAD_VALUE],
    [
      'an alias without placeholder',
      withAliases({ name: 'a', pattern: 'x' }),
      ALIAS,
      NO_PLACEHOLDER,
    ],
    [
      'an alias with an empty placeholder',
      withAliases({ name: 'a', pattern: '(@)', placeholder: '' }),
      ALIAS,
      NO_PLACEHOLDER,
    ],
    [
      'a pattern that is no regex',
      withAliases({ name: 'a', pattern: '(@)(' }),
      ALIAS,
      `${BAD_PATTERN} (error parsing regexp: missing closing ): \`a(\`)`,
    ],
    [
      'a pattern that matches the empty string',
      withAliases({ name: 'a', pattern: '(@)|.*' }),
      ALIAS,
      BAD_PATTERN,
    ],
    ['a pattern that is not ASCII', withAliases({ name: 'a', pattern: 'é(@)' }), ALIAS, NOT_ASCII],
    [
      'a bad name of an alias',
      withAliases({ name: 'host', pattern: '' }),
      `${ALIAS}.name`,
      EVERYBODYS,
    ],
    [
      'an alias twice',
      withAliases({ name: 'a', pattern: 'x(@)' }, { name: 'A', pattern: 'x(@)' }),
      'spec.envHeader',
      'aliases has two items with the same name (upper and lower case are the same) and the same pattern: take one of them out',
    ],
    [
      'the main header as an alias without pattern',
      withAliases({ name: 'x-virtual-env', pattern: '' }),
      'spec.envHeader',
      'an item of aliases has the name of the header itself (upper and lower case are the same) and no pattern, so it adds nothing: take it out, or write a pattern',
    ],
    [
      '17 aliases',
      withAliases(...many(17, (n) => ({ name: `x-${n}`, pattern: '' }))),
      'spec.envHeader.aliases',
      'must have at most 16 items: take some out',
    ],
  ])('%s', (_what, object, path, message) => {
    const { errors } = validator.validate(object);
    expect(errors.map(({ path: at, message: words }) => [at, words])).toEqual([[path, message]]);
  });
});
