import { loadValidator } from '../../crds.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import { refSettings } from '../../refs/settings.ts';
import { meshSnapshot } from '../../trace/mesh-snapshot.ts';
import { trace as traced } from '../../trace/trace.ts';
import type { Trace } from '../../trace/types.ts';
import { drawGraph } from '../common/graph.ts';
import { manifestLoader } from '../common/manifests.ts';
import type { Output } from '../common/terminal.ts';
import { callerOf } from './caller.ts';
import { traceCluster, traceFiles } from './input.ts';
import { traceOfMessage } from './message.ts';
import { readMessageOptions } from './message-options.ts';
import { parseTrace, readTraceOptions, type TraceOptions } from './options.ts';
import { howToSend } from './ref.ts';
import { traceText } from './report.ts';

/**
 * Says where a request goes, or who handles a message, and why. Returns the exit code: 0: each hop reaches pods or is answered by a proxy;
 * 1: one does not. Of a message: see `traceOfMessage`.
 */
export async function trace(args: readonly string[], output: Output): Promise<number> {
  const { given, words } = parseTrace(args);
  if (given['message'] === true) {
    return traceOfMessage(readMessageOptions(given, words, process.env), output);
  }
  const options = readTraceOptions(args, process.env);
  const dynamicEnv = await loadValidator(DYNAMIC_ENV_CRD);
  const warnings: string[] = [];
  const load = manifestLoader(options, dynamicEnv, warnings);
  const input =
    options.cluster === undefined
      ? await traceFiles(load, options, dynamicEnv)
      : await traceCluster(load, options.cluster, options, dynamicEnv);
  const snapshot = meshSnapshot(input.objects, options.config.clusterDomain, options.config);
  const { caller, notes } = callerOf(options.caller, input.namespace, snapshot);
  const answer = traced(options.calls, caller, snapshot, [...warnings, ...input.notes, ...notes]);
  if (options.format === 'json') output.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (options.format === 'yaml') output.write(toYaml(answer));
  else output.write(traceText(answer, input.title, output.paint) + sendingText(options, answer));
  await drawGraph(options.graph, input.objects, options.config, answer);
  return answer.reached ? 0 : 1;
}

function sendingText({ ref, calls, caller, config }: TraceOptions, answer: Trace): string {
  if (ref === undefined) return '';
  return howToSend(ref, calls, answer, refSettings(config), caller.gateway !== undefined);
}
