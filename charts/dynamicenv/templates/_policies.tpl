{{/* CEL: the writer is not Metacontroller. */}}
{{- define "dynamicenv.policies.notMetacontroller" -}}
request.userInfo.username != {{ include "dynamicenv.metacontrollerUser" . | toJson }}
{{- end }}

{{/* CEL: the writer is no controller of Kubernetes itself, such as its garbage collector. */}}
{{- define "dynamicenv.policies.notKubernetes" -}}
request.userInfo.username != 'system:kube-controller-manager' &&
!('system:serviceaccounts:kube-system' in request.userInfo.groups)
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

{{/* RE2: the names of headers that everybody's requests carry, in lower case; src/api/common-headers.ts has the same. */}}
{{- define "dynamicenv.policies.commonHeaders" -}}
^(accept|accept-.*|access-control-.*|authorization|b3|cache-control|cdn-loop|cf-.*|connection|content-.*|date|dnt|expect|forwarded|from|grpc-.*|host|if-.*|keep-alive|origin|pragma|priority|proxy-.*|range|referer|save-data|sec-.*|te|trailer|transfer-encoding|traceparent|tracestate|true-client-ip|uber-trace-id|upgrade|upgrade-.*|user-agent|via|x-amz-cf-id|x-amzn-trace-id|x-azure-ref|x-b3-.*|x-client-ip|x-client-trace-id|x-cloud-trace-context|x-datadog-.*|x-envoy-.*|x-forwarded-.*|x-original-forwarded-for|x-ot-span-context|x-real-ip|x-request-id|x-request-start|x-scheme)$
{{- end }}

{{/* CEL: a list of header names in lower case. */}}
{{- define "dynamicenv.policies.lowered" -}}
{{- $names := list }}
{{- range . }}{{ $names = append $names (lower .) }}{{ end }}
{{- toJson $names }}
{{- end }}

{{/* CEL: the seconds of a duration in the syntax of spec.ttl; takes the path of the text. */}}
{{- define "dynamicenv.policies.seconds" -}}
{{- $path := . }}
{{- $parts := list }}
{{- range $unit, $factor := dict "d" 86400 "h" 3600 "m" 60 "s" 1 }}
{{- $part := printf "%s.find('[0-9]+%s')" $path $unit }}
{{- $parts = append $parts (printf "(%s == '' ? 0 : int(%s.replace('%s', '')) * %d)" $part $part $unit $factor) }}
{{- end }}
{{- join " +\n" $parts }}
{{- end }}

{{/* The hosts of entries without their schemes. */}}
{{- define "dynamicenv.policies.entryHosts" -}}
{{- $hosts := list }}
{{- range .Values.config.entryHosts }}{{ $hosts = append $hosts (trimPrefix "http://" .) }}{{ end }}
{{- toJson $hosts }}
{{- end }}
