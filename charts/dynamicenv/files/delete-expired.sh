# Deletes the DynamicEnvs that expired more than DELETE_AFTER_SECONDS ago. Needs sh, date and kubectl.
set -eu
export LC_ALL=C

fail() { echo "$1" >&2; exit 1; }

# The digits of a point in time (UTC): as numbers they compare like the times. GNU and BusyBox have -d, BSD has -r.
digits_at() { date -u -d "@$1" +%Y%m%d%H%M%S 2>/dev/null || date -u -r "$1" +%Y%m%d%H%M%S; }

case "${DELETE_AFTER_SECONDS:-}" in
'' | *[!0-9]*) fail 'DELETE_AFTER_SECONDS must be a whole number' ;;
esac
now=$(date -u +%s)
limit=$(digits_at "$((now - DELETE_AFTER_SECONDS))")
case "$limit" in
'' | *[!0-9]*) fail "date does not print the time as expected: $limit" ;;
esac

# One line for each expired environment whose status is about the present spec and annotation. One that was renewed a moment ago,
# or while the service is away, is not among them. Only fields that the API server writes or checks are printed.
template='{{range .items}}{{if .status}}{{if .status.expiresAt}}
{{- $renewed := ""}}{{with .metadata.annotations}}{{with index . "riskified.com/renewed-at"}}{{$renewed = .}}{{end}}{{end}}
{{- $seen := ""}}{{with .status.observedRenewal}}{{$seen = .}}{{end}}
{{- $generation := printf "%v" .metadata.generation}}
{{- if and (eq (printf "%v" .status.state) "expired") (eq $renewed $seen) (eq $generation (printf "%v" .status.observedGeneration))}}
{{- printf "%s %s %s %s\n" .metadata.name .metadata.uid .metadata.resourceVersion .status.expiresAt}}
{{- end}}{{end}}{{end}}{{end}}'
expired=$(kubectl get dynamicenvs.riskified.com --output="go-template=$template")

# With these preconditions the API server refuses to delete an object that has changed since the list was read.
delete_one() {
  printf '{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"%s","resourceVersion":"%s"}}' "$2" "$3" |
    kubectl delete --raw="/apis/riskified.com/v1alpha1/dynamicenvs/$1" --filename=- 2>&1 >/dev/null
}

printf '%s\n' "$expired" | {
  status=0
  while read -r name uid version expires rest; do
    case "$name" in '' | *[!a-z0-9.-]*) continue ;; esac
    case "$uid$version" in *[!A-Za-z0-9-]*) continue ;; esac
    case "$expires$rest" in
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z) ;;
    *) continue ;;
    esac
    [ "$(printf %s "$expires" | tr -d 'TZ:-')" -lt "$limit" ] || continue
    if message=$(delete_one "$name" "$uid" "$version"); then
      echo "DynamicEnv $name: deleted, it expired at $expires"
    else
      case "$message" in
      *'(Conflict)'* | *'(NotFound)'*) echo "DynamicEnv $name: not deleted, it has changed meanwhile" ;;
      *)
        echo "DynamicEnv $name: not deleted: $message" >&2
        status=1
        ;;
      esac
    fi
  done
  exit "$status"
}
