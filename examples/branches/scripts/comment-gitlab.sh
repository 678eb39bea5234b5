#!/bin/sh
# Writes the text of a file as a comment on the merge request, or replaces the comment of an earlier pipeline.
# Usage: comment-gitlab.sh FILE. GITLAB_TOKEN: a project access token with the scope "api". Needs curl and jq.
set -eu
: "${GITLAB_TOKEN:?}" "${CI_API_V4_URL:?}" "${CI_PROJECT_ID:?}" "${CI_MERGE_REQUEST_IID:?}"
marker='<!-- deployed branch -->'
notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
# curl reads the token from its standard input, so that the list of processes does not show it.
call() { printf 'header = "PRIVATE-TOKEN: %s"\n' "$GITLAB_TOKEN" | curl --fail --silent --show-error --config - "$@"; }

earlier=$(call "$notes?per_page=100&sort=asc" |
  jq --raw-output --arg marker "$marker" 'map(select(.body | startswith($marker)))[0].id // empty')
body=$(jq --null-input --rawfile text "$1" --arg marker "$marker" '{body: ($marker + "\n" + $text)}')
if [ -n "$earlier" ]; then
  call --request PUT --header 'Content-Type: application/json' --data "$body" --output /dev/null "$notes/$earlier"
else
  call --request POST --header 'Content-Type: application/json' --data "$body" --output /dev/null "$notes"
fi
