/**
 * The configuration of istiod's validating webhook, as Istio's chart installs it
 * (manifests/charts/istio-control/istio-discovery/templates/validatingwebhookconfiguration.yaml), after istiod has set `failurePolicy`:
 * a write is refused if istiod does not answer. `caBundle`: in PEM.
 */
export function validationWebhook(url: string, caBundle: string) {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'istio-validator-istio-system' },
    webhooks: [
      {
        name: 'rev.validation.istio.io',
        clientConfig: { url, caBundle: Buffer.from(caBundle).toString('base64') },
        rules: [
          {
            operations: ['CREATE', 'UPDATE'],
            apiGroups: ['networking.istio.io'],
            apiVersions: ['*'],
            resources: ['*'],
          },
        ],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}
