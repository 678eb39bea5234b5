import type { FastifyInstance } from 'fastify';
import type { Service } from '../../../src/hooks/service.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createLog } from '../../../src/http/log.ts';
import { createMetrics, type Metrics } from '../../../src/http/metrics.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import { HOOKS } from '../../support/hooks.ts';

export interface LogLine extends Record<string, unknown> {
  level: number;
  msg: string;
}

export interface TestApp {
  app: FastifyInstance;
  service: Service<DecisionConfig> & { metrics: Metrics };
  /** The lines logged until now, of level info and above. */
  lines: LogLine[];
  config: DecisionConfig;
  setNow(time: Date): void;
  /** `body`: an object, or JSON as text. */
  post(url: string, body: unknown): Promise<{ statusCode: number; json: Record<string, unknown> }>;
  /** The value of this line of /metrics; 0 if there is no such line. */
  metric(line: string): Promise<number>;
}

/** The service with the settings that `serve` makes of these flags. Its log is collected. */
export async function testApp(flags: string[] = []): Promise<TestApp> {
  const config = decisionConfig(flags);
  const lines: LogLine[] = [];
  const log = createLog('info', { write: (text) => lines.push(JSON.parse(text)) });
  let now = new Date('2026-01-01T00:00:00Z');
  const service = { config, now: () => now, metrics: createMetrics(), log };
  const app = buildApp({ hooks: HOOKS, service, logger: log });
  return {
    app,
    service,
    lines,
    config,
    setNow: (time) => {
      now = time;
    },
    post: async (url, body) => {
      const { statusCode, body: text } = await app.inject({
        method: 'POST',
        url,
        payload: body as object,
        headers: { 'content-type': 'application/json' },
      });
      return { statusCode, json: JSON.parse(text) as Record<string, unknown> };
    },
    metric: async (line) => {
      const { body } = await app.inject({ method: 'GET', url: '/metrics' });
      const found = body.split('\n').find((text) => text.startsWith(`${line} `));
      return Number(found?.split(' ').at(-1) ?? 0);
    },
  };
}
