import type { V1PodSpec, V1Volume } from '@kubernetes/client-node';
import type { Deployment } from '../../../k8s/workload.ts';

/**
 * Volumes that all pods of a template have in common, wherever they run: a share, or a disk that is named
 * (`VolumeSource` in `staging/src/k8s.io/api/core/v1/types.go`). Those of `emptyDir`, `ephemeral` and `gitRepo` belong to one pod.
 * A `hostPath` is not among them: what it is can only be known from its node, and most are sockets, devices and logs.
 */
const SHARED = [
  'nfs',
  'cephfs',
  'glusterfs',
  'iscsi',
  'rbd',
  'fc',
  'azureFile',
  'azureDisk',
  'awsElasticBlockStore',
  'gcePersistentDisk',
  'flexVolume',
  'portworxVolume',
  'quobyte',
  'cinder',
  'scaleIO',
  'storageos',
  'vsphereVolume',
  'photonPersistentDisk',
] as const satisfies readonly (keyof V1Volume)[];

/**
 * Drivers whose inline volumes are a share that exists already, in spite of their name "ephemeral"
 * (https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#csi-ephemeral-volumes). Those of others belong to one pod.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-storage-fuse-csi-driver-ephemeral,
 * `deploy/example/nginx-pod-azurefile-inline-volume.yaml` in kubernetes-sigs/azurefile-csi-driver.
 */
const DRIVERS_OF_SHARES = ['gcsfuse.csi.storage.gke.io', 'file.csi.azure.com'];

/** Two configurations that write to the same files may spoil them for everybody. Nobody asked for this very clone. */
export function writtenData({ metadata, spec }: Deployment): string | undefined {
  const pod = spec.template.spec;
  const onlyRead = onlyReadVolumes(pod);
  const [first] = (pod?.volumes ?? [])
    .filter(({ name }) => !onlyRead.has(name))
    .flatMap((volume) => sharedData(volume) ?? []);
  if (first === undefined) return undefined;
  return `the pods of Deployment ${metadata.namespace}/${metadata.name} mount ${first}, and a clone would write to the same data with another configuration; if that is wanted, list it under spec.subsets (or spec.consumers), else narrow spec.scope`;
}

/** What a volume has that all pods write to, for people. */
function sharedData(volume: V1Volume): string | undefined {
  const { name, persistentVolumeClaim: claim, csi } = volume;
  if (claim) return claim.readOnly ? undefined : `PersistentVolumeClaim ${claim.claimName}`;
  if (csi && DRIVERS_OF_SHARES.includes(csi.driver) && !csi.readOnly) {
    return `volume ${name} (csi, ${csi.driver})`;
  }
  const kind = SHARED.find((one) => volume[one]);
  const source = kind && (volume[kind] as { readOnly?: boolean });
  return source && !source.readOnly ? `volume ${name} (${kind})` : undefined;
}

/** Volumes that containers mount, and all of them to read. */
function onlyReadVolumes(pod: V1PodSpec | undefined): Set<string> {
  const containers = [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])];
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
  const read = new Set(mounts.filter(({ readOnly }) => readOnly).map(({ name }) => name));
  for (const { name, readOnly } of mounts) if (!readOnly) read.delete(name);
  for (const { volumeDevices } of containers) {
    for (const { name } of volumeDevices ?? []) read.delete(name);
  }
  return read;
}
