import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamicEnvStatus } from '../../src/api/dynamicenv.ts';
import type { AdmissionReview, CompositeRequest, DecoratorRequest } from '../../src/hooks/types.ts';
import type { HTTPRoute, VirtualService } from '../../src/istio/types.ts';
import type { Operation } from '../../src/simulator/api-server/json-patch.ts';
import {
  decodeComposite,
  decodeCustomize,
  decodeDecorator,
} from '../../src/simulator/metacontroller/hook-response.ts';
import type { LocalObject } from '../../src/simulator/object.ts';
import { type RecordedCall, recordedCalls } from '../unit/simulator/recorded.ts';
import { testApp } from './lib/app.ts';
import { createTranslator, METACONTROLLER } from './lib/translator.ts';

const STRATEGIES = ['dynamic-apply', 'server-side-apply'];
/** Short waits, because the recordings last a few seconds only. */
const FLAGS = [
  `--metacontroller-user=${METACONTROLLER}`,
  '--settle-seconds=1',
  '--drain-seconds=1',
];
/** In the recordings, Metacontroller called again half a second later whenever the prototype was waiting. */
const STEP_MS = 500;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

/** The result of one call. */
interface Moment {
  file: string;
  now: Date;
  sent: unknown;
  /** The answered children, after sync or finalize. */
  children?: LocalObject[];
  status?: DynamicEnvStatus;
  finalized?: boolean;
  /** The stored VirtualService, after an admission review. */
  virtualService?: VirtualService;
  /** After the decorator's sync: true if the marks changed. */
  isMarked?: boolean;
}

async function replay(strategy: string): Promise<Moment[]> {
  const { app, setNow } = await testApp(FLAGS);
  const it = createTranslator(strategy);
  let time = 0;
  const moments: Moment[] = [];
  for (const call of recordedCalls(strategy)) {
    const latest = Math.max(...(JSON.stringify(call.request).match(TIME) ?? []).map(Date.parse));
    time = Math.max(time + (/composite_(sync|finalize)/.test(call.file) ? STEP_MS : 0), latest);
    const now = new Date(time);
    setNow(now);
    const sent = translated(call, it);
    const answers = [];
    // Both answers must be equal: the service remembers nothing between calls.
    for (const _ of ['once', 'again']) {
      const { statusCode, body } = await app.inject({
        method: 'POST',
        url: call.url,
        payload: sent as object,
      });
      expect([call.file, statusCode]).toEqual([call.file, 200]);
      answers.push(body);
    }
    const [body = '', again] = answers;
    expect(again).toBe(body);
    moments.push({ file: call.file, now, sent, ...effect(call, sent, body, it) });
  }
  return moments;
}

type Translator = ReturnType<typeof createTranslator>;

function translated({ url, request }: RecordedCall, it: Translator): unknown {
  if (url === '/admission/virtualservices') return it.admission(request as AdmissionReview);
  if (url === '/route-injection/sync') return it.decorator(request as DecoratorRequest);
  return url.endsWith('customize') ? request : it.composite(request as CompositeRequest);
}

/** Decodes the answer as strictly as Metacontroller does, and keeps it for the next calls. */
function effect(
  { url }: RecordedCall,
  sent: unknown,
  body: string,
  it: Translator,
): Partial<Moment> {
  if (url === '/admission/virtualservices') {
    const { response } = JSON.parse(body);
    expect(response).toMatchObject({ allowed: true });
    const patch = Buffer.from(response.patch ?? 'W10=', 'base64').toString();
    const virtualService = it.admitted(sent as AdmissionReview, JSON.parse(patch) as Operation[]);
    return { virtualService };
  }
  if (url === '/route-injection/sync') return { isMarked: it.decorated(decodeDecorator(body)) };
  if (url.endsWith('customize')) {
    expect(decodeCustomize(body)).not.toEqual([]);
    return {};
  }
  const answer = decodeComposite(body);
  it.decided(answer, (sent as CompositeRequest).parent.metadata.generation);
  const { children, finalized } = answer;
  return { children, finalized, status: answer.status as unknown as DynamicEnvStatus };
}

