import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { commentText } from '../common/shell.ts';
import { type FoundEnvironment, type FoundNamespace, isRunning } from './findings.ts';
import { batches, comment, type Kubectl } from './kubectl.ts';
import type { Release } from './options.ts';

const DEFINITION =
  'customresourcedefinitions.apiextensions.k8s.io/virtualenvironments.env.alibaba.com';
const RESOURCES = { VirtualService: 'virtualservices', DestinationRule: 'destinationrules' };

/** The first step in a namespace: stop the operator, and hand its objects over. */
export function prepareSections(found: FoundNamespace, kubectl: Kubectl): string[] {
  return [
    stopSection(found, kubectl),
    ...found.environments.flatMap((one) => labelSection(one, kubectl)),
  ];
}

function stopSection({ name, operators }: FoundNamespace, kubectl: Kubectl): string {
  const running = operators.filter(isRunning);
  if (running.length === 0) {
    const what =
      operators.length === 0
        ? 'no Deployment of the operator was found. Stop the operator, wherever it runs, before you go on'
        : 'the operator is stopped already';
    return comment(`Namespace ${commentText(name)}: ${what}.`);
  }
  return [
    comment(
      `Namespace ${commentText(name)}: stop the operator, because two controllers would overwrite each other's routes. It is not deleted, so`,
      'that it can come back. Routes stay as they are meanwhile: nothing follows changes of Deployments and Services until the last step.',
      'If a GitOps tool installs it, set its replicas to 0 there, or it starts again.',
    ),
    ...running.flatMap((deployment) => [
      kubectl(
        'scale',
        `deployments.apps/${deployment.metadata.name}`,
        `--namespace=${name}`,
        '--replicas=0',
      ),
      comment('Wait until its pods are gone: one that is still stopping can write.'),
      kubectl(
        ...['wait', 'pods', '--for=delete', `--selector=${selectorOf(deployment)}`],
        ...[`--namespace=${name}`, '--timeout=120s'],
      ),
    ]),
  ].join('\n');
}

/** A Deployment selects its pods by these labels. */
function selectorOf(deployment: KubeObject): string {
  const { spec } = deployment as {
    spec?: { selector?: { matchLabels?: Record<string, string> } };
  };
  return Object.entries(spec?.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function labelSection({ environment, unlabelled }: FoundEnvironment, kubectl: Kubectl): string[] {
  const { name, namespace = '', uid = '' } = environment.metadata;
  const title = `VirtualEnvironment ${commentText(`${namespace}/${name}`)}`;
  if (unlabelled.length === 0) return [comment(`${title}: no objects to hand over.`)];
  return [
    [
      comment(
        `${title}: hand over its objects. Metacontroller knows its children by this label. From objects that have the owner reference`,
        'without the label it takes the owner reference away, and then they belong to nobody and keep their Services from getting routes.',
        'Their routes do not change by this.',
      ),
      ...Object.entries(RESOURCES).flatMap(([kind, resource]) =>
        batches(
          unlabelled.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name),
        ).map((names) =>
          kubectl(
            ...['label', `${resource}.networking.istio.io`, ...names],
            ...[`--namespace=${namespace}`, `${CONTROLLER_UID_LABEL}=${uid}`],
          ),
        ),
      ),
    ].join('\n'),
  ];
}

/** What makes Helm take over the definition, and what comes between the two steps. */
export function switchSection({ name, namespace }: Release, kubectl: Kubectl): string {
  return [
    comment(
      'The definition of VirtualEnvironment: Helm refuses to install over one that is not of its release. These marks make it the',
      "release's. The new definition accepts every object that the operator's accepts, and all VirtualEnvironments stay. Never delete the",
      'definition: that deletes every VirtualEnvironment, and with it all routes. (Skip this if you set virtualEnvironment.installCrds to',
      'false. Then apply it by hand: kubectl apply --server-side --force-conflicts -f crds/virtualenvironments.env.alibaba.com.yaml)',
    ),
    kubectl('label', DEFINITION, 'app.kubernetes.io/managed-by=Helm', '--overwrite'),
    kubectl(
      ...['annotate', DEFINITION, `meta.helm.sh/release-name=${name}`],
      ...[`meta.helm.sh/release-namespace=${namespace}`, '--overwrite'],
    ),
    comment(
      '',
      'Now switch the kind on:',
      `1. add the rules for the kind virtual-environment to Metacontroller's role (metacontroller-values.yaml of the chart);`,
      `2. helm upgrade ${name} … --namespace ${namespace} --reuse-values --set 'kinds={virtual-environment}' --force-conflicts (Helm 4; it takes`,
      '   the fields of the definition that kubectl wrote; Helm 3 needs no such flag; name in kinds also those that are on already);',
      '3. when kubectl get virtualenvironments --all-namespaces shows READY True, call this program again: it prints what to delete.',
    ),
  ].join('\n');
}
