import type { Service } from '../../src/hooks/service.ts';
import { strictAjv } from '../../src/http/strict-ajv.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';
import type { Call } from './calls.ts';
import { HOOKS } from './service.ts';

const ajv = strictAjv();
const checks = new Map(HOOKS.map(({ url, schema }) => [url, ajv.compile(schema)]));

/** Does everything that the HTTP server does with the text of a body: parse, check, decide, stringify. */
export function answer(call: Call, service: Service<DecisionConfig>): string {
  return JSON.stringify(decide(call, JSON.parse(call.text), service));
}

/** The hook's answer to a body that was already parsed. Throws if the body does not match the hook's schema. */
export function decide(
  { url, text }: Call,
  body: unknown,
  service: Service<DecisionConfig>,
): object {
  const hook = HOOKS.find((candidate) => candidate.url === url);
  if (hook === undefined || checks.get(url)?.(body) !== true)
    throw new Error(`${url} refuses the body`);
  // All texts of the bench are ASCII, so their length is the number of bytes.
  return hook.answer(body as never, service, text.length);
}
