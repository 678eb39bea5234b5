import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import { commentText } from '../common/shell.ts';
import { backSections } from './back.ts';
import { cleanupSection, isAllReady, isDone, webhookSection } from './cleanup.ts';
import type { Doubtful, FoundNamespace } from './findings.ts';
import { comment, type Kubectl, kubectlFor } from './kubectl.ts';
import type { Release } from './options.ts';
import { prepareSections, switchSection } from './prepare.ts';
import type { AdoptObjects } from './read.ts';

interface Input {
  found: readonly FoundNamespace[];
  objects: Pick<AdoptObjects, 'injected' | 'isWhole'>;
  release: Release;
  access: ClusterOptions;
  isBack: boolean;
}

/** The script, with what was found as comments. */
export function scriptOf({ found, objects, release, access, isBack }: Input): string {
  const kubectl = kubectlFor(access);
  const sections = isBack
    ? backSections(found, kubectl)
    : forward(found, objects, release, kubectl);
  const looks = isBack ? [] : found.flatMap((one) => lookSections(one, kubectl));
  const summary = comment(
    `VirtualEnvironments: ${count(found, ({ environments }) => environments.length)} in namespaces: ${found.length}; taken over: ${count(found, (one) => Number(isDone(one)))}; to look at: ${looks.length}`,
  );
  const hasCommands = sections.some((section) => /^kubectl /m.test(section));
  const parts = [...(found.length === 0 ? [] : sections), ...looks];
  return `${[hasCommands && found.length > 0 ? `${summary}\nset -e` : summary, ...parts].join('\n\n')}\n`;
}

/** Is there something that a person must look at? */
export function needsLook({ doubtful, environments }: FoundNamespace): boolean {
  return doubtful.length > 0 || environments.length > 1;
}

function forward(
  found: readonly FoundNamespace[],
  { injected, isWhole }: Pick<AdoptObjects, 'injected' | 'isWhole'>,
  release: Release,
  kubectl: Kubectl,
): string[] {
  const waiting = found.filter((one) => !isDone(one));
  const done = found.filter(isDone);
  const isLast = waiting.length === 0 && done.every(isAllReady);
  return [
    ...waiting.flatMap((one) => prepareSections(one, kubectl)),
    ...(waiting.length === 0 ? [] : [switchSection(release, kubectl)]),
    ...done.map((one) => cleanupSection(one, kubectl)),
    ...(isLast && isWhole ? [webhookSection(injected, kubectl)] : [KEPT_WEBHOOK]),
  ];
}

const KEPT_WEBHOOK = comment(
  "The operator's webhook stays until the VirtualEnvironments of all namespaces are taken over and Ready (called without -n, this program",
  'then prints how to delete it).',
);

function lookSections(
  { name, doubtful, environments }: FoundNamespace,
  kubectl: Kubectl,
): string[] {
  const several = environments.map(({ environment }) => commentText(environment.metadata.name));
  return [
    ...(environments.length > 1
      ? [
          comment(
            `! Namespace ${commentText(name)} has ${environments.length} VirtualEnvironments (${several.join(', ')}): the oldest counts, and what another one owns`,
            '! leaves before the oldest one can have it. Keep the one that owns the objects.',
          ),
        ]
      : []),
    ...doubtful.map((one) => lookSection(one, kubectl)),
  ];
}

function lookSection({ object, why, to }: Doubtful, kubectl: Kubectl): string {
  const { name, namespace = '' } = object.metadata;
  const resource = `${object.kind.toLowerCase()}s.networking.istio.io`;
  const lines = [`! ${object.kind} ${commentText(`${namespace}/${name}`)} ${why}.`];
  if (to === undefined) return comment(...lines);
  const handOver = kubectl(
    ...['label', resource, name, `--namespace=${namespace}`],
    `${CONTROLLER_UID_LABEL}=${to.metadata.uid}`,
  );
  return comment(
    ...lines,
    '! Rename or delete it if it is yours. To hand it over, so that its content is replaced:',
    ...handOver.split('\n').map((line) => `! ${line}`),
  );
}

function count<T>(list: readonly T[], numberOf: (one: T) => number): number {
  return list.reduce((sum, one) => sum + numberOf(one), 0);
}
