import { fileURLToPath } from 'node:url';
import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { DECISION_FLAGS } from '../../config.ts';
import { loadValidator } from '../../crds.ts';
import { readFlags } from '../../flags.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { DYNAMIC_ENV_CRD } from '../../kinds/dynamicenv/kind.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { loadManifests } from '../common/manifests.ts';
import { startSimulation } from '../common/simulation.ts';
import type { Output } from '../common/terminal.ts';
import { claim, isRunning, stateOf, UntrueError, until, type Voice, voiceOf } from './context.ts';
import { answeringTags, headersOf, visit } from './request.ts';

const MANIFESTS = fileURLToPath(new URL('../../../examples/branches/manifests/', import.meta.url));
const NAMESPACE = 'services';
/** As in examples/branches/values/web.yaml. */
const GATEWAY = 'istio-system/public';
const TEXT_WIDTH = 60;

/** What the steps of the demo of branches do and look at. Releases are named as the files in examples/branches/manifests. */
export interface BranchesDemo extends Voice {
  cluster: Cluster;
  /** Applies a release, with more annotations on its DynamicEnv. */
  deploy: (release: string, annotations?: Record<string, string>) => Promise<void>;
  /** Deletes the DynamicEnv, waits until it is gone, and deletes the rest: as scripts/destroy-branch.sh. */
  destroy: (release: string) => Promise<void>;
  ready: (...envs: string[]) => Promise<void>;
  env: (name: string) => DynamicEnv;
  /** Names of the Deployments, sorted. */
  deployments: () => string[];
  available: (deployment: string) => Promise<void>;
  /** Sends a request with this header to both services. The texts are the image tags that answer. */
  request: (header: string | undefined, payment: string, cart: string) => void;
  /** Opens an address in a browser with this cookie. The front-end passes the headers on to both services. Returns a new cookie. */
  browse: (
    address: string,
    cookie: string | undefined,
    payment: string,
    cart: string,
  ) => string | undefined;
}

/** A cluster with these stable versions. */
export async function startBranches(
  services: readonly string[],
  output: Output,
): Promise<BranchesDemo> {
  const dynamicEnv = await loadValidator(DYNAMIC_ENV_CRD);
  const config = readFlags(DECISION_FLAGS, ['--entry-hosts=*.dev.example.com'], {});
  const { cluster } = await startSimulation(config, { strategy: 'server-side-apply' });
  const pipeline = cluster.as('pipeline');
  const release = async (name: string): Promise<KubeObject[]> => {
    const files = [`${MANIFESTS}${name}.yaml`];
    return (await loadManifests(files, { DynamicEnv: dynamicEnv })).map(({ object }) => object);
  };
  const deploy: BranchesDemo['deploy'] = async (name, annotations = {}) => {
    for (const object of await release(name)) {
      const isEnv = object.kind === 'DynamicEnv';
      await pipeline.apply(
        isEnv ? dynamicEnv.withDefaults(annotated(object, annotations)) : object,
      );
    }
  };
  for (const service of services) await deploy(service);
  await cluster.settle();
  const { title, say } = voiceOf(cluster, output);
  const answer = (
    text: string,
    headers: Record<string, string>,
    payment: string,
    cart: string,
  ): void => {
    for (const [service, wanted] of [
      ['payment-service', payment],
      ['cart-service', cart],
    ] as const) {
      const tag = answeringTags(cluster, { service, namespace: NAMESPACE }, headers);
      claim(tag === wanted, `${text}: ${service} ${wanted} answers, not ${tag}`);
    }
    say(`${text.padEnd(TEXT_WIDTH)} → payment ${payment}, cart ${cart}`);
  };
  return {
    cluster,
    title,
    say,
    deploy,
    destroy: async (name) => {
      await pipeline.delete('DynamicEnv', undefined, name);
      await until(cluster, () => stateOf({ cluster, name }) === undefined, `${name} is deleted`);
      for (const { kind, metadata } of await release(name)) {
        if (kind !== 'DynamicEnv') await pipeline.delete(kind, metadata.namespace, metadata.name);
      }
    },
    ready: async (...envs) => {
      for (const name of envs) {
        await until(cluster, () => stateOf({ cluster, name }) === 'ready', `${name} becomes ready`);
      }
    },
    env: (name) => {
      const env = cluster.get<DynamicEnv>('DynamicEnv', undefined, name);
      if (env === undefined) throw new UntrueError(`DynamicEnv ${name} exists`);
      return env;
    },
    deployments: () =>
      cluster.list('Deployment', { namespace: NAMESPACE }).map(({ metadata }) => metadata.name),
    available: (name) =>
      until(cluster, () => isRunning(cluster, NAMESPACE, name), `${name} is available`),
    request: (header, payment, cart) =>
      answer(header ?? 'no header', headersOf(header), payment, cart),
    browse: (address, cookie, payment, cart) => {
      const visited = visit(cluster, address, GATEWAY, cookie === undefined ? {} : { cookie });
      if (visited === undefined) throw new UntrueError(`${address} leads to the front-end`);
      const text = cookie === undefined ? address : `${address} with the cookie`;
      answer(text, visited.headers, payment, cart);
      return visited.cookie;
    },
  };
}

function annotated(env: KubeObject, annotations: Record<string, string>): KubeObject {
  const { metadata } = env;
  return {
    ...env,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  };
}
