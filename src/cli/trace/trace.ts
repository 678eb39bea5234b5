import { loadValidators } from '../../crds.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { meshSnapshot } from '../../trace/mesh-snapshot.ts';
import { trace as traced } from '../../trace/trace.ts';
import { drawGraph } from '../shared/graph.ts';
import { manifestLoader } from '../shared/manifests.ts';
import type { Output } from '../shared/terminal.ts';
import { callerOf } from './caller.ts';
import { readTraceOptions } from './options.ts';
import { traceText } from './report.ts';
import { traceCluster, traceFiles } from './scene.ts';

/** Where a request goes, and why. 0: it reaches pods, or is answered on the way; 1: it does not. */
export async function trace(args: readonly string[], output: Output): Promise<number> {
  const options = readTraceOptions(args, process.env);
  const { dynamicEnv } = await loadValidators();
  const told: string[] = [];
  const load = manifestLoader(options, dynamicEnv, told);
  const scene =
    options.cluster === undefined
      ? await traceFiles(load, options, dynamicEnv)
      : await traceCluster(load, options.cluster, options, dynamicEnv);
  const snapshot = meshSnapshot(scene.objects, options.config.clusterDomain);
  const { caller, notes } = callerOf(options.caller, scene.namespace, snapshot);
  const answer = traced(options.calls, caller, snapshot, [...told, ...scene.notes, ...notes]);
  if (options.format === 'json') output.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (options.format === 'yaml') output.write(toYaml(answer));
  else output.write(traceText(answer, scene.title, output.paint));
  await drawGraph(options.graph, scene.objects, options.config, answer);
  return answer.reached ? 0 : 1;
}
