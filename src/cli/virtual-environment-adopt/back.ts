import { CONTROLLER_UID_LABEL, LAST_APPLIED_ANNOTATION } from '../../api/marks.ts';
import { VERSIONS_ANNOTATION } from '../../api/virtualenvironment.ts';
import { commentText } from '../common/shell.ts';
import { FINALIZER, type FoundEnvironment, type FoundNamespace, isRunning } from './findings.ts';
import { batches, comment, type Kubectl } from './kubectl.ts';

/** The way back: switch the kind off, give the objects back, and start the operator. */
export function backSections(found: readonly FoundNamespace[], kubectl: Kubectl): string[] {
  return [
    [
      comment(
        'Switch the kind off first: its controller would write routes, labels and finalizers again. Take it out of `kinds` in the values of',
        "the chart, too, or the next `helm upgrade` brings it back. Routes stay as they are until the operator's first write.",
      ),
      kubectl(
        'delete',
        'compositecontrollers.metacontroller.k8s.io/virtual-environment',
        '--ignore-not-found',
      ),
    ].join('\n'),
    ...found.flatMap((one) => [
      ...one.environments.map((environment) => givenBack(environment, kubectl)),
      startSection(one, kubectl),
    ]),
    comment(
      'The definition stays: the operator works with it, and deleting it deletes every VirtualEnvironment. For the header of autoInject apply',
      "the operator's manifest of its webhook again, and label the namespaces; the EnvoyFilters it creates itself.",
    ),
  ];
}

function givenBack({ environment, labelled }: FoundEnvironment, kubectl: Kubectl): string {
  const { name, namespace = '', finalizers = [] } = environment.metadata;
  const index = finalizers.indexOf(FINALIZER);
  const path = `/metadata/finalizers/${index}`;
  const operations = [
    { op: 'test', path, value: FINALIZER },
    { op: 'remove', path },
  ];
  const names = (kind: string) =>
    batches(labelled.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name));
  return [
    comment(
      `VirtualEnvironment ${commentText(`${namespace}/${name}`)}: without the kind nothing removes Metacontroller's finalizer, and the object could`,
      'not be deleted. The label and the notes on its objects go, too; the owner references stay, as the operator has them.',
    ),
    ...(index < 0
      ? []
      : [
          kubectl(
            ...['patch', `virtualenvironments.env.alibaba.com/${name}`, `--namespace=${namespace}`],
            ...['--type=json', `--patch=${JSON.stringify(operations)}`],
          ),
        ]),
    ...(['VirtualService', 'DestinationRule'] as const).flatMap((kind) =>
      names(kind).flatMap((some) => {
        const resource = `${kind.toLowerCase()}s.networking.istio.io`;
        const within = `--namespace=${namespace}`;
        return [
          kubectl('label', resource, ...some, within, `${CONTROLLER_UID_LABEL}-`),
          kubectl(
            ...['annotate', resource, ...some, within],
            ...[`${VERSIONS_ANNOTATION}-`, `${LAST_APPLIED_ANNOTATION}-`],
          ),
        ];
      }),
    ),
  ].join('\n');
}

function startSection({ name, operators }: FoundNamespace, kubectl: Kubectl): string {
  const stopped = operators.filter((deployment) => !isRunning(deployment));
  const title = `Namespace ${commentText(name)}`;
  if (operators.length === 0) {
    return comment(`${title}: the operator is not there: apply its manifests.`);
  }
  return [
    comment(`${title}: the operator, which writes its own routes at its first pass.`),
    ...stopped.map(({ metadata }) =>
      kubectl('scale', `deployments.apps/${metadata.name}`, `--namespace=${name}`, '--replicas=1'),
    ),
  ].join('\n');
}
