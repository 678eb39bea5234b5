import { expect, it } from '@jest/globals';
import type { V1Volume } from '@kubernetes/client-node';
import { writtenData } from '../../../../../src/kinds/dynamicenv/configuration/shared-data.ts';
import { reading } from '../../../../support/configuration.ts';

type Source = Omit<V1Volume, 'name'>;

/** `readOnly`: of the container's mount. */
function written(source: Source, readOnly?: boolean): string | undefined {
  const base = reading('shop/cart');
  const mount = { name: 'data', mountPath: '/data', ...(readOnly !== undefined && { readOnly }) };
  base.spec.template.spec = {
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 'data', ...source },
    ],
    containers: [{ name: 'main', volumeMounts: [mount] }],
  };
  return writtenData(base);
}

const ID = 'x';
const SHARED: [string, Source][] = [
  ['nfs', { nfs: { server: ID, path: ID } }],
  ['cephfs', { cephfs: { monitors: [ID], readOnly: false } }],
  ['glusterfs', { glusterfs: { endpoints: ID, path: ID } }],
  ['iscsi', { iscsi: { iqn: ID, lun: 0, targetPortal: ID } }],
  ['rbd', { rbd: { image: ID, monitors: [ID] } }],
  ['fc', { fc: { targetWWNs: [ID] } }],
  ['azureFile', { azureFile: { secretName: ID, shareName: ID } }],
  ['azureDisk', { azureDisk: { diskName: ID, diskURI: ID } }],
  ['awsElasticBlockStore', { awsElasticBlockStore: { volumeID: ID } }],
  ['gcePersistentDisk', { gcePersistentDisk: { pdName: ID } }],
  ['flexVolume', { flexVolume: { driver: ID } }],
  ['portworxVolume', { portworxVolume: { volumeID: ID } }],
  ['quobyte', { quobyte: { registry: ID, volume: ID } }],
  ['cinder', { cinder: { volumeID: ID } }],
  ['scaleIO', { scaleIO: { gateway: ID, system: ID, secretRef: {} } }],
  ['storageos', { storageos: { volumeName: ID } }],
  ['vsphereVolume', { vsphereVolume: { volumePath: ID } }],
  ['photonPersistentDisk', { photonPersistentDisk: { pdID: ID } }],
  ['csi, gcsfuse.csi.storage.gke.io', { csi: { driver: 'gcsfuse.csi.storage.gke.io' } }],
  ['csi, file.csi.azure.com', { csi: { driver: 'file.csi.azure.com', readOnly: false } }],
];

it.each(SHARED)('%s is shared data, unless all read it only', (kind, source) => {
  expect(written(source)).toContain(`mount volume data (${kind}), and a clone would write`);
  expect(written(source, false)).toBeDefined();
  expect(written(source, true)).toBeUndefined();
});

it.each<[string, Source]>([
  ['a share to read', { nfs: { server: ID, path: ID, readOnly: true } }],
  ['a bucket to read', { csi: { driver: 'gcsfuse.csi.storage.gke.io', readOnly: true } }],
  ['a directory of the pod', { emptyDir: {} }],
  ['a claim of the pod', { ephemeral: { volumeClaimTemplate: { spec: {} } } }],
  ['a ConfigMap', { configMap: { name: ID } }],
  ['secrets of a driver', { csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true } }],
  ['a volume of a driver, for the pod', { csi: { driver: 'inline.storage.kubernetes.io' } }],
  ['a directory of the node', { hostPath: { path: '/var/log' } }],
])('%s is not', (_, source) => {
  expect(written(source)).toBeUndefined();
});

it('a volume that nobody mounts counts: a block device has no mount', () => {
  const base = reading('shop/cart');
  base.spec.template.spec = {
    volumes: [{ name: 'data', nfs: { server: ID, path: ID } }],
    containers: [{ name: 'main' }],
  };
  expect(writtenData(base)).toBeDefined();
});
