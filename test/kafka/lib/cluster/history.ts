import type { Api } from '../../../e2e/control-plane/api.ts';
import { follow, type Versioned } from '../../../e2e/control-plane/watch.ts';
import type { SubscriberSpec } from '../api-server.ts';
import type { Lifetime } from '../env.ts';
import { NAMESPACE } from './manifests.ts';

interface Subscriber extends Versioned {
  spec: SubscriberSpec;
}
interface Deployment extends Versioned {
  metadata: Versioned['metadata'] & { annotations?: Record<string, string> };
  spec: {
    template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } };
  };
}

/** Something that a watch reported of an incarnation. */
interface Seen {
  incarnation: string;
  what: string;
  at: number;
  /** The API server's version of the object, which grows with every write of the cluster. */
  version: bigint;
}

/** What the API server says of Subscribers, and of Deployments with an incarnation. */
export interface History {
  /** In the order of incarnations. */
  lifetimes: readonly Lifetime[];
  /** What happened to each incarnation, in the order of writes. */
  steps(): Map<string, string[]>;
  /** Milliseconds between two steps of an incarnation. */
  between(incarnation: string, from: string, to: string): number;
  stop(): void;
}

export const STEPS = {
  joining: 'Subscriber is Joining',
  created: 'Deployment is created',
  live: 'Subscriber is Live',
  leaving: 'Subscriber is Leaving',
  deleted: 'Deployment is deleted',
  gone: 'Subscriber is deleted',
};

export async function followHistory(api: Api, say: (line: string) => void): Promise<History> {
  const seen: Seen[] = [];
  const lifetimes = new Map<string, Lifetime>();
  const note = (incarnation: string, what: string, { metadata }: Versioned) => {
    if (seen.some((one) => one.incarnation === incarnation && one.what === what)) return false;
    const version = BigInt(metadata.resourceVersion ?? '0');
    seen.push({ incarnation, what, at: Date.now(), version });
    say(`${incarnation}: ${what}`);
    return true;
  };
  const unfollow = await Promise.all([
    follow<Subscriber>(api, '/apis/riskified.com/v1alpha1/subscribers', ({ type, object }) => {
      const { ref, incarnation, phase } = object.spec;
      const what = type === 'DELETED' ? STEPS.gone : `Subscriber is ${phase}`;
      if (!note(incarnation, what, object)) return;
      const lifetime = lifetimes.get(incarnation) ?? {
        ...{ ref, created: Date.now(), live: 0, leaving: 0, gone: 0 },
      };
      if (what === STEPS.live) lifetime.live = Date.now();
      if (what === STEPS.leaving) lifetime.leaving = Date.now();
      if (what === STEPS.gone) lifetime.gone = Date.now();
      lifetimes.set(incarnation, lifetime);
    }),
    follow<Deployment>(
      api,
      `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
      ({ type, object }) => {
        const [container] = object.spec.template.spec.containers;
        const own = container?.env?.find(({ name }) => name === 'DYNAMICENV_INCARNATION')?.value;
        if (own !== undefined)
          note(own, type === 'DELETED' ? STEPS.deleted : STEPS.created, object);
      },
    ),
  ]);
  return {
    get lifetimes() {
      return [...lifetimes.values()];
    },
    steps: () => {
      const ordered = [...seen].sort((one, other) => Number(one.version - other.version));
      return new Map(
        [...Map.groupBy(ordered, ({ incarnation }) => incarnation)].map(([incarnation, steps]) => [
          incarnation,
          steps.map(({ what }) => what),
        ]),
      );
    },
    between: (incarnation, from, to) => {
      const at = (what: string) =>
        seen.find((one) => one.incarnation === incarnation && one.what === what)?.at ?? Number.NaN;
      return at(to) - at(from);
    },
    stop: () => {
      for (const end of unfollow) end();
    },
  };
}
