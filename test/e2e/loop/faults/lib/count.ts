import type { ControlPlane } from '../../../control-plane/control-plane.ts';
import { METACONTROLLER_USER } from '../../../lib/metacontroller.ts';

const WRITES = ['create', 'update', 'patch', 'delete'];

export interface Counted {
  resource?: string;
  namespace?: string;
  since: Date;
}

/** Number of write requests of Metacontroller in the audit log since that time, without writes of a status. */
export async function metacontrollerWrites(
  { auditLog }: ControlPlane,
  { resource, namespace, since }: Counted,
): Promise<number> {
  const events = await auditLog();
  return events.filter(
    ({ verb, user, objectRef, requestReceivedTimestamp }) =>
      WRITES.includes(verb) &&
      user.username === METACONTROLLER_USER &&
      objectRef?.subresource === undefined &&
      // Metacontroller reports warnings as Kubernetes events. They are no writes of an env's objects.
      objectRef?.resource !== 'events' &&
      (resource === undefined || objectRef?.resource === resource) &&
      (namespace === undefined || objectRef?.namespace === namespace) &&
      new Date(requestReceivedTimestamp) >= since,
  ).length;
}
