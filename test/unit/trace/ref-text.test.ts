import { expect, it } from '@jest/globals';
import { traceText } from '../../../src/cli/trace/report.ts';
import { call, envInjection, shop, traced } from './builders.ts';

it('the text says by which ref an env took the request', () => {
  const injections = [envInjection('alice', { matches: [], ref: 'mp-101' })];
  const one = call('backend', { headers: { 'x-source-route': 'mp-101' } });
  const answer = traced(shop({ injections, envs: ['alice'] }), [one]);
  const plain = (_colour: string, text: string) => text;
  const text = traceText(answer, undefined, plain);
  expect(text).toContain('alice, by its ref mp-101, instead of Deployment shop/backend');
});
