import type { DynamicEnv } from '../../../api/dynamicenv.ts';
import { ENVS_ANNOTATION } from '../../../api/marks.ts';
import type { Subscriber } from '../../../api/subscriber.ts';
import { byText } from '../../../k8s/canonical.ts';

/**
 * Why an env may not handle a ref's messages of a workload: another one came first, and each message is to be handled once. Undefined: none did.
 * The Subscribers' age decides, then their names; an env without one is the youngest. `name`: of the env's own Subscriber.
 */
export function conflictOf(
  { workload, ref, name }: { workload: string; ref: string; name: string },
  own: Subscriber | undefined,
  all: readonly Subscriber[],
): string | undefined {
  const first = all
    .filter(({ metadata, spec }) => {
      return metadata.name !== name && spec.workload === workload && spec.ref === ref;
    })
    .sort(byAge)
    .find((other) => own === undefined || byAge(other, own) < 0);
  if (first === undefined) return undefined;
  const env = first.metadata.annotations?.[ENVS_ANNOTATION] ?? '(unknown)';
  return `DynamicEnv ${env} handles the messages of ref ${ref} for Deployment ${workload} already (Subscriber ${first.metadata.name}); give one of the two another ref, or take events out of one`;
}

/** An earlier env of the same name may have left a Subscriber behind (`--cascade=orphan`). Its incarnation cannot be changed. */
export function nameTaken(
  name: string,
  { metadata: { uid } }: Pick<DynamicEnv, 'metadata'>,
  all: readonly Subscriber[],
): string | undefined {
  const namesake = all.find(({ metadata }) => metadata.name === name);
  const owners = namesake?.metadata.ownerReferences ?? [];
  // A new one may come among the related objects a moment before it comes among the children.
  if (namesake === undefined || owners.some((owner) => owner.uid === uid)) return undefined;
  return `Subscriber ${name} exists and does not belong to this env; delete it, or give the env another name`;
}

function byAge(a: Subscriber, b: Subscriber): number {
  return byText(age(a), age(b)) || byText(a.metadata.name, b.metadata.name);
}

/** RFC 3339 in UTC with whole seconds, as the API server writes it: texts sort as times do. */
function age({ metadata }: Subscriber): string {
  return metadata.creationTimestamp ?? '';
}
