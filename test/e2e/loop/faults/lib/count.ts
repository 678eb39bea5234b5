import type { ControlPlane } from '../../../control-plane/control-plane.ts';
import { METACONTROLLER_USER } from '../../../lib/metacontroller.ts';

const WRITES = ['create', 'update', 'patch', 'delete'];

export interface Counted {
  resource?: string;
  namespace?: string;
  since: Date;
}

/** How often Metacontroller asked for a write of an object (not of a status) since then, by the audit log. */
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
      // Warnings are told as events.
      objectRef?.resource !== 'events' &&
      (resource === undefined || objectRef?.resource === resource) &&
      (namespace === undefined || objectRef?.namespace === namespace) &&
      new Date(requestReceivedTimestamp) >= since,
  ).length;
}
