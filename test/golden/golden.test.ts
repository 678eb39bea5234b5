import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { parse, stringify } from 'yaml';
import type { AdmissionReview, AdmissionReviewResponse } from '../../src/hooks/types.ts';
import { buildApp } from '../../src/http/app.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { applyJsonPatch, type Operation } from '../../src/simulator/api-server/json-patch.ts';
import { answersFile } from '../support/answers-file.ts';
import { decisionConfig } from '../support/decision-config.ts';
import { HOOKS } from '../support/hooks.ts';

/**
 * Every folder `test/golden/<group>/<case>` has one call over HTTP. `request.yaml` has the hook path, the body, the
 * time, and the flags with which the service runs. `response.yaml` has the expected answer. `UPDATE_GOLDEN=1` writes
 * the answers again: read the diff before you commit it.
 */
interface Request {
  /** Path of the hook. */
  post: string;
  /** The service's clock at the call (RFC 3339). */
  now?: string;
  /** Flags of the service: `[--drain-seconds=5]`. */
  flags?: string[];
  body: unknown;
}

interface Response {
  status: number;
  body: unknown;
  /** Only for admission: the decoded patch, and the object after the patch. */
  patch?: readonly Operation[];
  after?: unknown;
}

const ROOT = new URL('./', import.meta.url);
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

async function answer({ post, now, flags, body }: Request): Promise<Response> {
  const service = {
    config: decisionConfig(flags),
    now: () => new Date(now ?? '2026-01-01T12:00:00Z'),
    metrics: createMetrics(),
    log: pino({ level: 'silent' }),
  };
  const app = buildApp({ hooks: HOOKS, service });
  const reply = await app.inject({ method: 'POST', url: post, payload: body as object });
  await app.close();
  const answered = { status: reply.statusCode, body: reply.json() };
  return post.startsWith('/admission/') ? inClear(answered, body as AdmissionReview) : answered;
}

function inClear({ status, body }: Response, review: AdmissionReview): Response {
  const { response, ...rest } = body as AdmissionReviewResponse;
  if (response?.patch === undefined) return { status, body };
  const { patch: encoded, ...others } = response;
  const patch: Operation[] = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const after = applyJsonPatch(review.request.object, patch);
  return { status, body: { ...rest, response: others }, patch, after };
}

function folders(parent: URL): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

describe.each(folders(ROOT))('%s', (group) => {
  it.each(folders(new URL(`${group}/`, ROOT)))('%s', async (name) => {
    const folder = new URL(`${group}/${name}/`, ROOT);
    const file = new URL('response.yaml', folder);
    const request: Request = parse(readFileSync(new URL('request.yaml', folder), 'utf8'));
    const actual = await answer(request);
    const { post, body } = request;
    answersFile(`golden-${group}-${name}`)({
      url: post,
      request: body,
      status: actual.status,
      response: actual,
    });
    if (UPDATE)
      writeFileSync(file, stringify(actual, { lineWidth: 0, aliasDuplicateObjects: false }));
    expect(existsSync(file)).toBe(true);
    expect(actual).toEqual(parse(readFileSync(file, 'utf8')));
  });
});
