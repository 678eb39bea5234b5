# shellcheck shell=sh disable=SC2034
# Sourced by the other scripts. From SERVICE, NAMESPACE, and BRANCH or REF it sets:
# ref      the ref: letters, digits and dashes, whatever the branch is called
# release  the name of the Helm release and of the DynamicEnv: at most 40 characters
# wanted, present: what is to have this name, and what has it in the cluster (empty: nothing), to be compared. DynamicEnvs are
#          cluster-scoped, two branches of a service may be of one ticket, and service "a" with ref "b-c" has the release of
#          service "a-b" with ref "c".
# chart    the chart of this Helm release, such as branch-0.1.0; empty: there is no such release. A service "a-b" has its stable
#          version in the release of service "a" with ref "b".
: "${SERVICE:?}" "${NAMESPACE:?}"
if [ -n "${REF:-}" ]; then
  branch=
  ref=$REF
else
  branch=${BRANCH:?}
  ref=$(dynamicenv ref -- "$branch")
  if [ "$ref" = rc ]; then
    printf 'branch %s: the ref rc is for the release candidate: rename the branch\n' "$branch" >&2
    exit 1
  fi
fi

# helm_list RELEASE: this release of the namespace as JSON, in any state
helm_list() {
  helm list --namespace "$NAMESPACE" --filter "^$1\$" --output json --deployed --failed --pending --uninstalling
}

# tag_of RELEASE: the image tag that a release was installed with; empty: there is no such release
tag_of() {
  listed=$(helm_list "$1")
  [ "$listed" = '[]' ] || helm get values "$1" --namespace "$NAMESPACE" --output json | sed -n 's/.*"tag":"\([^"]*\)".*/\1/p'
}

release=$(dynamicenv ref --whole -- "$SERVICE-$ref")
wanted="$NAMESPACE $SERVICE $ref $branch"
present=$(kubectl get "dynamicenv/$release" --ignore-not-found --output \
  'jsonpath={.metadata.annotations.meta\.helm\.sh/release-namespace} {.metadata.labels.app} {.spec.ref} {.metadata.annotations.branch}')
listed=$(helm_list "$release")
chart=$(printf '%s' "$listed" | sed -n 's/.*"chart":"\([^"]*\)".*/\1/p')