const NAME = expect.stringMatching(/^dynamic-environment-alice-backend-[0-9a-f]{10}$/);

function ours(more: Partial<HTTPRoute> = {}) {
  return {
    name: NAME,
    match: [{ headers: { user: { exact: 'alice' } } }],
    ...more,
    route: [
      {
        destination: { host: 'backend', subset: 'backend-alice' },
        headers: { response: { add: { 'x-dynamic-env': 'backend-alice' } } },
      },
    ],
  };
}

function stable(more: Partial<HTTPRoute> = {}) {
  return {
    name: 'stable',
    ...more,
    route: [{ destination: { host: 'backend', subset: 'shared' } }],
  };
}

function imageOf(clone: LocalObject | undefined): string {
  return JSON.stringify(clone?.spec ?? {}).match(/"image":"([^"]*)"/)?.[1] ?? '';
}

describe.each(STRATEGIES)('the recorded calls, unchanged, %s', (strategy) => {
  test("every request gets an answer, although the prototype's RouteInjections have another format", async () => {
    const { post } = await testApp(FLAGS);
    for (const { file, url, request } of recordedCalls(strategy)) {
      const { statusCode, json } = await post(url, request);
      expect([file, statusCode, json['error']]).toEqual([file, 200, undefined]);
    }
  });
});

