import { commentText } from '../common/shell.ts';
import { type FoundNamespace, isReady, isTakenOver, OPERATOR } from './findings.ts';
import { comment, type Kubectl } from './kubectl.ts';
import { INJECTION_LABEL } from './read.ts';

const WEBHOOK_NAMESPACE = 'kt-virtual-environment';

/** Is the kind on for all VirtualEnvironments of the namespace, so that the operator is not needed any more? */
export function isDone({ environments }: FoundNamespace): boolean {
  return environments.every(({ environment }) => isTakenOver(environment));
}

/** Are all routes there, too? */
export function isAllReady({ environments }: FoundNamespace): boolean {
  return environments.every(({ environment }) => isReady(environment));
}

/** The last step in a namespace: delete what is left of the operator. */
export function cleanupSection(found: FoundNamespace, kubectl: Kubectl): string {
  const { name, environments, operators } = found;
  const title = `Namespace ${commentText(name)}`;
  if (!isAllReady(found)) {
    const waiting = environments.filter(({ environment }) => !isReady(environment));
    const names = waiting.map(({ environment }) => commentText(environment.metadata.name));
    return comment(
      `${title}: VirtualEnvironment ${names.join(', ')} is taken over, but is not Ready. Its status says why; nothing is deleted before:`,
      `kubectl get virtualenvironments --namespace=${name} -o wide`,
    );
  }
  const rights = [
    'serviceaccounts',
    'roles.rbac.authorization.k8s.io',
    'rolebindings.rbac.authorization.k8s.io',
  ];
  return [
    comment(
      `${title}: delete the operator's EnvoyFilter, which adds the header to requests. Istio ignores it since 1.19 (it names a filter`,
      'that does not exist any more), and DynamicEnv adds the header itself where autoInject is set. Only one with the labels that the',
      'operator gives is deleted.',
    ),
    ...environments.map(({ environment }) =>
      kubectl(
        ...['delete', 'envoyfilters.networking.istio.io', `--namespace=${name}`],
        ...[
          `--field-selector=metadata.name=${environment.metadata.name}`,
          '--selector=envLabel,envHeader',
        ],
      ),
    ),
    ...operators.flatMap(({ metadata }) => [
      comment('The operator itself. After this the way back needs its manifests.'),
      kubectl('delete', `deployments.apps/${metadata.name}`, `--namespace=${name}`),
    ]),
    comment('Its account and rights.'),
    ...rights.map((resource) =>
      kubectl('delete', `${resource}/${OPERATOR}`, `--namespace=${name}`, '--ignore-not-found'),
    ),
  ].join('\n');
}

/** The operator's webhook, which writes a variable into pods for the EnvoyFilter. */
export function webhookSection(injected: readonly string[], kubectl: Kubectl): string {
  const server = 'webhook-server';
  return [
    comment(
      "The operator's webhook wrote a variable into sidecars, for the EnvoyFilters. Nothing reads it any more, and sidecars that are init",
      'containers (the default since Istio 1.28) never had it. Its configuration goes first: while it is there without its server, no pod',
      'can start in a namespace with the label.',
    ),
    kubectl(
      ...[
        'delete',
        'mutatingwebhookconfigurations.admissionregistration.k8s.io/virtual-environment-webhook',
      ],
      '--ignore-not-found',
    ),
    comment(
      `Its server. (The namespace ${WEBHOOK_NAMESPACE} stays: delete it if nothing else is in there.)`,
    ),
    ...[`deployments.apps/${server}`, `services/${server}`, 'secrets/webhook-server-tls'].map(
      (target) =>
        kubectl('delete', target, `--namespace=${WEBHOOK_NAMESPACE}`, '--ignore-not-found'),
    ),
    ...injected.flatMap((name) => [
      comment(`The label by which the webhook chose namespace ${commentText(name)}.`),
      kubectl('label', `namespaces/${name}`, `${INJECTION_LABEL}-`),
    ]),
  ].join('\n');
}
