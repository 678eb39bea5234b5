{{- define "dynamicenv.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "dynamicenv.fullname" -}}
{{- $name := include "dynamicenv.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "dynamicenv.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dynamicenv.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "dynamicenv.chartLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end }}

{{/*
Labels of an object: (dict "root" $), with more of its own in "labels". Each key once, as Flux and kustomize refuse to read one twice: where
several set it, first what the release is found by, then the object's own, then `commonLabels`.
*/}}
{{- define "dynamicenv.labels" -}}
{{- $found := include "dynamicenv.selectorLabels" .root | fromYaml }}
{{- $chart := include "dynamicenv.chartLabels" .root | fromYaml }}
{{- toYaml (merge $found (.labels | default dict) (.root.Values.commonLabels | default dict) $chart) }}
{{- end }}

{{/* Labels of pods: (dict "root" $ "component" …), with more in "labels". What a selector needs cannot be replaced. */}}
{{- define "dynamicenv.podLabels" -}}
{{- $found := include "dynamicenv.selectorLabels" .root | fromYaml }}
{{- $_ := set $found "app.kubernetes.io/component" .component }}
{{- toYaml (merge $found (.labels | default dict) (.root.Values.commonLabels | default dict)) }}
{{- end }}

{{/* Labels of short-lived pods, which no mesh captures: a sidecar would keep them from ending. */}}
{{- define "dynamicenv.outsideOfMesh" -}}
sidecar.istio.io/inject: "false"
istio.io/dataplane-mode: none
{{- end }}

{{/* Labels and annotations of everything: (dict "root" $), with more labels in "labels" and annotations (a map) in "own". */}}
{{- define "dynamicenv.marks" -}}
labels:
  {{- include "dynamicenv.labels" (dict "root" .root "labels" .labels) | nindent 2 }}
{{- with merge (dict) (.own | default dict) (.root.Values.commonAnnotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* "true" when the service runs in this cluster, as a Deployment of this release. */}}
{{- define "dynamicenv.isInside" -}}
{{- if ne (empty .Values.hooks.url) (empty .Values.admission.url) }}
{{- fail "hooks.url and admission.url go together: set both to use a service outside the cluster, or neither" }}
{{- end }}
{{- if not .Values.hooks.url }}true{{ end }}
{{- end }}

{{- define "dynamicenv.hooksUrl" -}}
{{- if include "dynamicenv.isInside" . }}
{{- printf "http://%s.%s.svc:8080" (include "dynamicenv.fullname" .) .Release.Namespace }}
{{- else }}
{{- .Values.hooks.url | trimSuffix "/" }}
{{- end }}
{{- end }}

{{/* Who writes on Metacontroller's behalf. */}}
{{- define "dynamicenv.metacontrollerUser" -}}
{{- $account := printf "system:serviceaccount:%s:%s" .Values.metacontroller.namespace .Values.metacontroller.serviceAccount }}
{{- default $account .Values.config.metacontrollerUser }}
{{- end }}

{{- define "dynamicenv.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* Secret with the webhook's certificate. */}}
{{- define "dynamicenv.secretName" -}}
{{- if eq .Values.certificate.source "secret" }}
{{- .Values.certificate.secretName }}
{{- else }}
{{- printf "%s-webhook" (include "dynamicenv.fullname" .) }}
{{- end }}
{{- end }}

{{/* `helm upgrade --reuse-values` gives the values of an earlier chart, which may lack this one. */}}
{{- define "dynamicenv.podSecurityContext" -}}
{{- $restricted := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- toYaml (get .Values "podSecurityContext" | default $restricted) }}
{{- end }}

{{- define "dynamicenv.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* The seconds of a duration such as 1d12h, in the syntax of spec.ttl. Not with `int`: it takes 08 for an octal number. */}}
{{- define "dynamicenv.seconds" -}}
{{- $text := . }}
{{- $sum := 0 }}
{{- range $unit, $factor := dict "d" 86400 "h" 3600 "m" 60 "s" 1 }}
{{- with regexFind (printf "[0-9]+%s" $unit) $text }}
{{- $sum = add $sum (mul $factor (trimSuffix $unit . | atoi)) }}
{{- end }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* Name of the job that deletes expired environments, and of its account; a CronJob's name has at most 52 characters. */}}
{{- define "dynamicenv.expiredName" -}}
{{- printf "%s-expired" (include "dynamicenv.fullname" . | trunc 43 | trimSuffix "-") }}
{{- end }}

{{/*
JSON: the API groups of VirtualServiceMerges; none if the kind is off. `helm upgrade --reuse-values` gives the values of an earlier
chart, which may lack these.
*/}}
{{- define "dynamicenv.mergeGroups" -}}
{{- $groups := dig "groups" (list "istiomerger.monime.sl") (.Values.virtualServiceMerge | default dict) }}
{{- ternary $groups (list) (has "virtual-service-merge" (.Values.kinds | default list)) | toJson }}
{{- end }}

{{/* "true" when the kind virtual-environment is on. */}}
{{- define "dynamicenv.hasVirtualEnvironments" -}}
{{- if has "virtual-environment" (.Values.kinds | default list) }}true{{ end }}
{{- end }}

{{/* "true" when the kind environment is on. */}}
{{- define "dynamicenv.hasEnvironments" -}}
{{- if has "environment" (.Values.kinds | default list) }}true{{ end }}
{{- end }}

{{/* JSON: the only Environments that DynamicEnvs may name; none: any. */}}
{{- define "dynamicenv.allowedEnvironments" -}}
{{- dig "allowed" (list) (.Values.environments | default dict) | toJson }}
{{- end }}

{{/* How many Deployments a DynamicEnv may clone because of its configuration; 64 is the default of the service, too. */}}
{{- define "dynamicenv.maxUniqueWorkloads" -}}
{{- dig "maxUniqueWorkloads" 64 (.Values.environments | default dict) | int }}
{{- end }}

{{/* JSON: the hosts outside of its namespace that a Service's annotation may name. */}}
{{- define "dynamicenv.virtualEnvironmentHosts" -}}
{{- dig "hosts" (list) (.Values.virtualEnvironment | default dict) | toJson }}
{{- end }}

{{/* "true" when the kind virtual-environment injects headers by EnvoyFilters. */}}
{{- define "dynamicenv.hasEnvoyFilters" -}}
{{- $way := dig "autoInjection" "routes" (.Values.virtualEnvironment | default dict) }}
{{- if and (include "dynamicenv.hasVirtualEnvironments" .) (eq $way "envoy-filters") }}true{{ end }}
{{- end }}
