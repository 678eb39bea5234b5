import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { loadValidator } from '../../crds.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { isSubject } from '../common/apply-manifests.ts';
import { compare, countOf } from '../common/compare.ts';
import { delegateWarnings } from '../common/delegate-warnings.ts';
import { envConfiguration } from '../common/env-configuration.ts';
import { isAccepted, isEnvironment } from '../common/environments.ts';
import { drawGraph } from '../common/graph.ts';
import { manifestLoader } from '../common/manifests.ts';
import { fullName, isMerge, isMerged, kindName } from '../common/merges.ts';
import { snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { undeclaredNotes } from '../common/undeclared-variables.ts';
import { isReady, isVirtualEnvironment } from '../common/virtual-environments.ts';
import { readPreviewOptions } from './options.ts';
import { type PreviewRun, previewFiles, type Subjects } from './preview-run.ts';
import { show, showLeftovers } from './report.ts';

/**
 * Shows what DynamicEnvs, Environments, VirtualServiceMerges and VirtualEnvironments would do. Returns the exit code: 0: all become
 * ready, or are accepted or merged; 1: one does not, or there is none.
 */
export async function preview(args: readonly string[], output: Output): Promise<number> {
  const options = readPreviewOptions(args, process.env);
  const dynamicEnv = await loadValidator(DYNAMIC_ENV_CRD);
  const warnings: string[] = [];
  const load = manifestLoader(options, dynamicEnv, warnings);
  const run =
    options.cluster === undefined
      ? await previewFiles(await load(undefined), options, dynamicEnv)
      : await (await import('./cluster.ts')).previewCluster(
          load,
          options.cluster,
          options,
          dynamicEnv,
        );
  const { cluster, before, names } = run;
  const { quiet } = await cluster.settle();
  const objects = subjectsOf(run);
  const subjects = byKind(objects);
  const changes = compare(before, snapshot(cluster.all()));
  const events = cluster.events
    .filter(({ object }) => isAbout(object, names))
    .map(({ object, message }) => `${object}: ${message}`);
  if (!quiet) events.push('the in-memory cluster has not settled within ten minutes of its clock');
  const all = cluster.all();
  const notes = [
    ...warnings,
    ...(objects.length === 0 ? [run.none] : []),
    ...run.notes(subjects),
    ...delegateWarnings(
      subjects.envs,
      cluster.list<RouteInjection>('RouteInjection'),
      cluster.list<VirtualService>('VirtualService'),
      options.config,
    ),
    ...subjects.envs.flatMap((env) =>
      undeclaredNotes(env, [...all, ...run.sources], options.config).map(
        (text) => `${env.metadata.name}: ${text}`,
      ),
    ),
  ];
  if (options.format === 'text' && run.title) output.write(`${run.title}\n\n`);
  const configurations = subjects.envs.flatMap(
    (env) => envConfiguration(env, all, options.config) ?? [],
  );
  const result = { ...subjects, all, configurations, changes, events, notes };
  show(options.format, result, output);
  await drawGraph(options.graph, all, options.config);
  const isWell = objects.length > 0 && areReady(subjects);
  if (!options.withDelete) return isWell ? 0 : 1;
  const words = options.format === 'text' ? output : { ...output, write: output.note };
  const isClean = await deletesCleanly(run, words);
  return isWell && isClean ? 0 : 1;
}

function byKind(objects: readonly KubeObject[]): Subjects {
  return {
    envs: objects.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[],
    environments: objects.filter(isEnvironment),
    merges: objects.filter(isMerge),
    virtualEnvironments: objects.filter(isVirtualEnvironment),
  };
}

function areReady({ envs, environments, merges, virtualEnvironments }: Subjects): boolean {
  return (
    envs.every(({ status }) => status?.state === 'ready') &&
    environments.every(isAccepted) &&
    merges.every(isMerged) &&
    virtualEnvironments.every(isReady)
  );
}

/** The subjects as they are now. */
function subjectsOf({ cluster, names }: PreviewRun): KubeObject[] {
  return cluster.all().filter((object) => isSubject(object) && names.has(fullName(object)));
}

/** Events of subjects that are not in question are not shown. */
function isAbout(object: string, names: ReadonlySet<string>): boolean {
  if (!/^(DynamicEnv|Environment|VirtualServiceMerge|VirtualEnvironment) /.test(object))
    return true;
  // An event does not have the API group.
  return [...names].some((name) => name.replace(/\.\S+ /, ' ') === object);
}

/** Deletes the subjects again. True if every object is then as it was without them. */
async function deletesCleanly(run: PreviewRun, output: Output): Promise<boolean> {
  const { cluster, without } = run;
  for (const object of subjectsOf(run)) {
    const { namespace, name } = object.metadata;
    await cluster.as('preview').delete(kindName(object), namespace, name);
  }
  await cluster.settle();
  const left = compare(without, snapshot(cluster.all()));
  showLeftovers(left, output);
  return countOf(left) === 0;
}
