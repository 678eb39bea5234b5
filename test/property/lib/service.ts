import type { FastifyInstance } from 'fastify';
import { DECISION_FLAGS } from '../../../src/config.ts';
import { readFlags } from '../../../src/flags.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { utf8Length } from '../../../src/k8s/canonical.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import { deepFreeze } from '../../../src/simulator/object.ts';
import { HOOKS } from '../../support/hooks.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

export interface TestService {
  app: FastifyInstance;
  config: DecisionConfig;
  /** The hook's decision without HTTP, with frozen input. Throws if the code changes its input. */
  answerFrozen(url: string, body: unknown): object;
}

export function createService(now: () => Date, settings: Partial<DecisionConfig>): TestService {
  const config = deepFreeze({ ...readFlags(DECISION_FLAGS, [], {}), ...settings });
  const service = { config, now, metrics: createMetrics(), log };
  return {
    app: buildApp({ hooks: HOOKS, service }),
    config,
    answerFrozen: (url, body) => {
      const hook = HOOKS.find((candidate) => candidate.url === url);
      if (hook === undefined) throw new Error(`no hook ${url}`);
      return hook.answer(deepFreeze(body) as never, service, utf8Length(JSON.stringify(body)));
    },
  };
}
