#!/bin/sh
# Deploys a branch of a service, or its release candidate, or renews what is deployed. Waits until it is ready, and writes
# to standard output how to send requests to it.
#
# SERVICE    name of the stable version's release
# NAMESPACE  its namespace
# BRANCH     the branch, as git has it; or
# REF        a fixed ref, such as rc
# IMAGE_TAG  tag of the image
# VALUES     files with values of the chart, separated by spaces
# OWNER      optional: whom to ask
# TIMEOUT    optional: how long to wait (5m)
set -eu
: "${IMAGE_TAG:?}"
here=$(dirname "$0")
. "$here/names.sh"
if [ -n "$present" ] && [ "$present" != "$wanted" ]; then
  printf 'DynamicEnv %s is there for "%s" already, not for "%s" (namespace, service, ref, branch): rename the branch, or delete the other one\n' \
    "$release" "$present" "$wanted" >&2
  exit 1
fi
case $chart in
'' | branch-[0-9]*) ;;
*)
  printf 'release %s in namespace %s is of chart %s, not a branch of %s: rename the branch\n' "$release" "$NAMESPACE" "$chart" "$SERVICE" >&2
  exit 1
  ;;
esac
# What spec.owner allows; names of robots have brackets.
owner=$(printf '%s' "${OWNER:-}" | tr -c 'A-Za-z0-9@._-' '-' | cut -c 1-99 | sed 's/^[^A-Za-z0-9@]*//; s/[^A-Za-z0-9]*$//')

set -- --namespace "$NAMESPACE"
for file in ${VALUES:-}; do set -- "$@" --values "$file"; done
# --set-literal takes the value as it is: commas and braces mean nothing.
helm upgrade "$release" "$here/../charts/branch" --install "$@" \
  --set-literal "service=$SERVICE" \
  --set-literal "ref=$ref" \
  --set-literal "branch=$branch" \
  --set-literal "image.tag=$IMAGE_TAG" \
  --set-literal "owner=$owner" \
  --set-literal "renewedAt=$(date -u +%Y-%m-%dT%H:%M:%SZ)" >&2
kubectl wait --for=condition=Ready "dynamicenv/$release" --timeout="${TIMEOUT:-5m}" >&2

cat <<TEXT
**$SERVICE** is deployed under the ref \`$ref\` (DynamicEnv \`$release\`).

| requests | header |
|---|---|
| this version of $SERVICE only | \`x-service-route: $SERVICE:$ref\` |
| every service that has the ref | \`x-source-route: $ref\` |

Several services: \`x-service-route: $SERVICE:$ref::OTHER-SERVICE:OTHER-REF\`. Without the headers the stable version answers.
TEXT
for link in $(kubectl get "dynamicenv/$release" --output 'jsonpath={.status.links[*]}'); do
  printf '\nIn a browser: %s\n' "$link"
done
expires=$(kubectl get "dynamicenv/$release" --output 'jsonpath={.status.expiresAt}')
if [ -n "$expires" ]; then
  printf '\nIt expires at %s. A push to the branch renews it.\n' "$expires"
fi
