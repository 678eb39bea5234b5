import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../src/api/marks.ts';
import type {
  AdmissionReview,
  CompositeRequest,
  DecoratorRequest,
  ObjectMap,
} from '../../../src/hooks/types.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import { jsonEqual } from '../../../src/k8s/canonical.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { applyJsonPatch, type Operation } from '../../../src/simulator/api-server/json-patch.ts';
import type {
  CompositeAnswer,
  DecoratorAnswer,
} from '../../../src/simulator/metacontroller/hook-response.ts';
import { type LocalObject, qualifiedName } from '../../../src/simulator/object.ts';
import {
  isMarkAnnotation,
  isMarkLabel,
  type Marks,
  marksOf,
} from '../../../src/virtualservice/routes/marks.ts';
import { withoutEnvRoutes } from '../../../src/virtualservice/routes/strip.ts';

/** Metacontroller's user name in the recordings. */
export const METACONTROLLER = 'mc';

const KINDS = {
  Deployment: 'Deployment.apps/v1',
  DestinationRule: 'DestinationRule.networking.istio.io/v1',
  RouteInjection: 'RouteInjection.riskified.com/v1alpha1',
};
const VIRTUAL_SERVICES = 'VirtualService.networking.istio.io/v1';

/**
 * Adapts recorded calls to the service under test. In the recordings an early prototype answered, and later requests
 * contain what it answered. This code replaces that by the last answers of the service under test: children, status,
 * marks and routes. What the cluster adds stays as recorded: uids, versions, times, owners and a Deployment's status.
 */
export function createTranslator(strategy: string) {
  let children: LocalObject[] = [];
  let status: object | undefined;
  let marks: Marks = { labels: {}, annotations: {} };
  let current: VirtualService | undefined;
  const byVersion = new Map<string, VirtualService>();
  const systems = new Map<string, KubeObject>();

  /**
   * The recorded VirtualService with the marks and routes of the service under test. An unknown resourceVersion stands
   * for the current state.
   */
  const virtualService = (recorded: VirtualService): VirtualService => {
    const version = recorded.metadata.resourceVersion ?? '';
    const state = byVersion.get(version) ?? current ?? withoutOurs(recorded);
    byVersion.set(version, state);
    current ??= state;
    return withMarks({ ...withoutOurs(recorded), spec: state.spec }, marksOf(state));
  };

  const child = (object: LocalObject): LocalObject => {
    const { metadata, status: seen } = systems.get(object.kind) as LocalObject;
    const { uid, resourceVersion, generation, creationTimestamp, ownerReferences } = metadata;
    const revision = Object.entries(metadata.annotations ?? {}).filter(([key]) =>
      key.startsWith('deployment.kubernetes.io/'),
    );
    const applied =
      strategy === 'dynamic-apply' ? { [LAST_APPLIED_ANNOTATION]: JSON.stringify(object) } : {};
    const uidLabel = metadata.labels?.['controller-uid'] ?? '';
    return {
      ...object,
      metadata: {
        ...object.metadata,
        ...({ uid, resourceVersion, generation, creationTimestamp, ownerReferences } as object),
        labels: { ...object.metadata.labels, 'controller-uid': uidLabel },
        annotations: {
          ...object.metadata.annotations,
          ...applied,
          ...Object.fromEntries(revision),
        },
      },
      ...(seen === undefined ? {} : { status: seen }),
    };
  };

  const remember = (recorded: ObjectMap): void => {
    for (const object of Object.values(recorded).flatMap((map) => Object.values(map))) {
      systems.set(object.kind, object);
    }
  };

  const childrenOf = (kind: string): Record<string, KubeObject> =>
    Object.fromEntries(
      children
        .filter((object) => object.kind === kind)
        .map((own) => [qualifiedName(own), child(own)]),
    );

  return {
    composite: (request: CompositeRequest): CompositeRequest => {
      const env = request.parent as DynamicEnv;
      remember(request.children);
      const { [KINDS.DestinationRule]: rules = {}, [VIRTUAL_SERVICES]: services = {} } =
        request.related;
      return {
        ...request,
        parent: { ...env, ...(status && env.status ? { status } : {}) } as DynamicEnv,
        children: Object.fromEntries(
          Object.entries(KINDS).map(([kind, key]) => [key, childrenOf(kind)]),
        ),
        related: {
          // The prototype did not ask for StatefulSets.
          'StatefulSet.apps/v1': {},
          ...request.related,
          // The prototype also asked for the clones of rules that it had made. The service does not.
          [KINDS.DestinationRule]: Object.fromEntries(
            Object.entries(rules).filter(([, { metadata }]) => !metadata.ownerReferences),
          ),
          [VIRTUAL_SERVICES]: Object.fromEntries(
            Object.entries(services).map(([name, object]) => [
              name,
              virtualService(object as VirtualService),
            ]),
          ),
        },
      };
    },
    decided: (answer: CompositeAnswer, generation: number | undefined): void => {
      children = answer.children;
      status = { ...answer.status, observedGeneration: generation };
    },
    decorator: (request: DecoratorRequest): DecoratorRequest => {
      remember(request.related);
      const object = virtualService(request.object as VirtualService);
      return {
        ...request,
        object,
        related: { [KINDS.RouteInjection]: childrenOf('RouteInjection') },
      };
    },
    decorated: (answer: DecoratorAnswer): boolean => {
      const before = marks;
      marks = {
        labels: changed(marks.labels, answer.labels),
        annotations: changed(marks.annotations, answer.annotations),
      };
      return !jsonEqual(marks, before);
    },
    admission: (review: AdmissionReview): AdmissionReview => {
      const recorded = review.request.object as VirtualService;
      const old = current ?? withoutOurs(recorded);
      const isOwner = review.request.userInfo.username === METACONTROLLER;
      // `kubectl apply` keeps the marks and removes the routes; `kubectl replace` removes both.
      const isReplaced = Object.keys(marksOf(recorded).annotations).length === 0;
      const kept = isReplaced ? { labels: {}, annotations: {} } : marksOf(old);
      const object = isOwner
        ? withMarks({ ...withoutOurs(recorded), spec: old.spec }, marks)
        : withMarks(withoutOurs(recorded), kept);
      return { ...review, request: { ...review.request, object, oldObject: old } };
    },
    /** The VirtualService as it was stored, after the patch. */
    admitted: (sent: AdmissionReview, patch: Operation[]): VirtualService => {
      current = applyJsonPatch(
        sent.request.object as LocalObject,
        patch,
      ) as unknown as VirtualService;
      marks = marksOf(current);
      return current;
    },
  };
}

function changed(
  marks: Record<string, string>,
  changes: Record<string, string | null>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...marks, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    ),
  );
}

function withoutOurs(object: VirtualService): VirtualService {
  const { labels = {}, annotations = {} } = object.metadata;
  const keep = (map: Record<string, string>, isMark: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !isMark(key)));
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: keep(labels, isMarkLabel),
      annotations: keep(annotations, isMarkAnnotation),
    },
    spec: { ...object.spec, http: withoutEnvRoutes(object.spec.http ?? []) },
  };
}

function withMarks(object: VirtualService, marks: Marks): VirtualService {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...marks.labels },
      annotations: { ...metadata.annotations, ...marks.annotations },
    },
  };
}
