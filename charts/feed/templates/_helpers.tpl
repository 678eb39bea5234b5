{{- define "feed.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "feed.fullname" -}}
{{- $name := include "feed.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "feed.selectorLabels" -}}
app.kubernetes.io/name: {{ include "feed.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "feed.chartLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end }}

{{/*
Labels of an object: (dict "root" $), with more of its own in "labels". Each key once, as Flux and kustomize refuse to read one twice: where
several set it, first what the release is found by, then the object's own, then `commonLabels`.
*/}}
{{- define "feed.labels" -}}
{{- $found := include "feed.selectorLabels" .root | fromYaml }}
{{- $chart := include "feed.chartLabels" .root | fromYaml }}
{{- toYaml (merge $found (.labels | default dict) (.root.Values.commonLabels | default dict) $chart) }}
{{- end }}

{{/* Labels of pods: (dict "root" $ "component" …), with more in "labels". What a selector needs cannot be replaced. */}}
{{- define "feed.podLabels" -}}
{{- $found := include "feed.selectorLabels" .root | fromYaml }}
{{- $_ := set $found "app.kubernetes.io/component" .component }}
{{- toYaml (merge $found (.labels | default dict) (.root.Values.commonLabels | default dict)) }}
{{- end }}

{{/* Labels of short-lived pods, which no mesh captures: a sidecar would keep them from ending. */}}
{{- define "feed.outsideOfMesh" -}}
sidecar.istio.io/inject: "false"
istio.io/dataplane-mode: none
{{- end }}

{{/* Labels and annotations of everything: (dict "root" $), with more labels in "labels". */}}
{{- define "feed.marks" -}}
labels:
  {{- include "feed.labels" (dict "root" .root "labels" .labels) | nindent 2 }}
{{- with .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "feed.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "feed.url" -}}
{{- printf "http://%s.%s.svc:8080" (include "feed.fullname" .) .Release.Namespace }}
{{- end }}

{{/* Its roles are not namespaced, so their name has the namespace in it. */}}
{{- define "feed.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "feed.fullname" .) }}
{{- end }}

{{/* `helm upgrade --reuse-values` gives the values of an earlier chart, which may lack this one. */}}
{{- define "feed.podSecurityContext" -}}
{{- $restricted := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- toYaml (get .Values "podSecurityContext" | default $restricted) }}
{{- end }}

{{- define "feed.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
