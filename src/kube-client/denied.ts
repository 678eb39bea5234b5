/** A right that the API server says the user does not have. */
export interface Denied {
  verb: 'get' | 'list';
  /** `deployments.apps`, as RBAC and `kubectl auth can-i` have it. */
  resource: string;
  /** Undefined: in all namespaces. */
  namespace: string | undefined;
  /** False: the kind is cluster-scoped. */
  isNamespaced: boolean;
  /** The user's name in the cluster, if the API server says it. */
  user?: string;
}

/**
 * The user's name in the message of a 403, `… is forbidden: User "jane" cannot list …`
 * (kubernetes/apiserver `pkg/endpoints/handlers/responsewriters/errors.go`).
 */
export function deniedUser(message: string): string | undefined {
  return /\bUser "([^"]+)" cannot /.exec(message)?.[1];
}

/** `list deployments.apps in namespace shop` */
export function rightText({ verb, resource, namespace, isNamespaced }: Denied): string {
  if (!isNamespaced) return `${verb} ${resource}, by a ClusterRole`;
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  return `${verb} ${resource} ${where}`;
}

/** The command with which the user can ask whether they have the right. */
export function canI({ verb, resource, namespace, isNamespaced }: Denied): string {
  const question = `kubectl auth can-i ${verb} ${resource}`;
  if (!isNamespaced) return question;
  return `${question} ${namespace === undefined ? '--all-namespaces' : `--namespace ${namespace}`}`;
}
