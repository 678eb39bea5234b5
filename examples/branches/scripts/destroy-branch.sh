#!/bin/sh
# Removes a branch of a service, or its release candidate: first its routes, then its pods. It is no error if there is none.
#
# SERVICE, NAMESPACE, BRANCH or REF, TIMEOUT: as for deploy-branch.sh
set -eu
: "${SERVICE:?}" "${NAMESPACE:?}"
ref=${REF:-$(dynamicenv ref -- "${BRANCH:?}")}
release=$(dynamicenv ref --whole -- "$SERVICE-$ref")

# Only what this release has created: DynamicEnvs are cluster-scoped, and another namespace may have one of this name.
if helm status "$release" --namespace "$NAMESPACE" >/dev/null 2>&1; then
  # Returns when the routes are gone and the last requests have had time to end. Helm alone would delete an own Deployment
  # at the same moment.
  kubectl delete "dynamicenv/$release" --ignore-not-found --timeout="${TIMEOUT:-5m}"
  helm uninstall "$release" --namespace "$NAMESPACE"
else
  printf 'there is no release %s in namespace %s\n' "$release" "$NAMESPACE" >&2
fi
