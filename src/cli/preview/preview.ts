import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { loadValidator } from '../../crds.ts';
import type { VirtualService } from '../../istio/types.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { compare, countOf } from '../common/compare.ts';
import { delegateWarnings } from '../common/delegate-warnings.ts';
import { drawGraph } from '../common/graph.ts';
import { manifestLoader } from '../common/manifests.ts';
import { snapshot } from '../common/snapshot.ts';
import type { Output } from '../common/terminal.ts';
import { readPreviewOptions } from './options.ts';
import { type PreviewRun, previewFiles } from './preview-run.ts';
import { show, showLeftovers } from './report.ts';

/** Shows what DynamicEnvs would do. Returns the exit code: 0: all become ready; 1: one does not, or there is none. */
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
  const envs = cluster
    .list<DynamicEnv>('DynamicEnv')
    .filter(({ metadata }) => names.includes(metadata.name));
  const changes = compare(before, snapshot(cluster.all()));
  const events = cluster.events
    .filter(({ object }) => isAbout(object, names))
    .map(({ object, message }) => `${object}: ${message}`);
  if (!quiet) events.push('the in-memory cluster has not settled within ten minutes of its clock');
  const notes = [
    ...warnings,
    ...(envs.length === 0 ? [run.none] : []),
    ...run.notes(envs),
    ...delegateWarnings(
      envs,
      cluster.list<RouteInjection>('RouteInjection'),
      cluster.list<VirtualService>('VirtualService'),
      options.config,
    ),
  ];
  if (options.format === 'text' && run.title) output.write(`${run.title}\n\n`);
  show(options.format, { changes, envs, events, notes }, output);
  await drawGraph(options.graph, cluster.all(), options.config);
  const isReady = envs.length > 0 && envs.every(({ status }) => status?.state === 'ready');
  if (!options.withDelete) return isReady ? 0 : 1;
  const words = options.format === 'text' ? output : { ...output, write: output.note };
  const isClean = await deletesCleanly(run, words);
  return isReady && isClean ? 0 : 1;
}

/** Events of envs that are not in question are not shown. */
function isAbout(object: string, names: readonly string[]): boolean {
  return !object.startsWith('DynamicEnv ') || names.some((name) => object === `DynamicEnv ${name}`);
}

/** Deletes the envs again. True if every object is then as it was without them. */
async function deletesCleanly(
  { cluster, without, names }: PreviewRun,
  output: Output,
): Promise<boolean> {
  for (const name of names) await cluster.as('preview').delete('DynamicEnv', undefined, name);
  await cluster.settle();
  const left = compare(without, snapshot(cluster.all()));
  showLeftovers(left, output);
  return countOf(left) === 0;
}
