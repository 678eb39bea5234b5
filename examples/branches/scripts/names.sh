# shellcheck shell=sh disable=SC2034
# Sourced by the other scripts. From SERVICE, NAMESPACE, and BRANCH or REF it sets:
# ref      the ref: letters, digits and dashes, whatever the branch is called
# release  the name of the Helm release and of the DynamicEnv: at most 40 characters
# wanted, present: what is to have this name, and what has it in the cluster (empty: nothing), to be compared. DynamicEnvs are
#          cluster-scoped, two branches of a service may be of one ticket, and service "a" with ref "b-c" has the release of
#          service "a-b" with ref "c".
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
release=$(dynamicenv ref --whole -- "$SERVICE-$ref")
wanted="$NAMESPACE $SERVICE $ref $branch"
present=$(kubectl get "dynamicenv/$release" --ignore-not-found --output \
  'jsonpath={.metadata.annotations.meta\.helm\.sh/release-namespace} {.metadata.labels.app} {.spec.ref} {.metadata.annotations.branch}')
