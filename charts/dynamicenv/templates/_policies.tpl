{{/* CEL: the writer is not Metacontroller. */}}
{{- define "dynamicenv.policies.notMetacontroller" -}}
request.userInfo.username != {{ include "dynamicenv.metacontrollerUser" . | toJson }}
{{- end }}

{{/*
CEL: the writer may patch every object of the cluster, any Deployment among them. Kubernetes' garbage collector and its
storage migrator are such, whatever they are called in a cluster; so are cluster administrators.
*/}}
{{- define "dynamicenv.policies.mayPatchEverything" -}}
authorizer.group('*').resource('*').check('patch').allowed()
{{- end }}

{{/* CEL: a list of an object that may be absent; takes the object's path and the list's name. */}}
{{- define "dynamicenv.policies.list" -}}
(has({{ index . 0 }}.{{ index . 1 }}) ? {{ index . 0 }}.{{ index . 1 }} : [])
{{- end }}

{{/* CEL: a list of header names in lower case. */}}
{{- define "dynamicenv.policies.lowered" -}}
{{- $names := list }}
{{- range . }}{{ $names = append $names (lower .) }}{{ end }}
{{- toJson $names }}
{{- end }}
