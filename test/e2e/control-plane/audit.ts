import { readFile } from 'node:fs/promises';

/** The fields of the API server's audit events (audit.k8s.io/v1, level Metadata) that the suites read. */
export interface AuditEvent {
  stage: string;
  verb: string;
  requestURI: string;
  user: { username: string };
  impersonatedUser?: { username: string };
  objectRef?: {
    apiGroup?: string;
    resource: string;
    namespace?: string;
    name?: string;
    subresource?: string;
  };
  responseStatus?: { code: number };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  annotations?: Record<string, string>;
}

/** Logs every request once: after the response, or for a watch after its end. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata' }],
};

/** All audit events so far, oldest first. It ignores an incomplete last line, which the API server is still writing. */
export async function readAuditLog(file: string): Promise<AuditEvent[]> {
  const content = await readFile(file, 'utf8');
  return content
    .slice(0, content.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
}
