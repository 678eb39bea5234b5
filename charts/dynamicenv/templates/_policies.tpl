{{/* Labels of what is made here. */}}
{{- define "dynamicenv.policies.labels" -}}
app.kubernetes.io/name: dynamicenv
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Binds the policy of a name to the whole cluster. */}}
{{- define "dynamicenv.policies.binding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ .name }}
  labels: {{- include "dynamicenv.policies.labels" .root | nindent 4 }}
spec:
  policyName: {{ .name }}
  validationActions: [Deny]
{{- end }}

{{/* CEL: the writer is not Metacontroller. */}}
{{- define "dynamicenv.policies.notMetacontroller" -}}
request.userInfo.username != {{ .Values.metacontroller.user | toJson }}
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
