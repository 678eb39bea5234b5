#!/bin/sh
# Makes the release candidate the stable version: updates the stable version, waits until it runs, and then removes the
# candidate and its route. If the stable version does not start, the candidate stays, and the exit code is not 0.
#
# SERVICE, NAMESPACE, TIMEOUT: as for deploy-branch.sh
# IMAGE_TAG  tag of the image
# VALUES     files with values of the chart "service", separated by spaces
set -eu
: "${SERVICE:?}" "${NAMESPACE:?}" "${IMAGE_TAG:?}"
here=$(dirname "$0")

set -- --namespace "$NAMESPACE"
for file in ${VALUES:-}; do set -- "$@" --values "$file"; done
helm upgrade "$SERVICE" "$here/../charts/service" --install "$@" --set-literal "image.tag=$IMAGE_TAG"
kubectl rollout status "deployment/$SERVICE" --namespace "$NAMESPACE" --timeout="${TIMEOUT:-5m}"
REF=rc "$here/destroy-branch.sh"
