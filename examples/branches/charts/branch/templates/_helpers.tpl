{{- define "branch.service" -}}
{{- required "service: name the service of which this is a branch" .Values.service -}}
{{- end }}

{{- define "branch.ref" -}}
{{- required "ref: give the ref that `dynamicenv ref BRANCH` prints" .Values.ref -}}
{{- end }}

{{- define "branch.image" -}}
{{- printf "%s:%s" (required "image.repository: name the repository of the image" .Values.image.repository) (required "image.tag: name the tag of the image" .Values.image.tag) -}}
{{- end }}

{{/* Also the value of a label, and part of the clone's name, so it must be short. */}}
{{- define "branch.name" -}}
{{- if gt (len .Release.Name) 40 }}
{{- fail (printf "the release's name %s has more than 40 characters: use what `dynamicenv ref --whole SERVICE-REF` prints" .Release.Name) }}
{{- end }}
{{- .Release.Name -}}
{{- end }}
