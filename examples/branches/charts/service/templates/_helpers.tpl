{{- define "service.image" -}}
{{- printf "%s:%s" (required "image.repository: name the repository of the image" .Values.image.repository) (required "image.tag: name the tag of the image" .Values.image.tag) -}}
{{- end }}
