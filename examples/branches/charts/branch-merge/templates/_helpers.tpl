{{- define "merge.service" -}}
{{- required "service: name the service of which this is a branch" .Values.service -}}
{{- end }}

{{- define "merge.ref" -}}
{{- required "ref: give the ref that `dynamicenv ref BRANCH` prints" .Values.ref -}}
{{- end }}

{{- define "merge.image" -}}
{{- printf "%s:%s" (required "image.repository: name the repository of the image" .Values.image.repository) (required "image.tag: name the tag of the image" .Values.image.tag) -}}
{{- end }}

{{/* Also the name of a Service, so it has no dots. With the service's own name it would take the place of the stable Service. */}}
{{- define "merge.name" -}}
{{- if or (eq .Release.Name .Values.service) (contains "." .Release.Name) }}
{{- fail (printf "the release's name %s must not be that of the stable version, and must not have dots: use SERVICE-REF" .Release.Name) }}
{{- end }}
{{- .Release.Name -}}
{{- end }}
