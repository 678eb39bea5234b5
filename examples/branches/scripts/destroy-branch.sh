#!/bin/sh
# Removes a branch of a service, or its release candidate: first its routes, then its pods. It is no error if there is none.
#
# SERVICE, NAMESPACE, BRANCH or REF, TIMEOUT: as for deploy-branch.sh
set -eu
. "$(dirname "$0")/names.sh"
if [ -n "$present" ] && [ "$present" != "$wanted" ]; then
  printf 'DynamicEnv %s is there for "%s", not for "%s" (namespace, service, ref, branch): it stays\n' \
    "$release" "$present" "$wanted" >&2
  exit 0
fi
case $chart in
'' | branch-[0-9]*) ;;
*)
  printf 'release %s in namespace %s is of chart %s, not a branch of %s: it stays\n' "$release" "$NAMESPACE" "$chart" "$SERVICE" >&2
  exit 0
  ;;
esac

# Returns when the routes are gone and the last requests have had time to end. Helm alone would delete an own Deployment at
# the same moment.
kubectl delete "dynamicenv/$release" --ignore-not-found --timeout="${TIMEOUT:-5m}"
helm uninstall "$release" --namespace "$NAMESPACE" --ignore-not-found
