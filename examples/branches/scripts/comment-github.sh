#!/bin/sh
# Writes the text of a file as a comment on the pull request, or replaces the comment of an earlier run.
# Usage: comment-github.sh FILE. GITHUB_TOKEN: the job's token, with the permission pull-requests: write. PULL_REQUEST: its
# number. Needs curl and jq.
set -eu
: "${GITHUB_TOKEN:?}" "${GITHUB_API_URL:?}" "${GITHUB_REPOSITORY:?}" "${PULL_REQUEST:?}"
marker='<!-- deployed branch -->'
comments="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues"
# curl reads the token from its standard input, so that the list of processes does not show it.
call() {
  printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" |
    curl --fail --silent --show-error --config - --header 'Accept: application/vnd.github+json' "$@"
}

earlier=$(call "$comments/$PULL_REQUEST/comments?per_page=100" |
  jq --raw-output --arg marker "$marker" 'map(select(.body | startswith($marker)))[0].id // empty')
body=$(jq --null-input --rawfile text "$1" --arg marker "$marker" '{body: ($marker + "\n" + $text)}')
if [ -n "$earlier" ]; then
  call --request PATCH --data "$body" --output /dev/null "$comments/comments/$earlier"
else
  call --request POST --data "$body" --output /dev/null "$comments/$PULL_REQUEST/comments"
fi
