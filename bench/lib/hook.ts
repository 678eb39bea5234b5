import type { Service } from '../../src/hooks/service.ts';
import { HOOKS } from '../../src/http/hook-table.ts';
import { strictAjv } from '../../src/http/strict-ajv.ts';
import type { Call } from './calls.ts';

const ajv = strictAjv();
const checks = new Map(HOOKS.map(({ url, schema }) => [url, ajv.compile(schema)]));

/** Everything that the HTTP server does with the text of a body: parse, check, decide, stringify. */
export function answer(call: Call, service: Service): string {
  return JSON.stringify(decide(call, JSON.parse(call.text), service));
}

/** The answer to a parsed body. */
export function decide({ url, text }: Call, body: unknown, service: Service): object {
  const hook = HOOKS.find((candidate) => candidate.url === url);
  if (hook === undefined || checks.get(url)?.(body) !== true)
    throw new Error(`${url} refuses the body`);
  // All texts of the bench are ASCII, so their length is the number of bytes.
  return hook.answer(body as never, service, text.length);
}
