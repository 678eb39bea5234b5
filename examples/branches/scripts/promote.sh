#!/bin/sh
# Makes the release candidate the stable version: updates the stable version, waits until it runs, and then removes the
# candidate and its route. If the stable version does not start, the candidate stays, and the exit code is not 0. An image that is not
# the candidate's is refused, unless there is no stable version yet.
#
# SERVICE, NAMESPACE, TIMEOUT: as for deploy-branch.sh
# IMAGE_TAG  tag of the image
# VALUES     files with values of the chart "service", separated by spaces
set -eu
: "${IMAGE_TAG:?}"
here=$(dirname "$0")
REF=rc
. "$here/names.sh"
stable=$(tag_of "$SERVICE")
candidate=$(tag_of "$release")
if [ "${candidate:-${stable:-$IMAGE_TAG}}" != "$IMAGE_TAG" ]; then
  printf '%s is not the release candidate of %s: that is %s. Run the promotion of that commit, or deploy this one as the candidate first\n' \
    "$IMAGE_TAG" "$SERVICE" "${candidate:-none, and $stable is stable}" >&2
  exit 1
fi

set -- --namespace "$NAMESPACE"
for file in ${VALUES:-}; do set -- "$@" --values "$file"; done
helm upgrade "$SERVICE" "$here/../charts/service" --install "$@" --set-literal "image.tag=$IMAGE_TAG"
kubectl rollout status "deployment/$SERVICE" --namespace "$NAMESPACE" --timeout="${TIMEOUT:-5m}"
# Another one may have been deployed meanwhile.
candidate=$(tag_of "$release")
if [ "${candidate:-$IMAGE_TAG}" = "$IMAGE_TAG" ]; then REF=rc "$here/destroy-branch.sh"; fi
