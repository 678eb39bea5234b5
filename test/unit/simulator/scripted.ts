import { DYNAMIC_ENV_CONTROLLER } from '../../../src/kinds/dynamicenv/controller.ts';
import { VIRTUAL_SERVICE_CONTROLLER } from '../../../src/kinds/virtualservice/controller.ts';
import {
  type Cluster,
  createCluster,
  type LocalClusterOptions,
} from '../../../src/simulator/cluster.ts';
import type { HookAnswer } from '../../../src/simulator/hook-call.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import { WEBHOOKS } from '../../support/hooks.ts';
import { OWN_KINDS } from '../../support/own-kinds.ts';
import type { Recorded } from './prototype.ts';

/** The settings with which the chart installs it by default. */
export const INSTALLED = {
  controllers: [DYNAMIC_ENV_CONTROLLER, VIRTUAL_SERVICE_CONTROLLER],
  webhooks: WEBHOOKS,
  served: OWN_KINDS,
};

/** The parts of a hook request that tests read. */
export interface HookBody {
  controller: LocalObject;
  parent: LocalObject;
  object: LocalObject;
  children: Record<string, Record<string, LocalObject>>;
  attachments: Record<string, Record<string, LocalObject>>;
  related: Record<string, Record<string, LocalObject>>;
  finalizing: boolean;
}

export type Answer = (body: HookBody) => unknown;

export interface Scripted {
  cluster: Cluster;
  requests: Recorded[];
  /** Answers by hook name. A test may replace one; the next call gets the new one. */
  answers: Record<
    'customize' | 'sync' | 'finalize' | 'decorate' | 'related' | 'admit' | 'index' | 'indexRelated',
    Answer
  >;
  bodies(url: string): HookBody[];
}

const HOOKS: Readonly<Record<string, keyof Scripted['answers']>> = {
  '/dynamicenv/customize': 'customize',
  '/dynamicenv/sync': 'sync',
  '/dynamicenv/finalize': 'finalize',
  '/route-injection/customize': 'related',
  '/route-injection/sync': 'decorate',
  '/mesh-index/customize': 'indexRelated',
  '/mesh-index/sync': 'index',
  '/admission/virtualservices': 'admit',
};

/** An HTTP answer with this status code, instead of 200 with a body. */
export function answer(statusCode: number, body = '', headers = {}): HookAnswer {
  return { statusCode, body, headers };
}

function isAnswer(value: unknown): value is HookAnswer {
  return typeof value === 'object' && value !== null && 'statusCode' in value;
}

export function admitWith(body: HookBody, more: object = {}) {
  const { uid } = (body as unknown as { request: { uid: string } }).request;
  const response = { uid, allowed: true, ...more };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

export function jsonPatch(...operations: object[]) {
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
  return { patchType: 'JSONPatch', patch };
}

/** A cluster whose service requests no change, unless a test sets other answers. */
export function scripted(
  answers: Partial<Scripted['answers']> = {},
  options: Partial<LocalClusterOptions> = {},
): Scripted {
  const script: Scripted['answers'] = {
    customize: () => ({ relatedResources: [] }),
    sync: () => ({ status: {}, children: [] }),
    finalize: () => ({ status: {}, children: [], finalized: true }),
    related: () => ({ relatedResources: [] }),
    decorate: () => ({ attachments: [] }),
    admit: (body) => admitWith(body),
    indexRelated: () => ({ relatedResources: [] }),
    index: () => ({ attachments: [] }),
    ...answers,
  };
  const requests: Recorded[] = [];
  const inject: LocalClusterOptions['inject'] = async ({ url, body }) => {
    requests.push({ url, body: structuredClone(body) });
    const given = script[HOOKS[url] ?? 'sync'](body as HookBody);
    return isAnswer(given) ? given : { statusCode: 200, body: JSON.stringify(given) };
  };
  const cluster = createCluster({ inject, ...INSTALLED, strategy: 'dynamic-apply', ...options });
  const bodies = (url: string) =>
    requests.filter((request) => request.url === url).map(({ body }) => body as HookBody);
  return { cluster, requests, answers: script, bodies };
}

/** A small custom resource that no controller here handles. */
export function rule(name = 'rule', spec: Record<string, unknown> = { host: 'a' }): LocalObject {
  const metadata = { name, namespace: 'shop' };
  return { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata, spec };
}

export function deployment(name = 'clone', image = 'app:1', more: object = {}): LocalObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image, ...more }] },
      },
    },
  };
}
