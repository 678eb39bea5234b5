apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: backend
  labels:
    helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
spec:
  hosts: [backend]
  http: {{ toJson .Values.http }}
{{- if .Values.broken }}
---
# Helm writes objects of unknown kinds sorted by kind: WorkloadEntry comes after VirtualService. The API server refuses this
# name.
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: Not_A_Name
spec:
  address: 192.0.2.1
{{- end }}