describe.each(STRATEGIES)(
  'the recorded calls in order, with the answers of this service, %s',
  (strategy) => {
    let moments: Moment[];
    beforeAll(async () => {
      moments = await replay(strategy);
    });

    const syncs = () => moments.filter(({ children }) => children !== undefined);
    const child = (moment: Moment | undefined, kind: string) =>
      moment?.children?.find((object) => object.kind === kind);
    const isActive = (moment: Moment) => child(moment, 'RouteInjection')?.spec?.['active'];
    const lastBefore = (file: RegExp) => {
      const index = moments.findIndex((moment) => file.test(moment.file));
      return moments.slice(0, index).findLast(({ children }) => children !== undefined);
    };
    const writes = (user: string) =>
      moments.filter(
        ({ virtualService, sent }) =>
          virtualService && (sent as AdmissionReview).request.userInfo.username === user,
      );

    test('created: a clone, its subset and an inactive injection', () => {
      const [first] = syncs();
      expect(first?.children).toHaveLength(3);
      expect(child(first, 'Deployment')).toMatchObject({
        metadata: {
          name: 'backend-alice',
          namespace: 'shop',
          labels: { app: 'backend', version: 'alice', 'dynamic-env': 'true' },
        },
        spec: {
          selector: { matchLabels: { app: 'backend', version: 'alice' } },
          template: {
            metadata: { labels: { app: 'backend', version: 'alice', 'dynamic-env': 'true' } },
            spec: { containers: [{ name: 'backend', image: 'backend:2' }] },
          },
        },
      });
      expect(child(first, 'DestinationRule')?.spec).toEqual({
        host: 'backend',
        subsets: [
          {
            name: 'backend-alice',
            labels: { version: 'alice', 'riskified.com/clone': 'backend-alice' },
          },
        ],
      });
      expect(child(first, 'RouteInjection')?.spec).toMatchObject({
        env: 'alice',
        deployment: { namespace: 'shop', name: 'backend' },
        clone: 'backend-alice',
        host: 'backend.shop.svc.cluster.local',
        from: ['shared'],
        subset: 'backend-alice',
        matches: [{ headers: { user: { exact: 'alice' } } }],
        active: false,
      });
      expect(first?.status?.state).toBe('processing');
    });

    test('pending: the VirtualService gets a label, and its routes do not change', () => {
      const [pending] = writes(METACONTROLLER);
      expect(pending?.virtualService?.metadata.labels).toEqual({
        'env.riskified.com/alice': 'pending',
      });
      expect(pending?.virtualService?.spec.http).toEqual([stable()]);
    });

    test('active only when the pods are available and the settle time of the subset is over', () => {
      const flip = syncs().findIndex((moment) => isActive(moment) === true);
      const { now, sent } = syncs()[flip] as Moment;
      const { children } = sent as CompositeRequest;
      const clone = Object.values(children['Deployment.apps/v1'] ?? {})[0] as LocalObject;
      expect(clone.status?.['availableReplicas']).toBe(1);
      const since = Date.parse(clone.metadata.creationTimestamp ?? '');
      expect(now.getTime()).toBeGreaterThanOrEqual(since + 2000);
      expect(syncs().slice(0, flip).map(isActive)).not.toContain(true);
      const rest = syncs()
        .slice(flip)
        .filter((moment) => /_sync/.test(moment.file));
      expect(new Set(rest.map(isActive))).toEqual(new Set([true]));
    });

    test("injected: our route is before the user's route", () => {
      const [, injected] = writes(METACONTROLLER);
      expect(injected?.virtualService?.spec.http).toEqual([ours(), stable()]);
      expect(injected?.virtualService?.metadata.labels).toEqual({
        'env.riskified.com/alice': 'injected',
      });
    });

    test('a new image changes the clone and nothing else', () => {
      const images = syncs()
        .map((moment) => imageOf(child(moment, 'Deployment')))
        .filter((image, index, all) => image !== '' && image !== all[index - 1]);
      expect(images).toEqual(['backend:2', 'backend:3']);
    });

    test('a VirtualService rewritten by kubectl apply gets its routes in that same write', () => {
      const [applied] = writes('admin');
      expect(applied?.virtualService?.spec.http).toEqual([
        ours({ timeout: '3s' }),
        stable({ timeout: '3s' }),
      ]);
    });

    test('a VirtualService rewritten by kubectl replace gets its marks and routes back in that same write', () => {
      const [, replaced] = writes('admin');
      expect(replaced?.virtualService?.spec.http).toEqual([ours(), stable()]);
      expect(replaced?.virtualService?.metadata.labels).toEqual({
        'env.riskified.com/alice': 'injected',
      });
      expect(lastBefore(/composite_finalize/)?.status?.state).toBe('ready');
    });

    test('the decorator asks for a write exactly where the recording has one, except for the last two', () => {
      const marked = moments.filter(({ isMarked }) => isMarked).length;
      // In the recording, the empty plan was removed in one write after the routes, and the env's label in another one.
      // Now marks and routes are removed in one write.
      expect(marked).toBe(writes(METACONTROLLER).length - 2);
    });

    test('deleted: first the routes, then the clone, its rule and the injection', () => {
      const finalizes = moments.filter(({ file }) => /finalize/.test(file));
      expect(finalizes.map(isActive)).not.toContain(true);
      const stages = finalizes.map(({ children = [], finalized }) =>
        [...children.map(({ kind }) => kind).sort(), ...(finalized ? ['finalized'] : [])].join(' '),
      );
      const all = 'Deployment DestinationRule RouteInjection';
      expect(stages.filter((stage, index) => stage !== stages[index - 1])).toEqual([
        all,
        '',
        'finalized',
      ]);
      const gone = finalizes.find(({ children }) => children?.length === 0);
      const unrouted = finalizes.find(
        ({ sent }) => !JSON.stringify(sent).includes('"name":"dynamic-environment-'),
      );
      const drained = (gone?.now.getTime() ?? 0) - (unrouted?.now.getTime() ?? 0);
      expect(drained).toBeGreaterThanOrEqual(1000);
    });

    test('at the end the VirtualService is as its owner wrote it', () => {
      const last = writes(METACONTROLLER).at(-1)?.virtualService;
      expect(last?.spec).toEqual({ hosts: ['backend'], http: [stable()] });
      expect([last?.metadata.labels, last?.metadata.annotations]).toEqual([{}, {}]);
      expect(moments.at(-1)).toMatchObject(
        strategy === 'dynamic-apply' ? { isMarked: false } : { finalized: true },
      );
    });
  },
);
