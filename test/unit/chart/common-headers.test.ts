import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { COMMON_HEADERS, isCommonHeader } from '../../../src/api/common-headers.ts';

const HELPERS = new URL('../../../charts/dynamicenv/templates/_policies.tpl', import.meta.url);

test('the admission policy and the hook have the same list of common headers', async () => {
  const [, inChart] =
    /define "dynamicenv.policies.commonHeaders" -}}\n(.*)\n/.exec(
      await readFile(HELPERS, 'utf8'),
    ) ?? [];
  expect(inChart).toBe(COMMON_HEADERS);
});

test.each([
  'accept',
  'accept-encoding',
  'forwarded',
  'x-forwarded-host',
  'tracestate',
  'sec-fetch-mode',
])('%s is a common header', (name) => expect(isCommonHeader(name)).toBe(true));

test.each([
  'cookie',
  'baggage',
  'user',
  'x-env',
  'acceptance',
  'my-user-agent',
  `x-b3-${'a'.repeat(60)}`,
])('%s is not a common header', (name) => expect(isCommonHeader(name)).toBe(false));
