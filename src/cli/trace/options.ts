import { DECISION_FLAGS } from '../../config.ts';
import { UsageError } from '../../errors.ts';
import { describeFlags, optionsOf, parseWords } from '../../flags.ts';
import type { DecisionConfig } from '../../kinds/kinds.ts';
import type { ClusterOptions } from '../../kube-client/config.ts';
import type { Call } from '../../trace/trace.ts';
import { CLUSTER_HELP, CLUSTER_OPTIONS } from '../common/cluster-options.ts';
import { GRAPH_HELP, GRAPH_OPTION, type GraphFile, graphOption } from '../common/graph.ts';
import { formatOption, namespaceOption } from '../common/option-values.ts';
import { type CallerOptions, callerOptions } from './caller.ts';
import { readCalls } from './calls.ts';
import { commonOptions } from './common-options.ts';
import type { RefHeader } from './ref.ts';

const FORMATS = ['text', 'yaml', 'json'] as const;

export interface TraceOptions {
  files: string[];
  /** Set: the files' objects are applied over the objects of this cluster. */
  cluster: ClusterOptions | undefined;
  /** For manifests that name no namespace, and for a caller without flags; undefined: the context's, or `default`. */
  namespace: string | undefined;
  calls: Call[];
  /** Of `--ref`; `calls` have it. */
  ref: RefHeader | undefined;
  caller: CallerOptions;
  format: (typeof FORMATS)[number];
  /** Where to draw it. */
  graph: GraphFile | undefined;
  config: DecisionConfig;
}

export function traceHelp(program: string): string {
  return `Usage: ${program} trace -f FILE|FOLDER|- [-f …] [METHOD] URL [[METHOD] URL …] [-H 'name: value' …] [flags]
       ${program} trace --from-cluster [-f …] [METHOD] URL … [-H 'name: value' …] [flags]
       ${program} trace --message --to NAMESPACE/NAME (-f … | --from-cluster [-f …]) [-H 'name: value' …] [flags]

Says where a request goes by Istio's rules, and why: which VirtualService decides, which route takes the request, to which env
or VirtualServiceMerge the route belongs, which pods get the request, why each other env does not get it, and where it would go
without envs.
Nothing is sent.
Each further URL is called by the pods that answered the one before, with the same headers.
With --message it says who handles a message with these headers, of a topic that all versions of a Deployment consume (docs/messages.md).
With -f DynamicEnvs and merges among the files take effect as in preview. With --from-cluster the routes are those in the cluster now.
Exit code: 0 each request reaches ready pods, a redirect or a direct response; 1 one ends in 404 or 503, at an unknown host, or
at pods that are not known to be ready; 2 bad input, the cluster cannot be reached, or rights are missing. Of a message: 0 exactly one
version handles it; 1 several do, or one competes with the others.

  -f, --file FILE|FOLDER|-   manifests (YAML or JSON); a folder's files, - for standard input; may be repeated
  -H, --header 'NAME: VALUE' a request header; may be repeated; 'Host: …' replaces the URL's host
  --ref REF                  select a branch: mp-101, or payment-service:mp-101::cart-service:mp-102; prints how to send it
  --from NAMESPACE/NAME      the Deployment whose pods call
  --from-namespace NAME      the caller's namespace (default: that of -n)
  --from-labels KEY=VALUE,…  the caller's pod labels (default: none)
  --gateway NAMESPACE/NAME   the request enters through this Gateway
  --message                  a message instead of a request; -H gives its headers
  --to NAMESPACE/NAME        the Deployment that consumes the message (its base, not a clone)
  -n, --namespace NAME       for manifests that name no namespace, and for the caller (default: default; with --from-cluster the context's)
  -o, --output FORMAT        text (default), yaml or json
${GRAPH_HELP}
  --from-cluster             read the cluster's objects
${CLUSTER_HELP}

Settings of the service; give the same values as in the cluster:

${describeFlags(DECISION_FLAGS)}`;
}

const OWN = {
  file: { type: 'string', short: 'f', multiple: true },
  header: { type: 'string', short: 'H', multiple: true },
  ref: { type: 'string' },
  from: { type: 'string' },
  'from-namespace': { type: 'string' },
  'from-labels': { type: 'string' },
  gateway: { type: 'string' },
  message: { type: 'boolean' },
  to: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  output: { type: 'string', short: 'o' },
  'from-cluster': { type: 'boolean' },
  ...GRAPH_OPTION,
  ...CLUSTER_OPTIONS,
} as const;

/** The flags and words as they are given. */
export function parseTrace(args: readonly string[]) {
  return parseWords(args, { ...OWN, ...optionsOf(DECISION_FLAGS) });
}

export function readTraceOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): TraceOptions {
  const { given, words } = parseTrace(args);
  if (given['to'] !== undefined) throw new UsageError('--to is for messages; give --message, too');
  const { headers, ...common } = commonOptions(given, env);
  const calls = readCalls(words, headers);
  const caller = callerOptions(given);
  refuseTls(calls, caller);
  return {
    ...common,
    namespace: namespaceOption(given, 'namespace'),
    calls,
    caller,
    format: formatOption(FORMATS, given),
    graph: graphOption(given),
  };
}

/** If a pod itself uses TLS, its sidecar sees only the server's name (SNI): http routes do not apply. */
function refuseTls(calls: readonly Call[], { gateway }: CallerOptions): void {
  const tls = calls.slice(gateway === undefined ? 0 : 1).find(({ scheme }) => scheme === 'https');
  if (tls === undefined) return;
  throw new UsageError(
    `"${tls.url}": when a pod itself uses https, its proxy sees neither path nor headers; use http:// (the mesh encrypts it), or --gateway for a request from outside`,
  );
}
