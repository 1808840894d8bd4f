{{/*
For the charts of APIs; each takes the chart's own root: {{ include "pgate.initContainers" . }}.

  pgate.initContainers   what goes before the API's containers in its pod, as the shape says
  pgate.volumes          the volumes of those
  pgate.podSecurity      fields of the pod that they ask for
  pgate.job              the Job of the shape job; nothing for the others
  pgate.contract         the Job that contracts after the roll-out; nothing where contract.hook is none
  pgate.monitor          what has Prometheus read the sidecars' metrics; nothing without sidecar.monitor.enabled
  pgate.fleet            the Indexed Job of a fleet, whatever the shape; nothing without fleet.secret.name
*/}}

{{- define "pgate.initContainers" -}}
{{- $gate := .Values.pgate -}}
{{- if eq $gate.shape "init" }}
- {{- include "pgate.container" (dict "gate" $gate) | nindent 2 }}
{{- else if eq $gate.shape "job" }}
- {{- include "pgate.container" (dict "gate" $gate "args" (list "wait" "--for" "head") "env" (dict "PGATE_WAIT_TIMEOUT" $gate.job.waitTimeout)) | nindent 2 }}
{{- else }}
- {{- include "pgate.container" (dict "gate" $gate "args" (list "sidecar") "env" (dict "PGATE_LISTEN" (printf "0.0.0.0:%v" $gate.sidecar.port))) | nindent 2 }}
  restartPolicy: Always
  ports:
    - name: pgate
      containerPort: {{ $gate.sidecar.port }}
  startupProbe:
    httpGet: { path: /startupz, port: pgate }
    periodSeconds: 2
    failureThreshold: {{ div $gate.sidecar.startupSeconds 2 }}
  livenessProbe:
    httpGet: { path: /healthz, port: pgate }
{{- end }}
{{- end }}

{{- define "pgate.volumes" -}}
{{- $key := ternary .Values.pgate.secret.reader .Values.pgate.secret.migrator (eq .Values.pgate.shape "job") -}}
{{- include "pgate.volumesWith" (dict "gate" .Values.pgate "key" $key) }}
{{- end }}

{{- define "pgate.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "pgate.job" -}}
{{- $gate := .Values.pgate -}}
{{- if eq $gate.shape "job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "pgate.jobName" (dict "root" . "suffix" "migrate") | nindent 2 }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}-migrate
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  {{- include "pgate.jobSpec" (dict "root" . "app" "migrate") | nindent 2 }}
{{- end }}
{{- end }}

{{- define "pgate.contract" -}}
{{- $hook := .Values.pgate.contract.hook -}}
{{- if ne $hook "none" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ printf "%s-contract" .Release.Name }}
  annotations:
    {{- if eq $hook "helm" }}
    helm.sh/hook: post-install,post-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
    {{- else }}
    argocd.argoproj.io/hook: PostSync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    {{- end }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}-contract
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  {{- include "pgate.jobSpec" (dict "root" . "app" "contract" "args" (list "upgrade" "--phase" "contract")) | nindent 2 }}
{{- end }}
{{- end }}

{{- define "pgate.monitor" -}}
{{- $gate := .Values.pgate -}}
{{- if and (eq $gate.shape "sidecar") $gate.sidecar.monitor.enabled -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ printf "%s-pgate" .Release.Name }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}-pgate
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  clusterIP: None
  # A pod whose gate has not opened yet is asked, too.
  publishNotReadyAddresses: true
  selector:
    app.kubernetes.io/name: {{ .Chart.Name }}
    app.kubernetes.io/instance: {{ .Release.Name }}
  ports:
    - name: pgate
      port: {{ $gate.sidecar.port }}
      targetPort: pgate
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ printf "%s-pgate" .Release.Name }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}-pgate
    app.kubernetes.io/instance: {{ .Release.Name }}
    {{- with $gate.sidecar.monitor.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ .Chart.Name }}-pgate
      app.kubernetes.io/instance: {{ .Release.Name }}
  endpoints:
    - port: pgate
      path: /metrics
      interval: {{ $gate.sidecar.monitor.interval }}
{{- end }}
{{- end }}

{{- define "pgate.jobSpec" -}}
{{- $root := .root -}}
{{- $gate := $root.Values.pgate -}}
backoffLimit: {{ $gate.job.backoffLimit }}
ttlSecondsAfterFinished: {{ $gate.job.ttlSecondsAfterFinished }}
podFailurePolicy:
  {{- include "pgate.failureRules" "FailJob" | nindent 2 }}
template:
  metadata:
    labels:
      app.kubernetes.io/name: {{ $root.Chart.Name }}-{{ .app }}
      app.kubernetes.io/instance: {{ $root.Release.Name }}
  spec:
    restartPolicy: Never
    {{- include "pgate.podSecurity" $root | nindent 4 }}
    containers:
      - {{- include "pgate.container" (dict "gate" $gate "args" .args) | nindent 8 }}
    volumes:
      {{- include "pgate.volumesWith" (dict "gate" $gate "key" $gate.secret.migrator) | nindent 6 }}
{{- end }}

{{- define "pgate.fleet" -}}
{{- $gate := .Values.pgate -}}
{{- $fleet := $gate.fleet -}}
{{- if $fleet.secret.name -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "pgate.jobName" (dict "root" . "suffix" "fleet") | nindent 2 }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}-fleet
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  completionMode: Indexed
  completions: {{ $fleet.shards }}
  parallelism: {{ $fleet.parallelism }}
  backoffLimitPerIndex: {{ $fleet.backoffLimitPerIndex }}
  maxFailedIndexes: {{ $fleet.maxFailedIndexes }}
  ttlSecondsAfterFinished: {{ $gate.job.ttlSecondsAfterFinished }}
  podFailurePolicy:
    {{- include "pgate.failureRules" "FailIndex" | nindent 4 }}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {{ .Chart.Name }}-fleet
        app.kubernetes.io/instance: {{ .Release.Name }}
    spec:
      restartPolicy: Never
      {{- include "pgate.podSecurity" . | nindent 6 }}
      containers:
        - {{- include "pgate.container" (dict "gate" $gate "fleet" true "resources" $fleet.resources "args" (list "fleet") "env" (dict "PGATE_FLEET_SHARDS" $fleet.shards "PGATE_FLEET_CONCURRENCY" $fleet.concurrency "PGATE_FLEET_CANARY" $fleet.canary)) | nindent 10 }}
      volumes:
        - name: targets
          secret:
            secretName: {{ $fleet.secret.name }}
            defaultMode: 288
            items:
              - key: {{ $fleet.secret.key }}
                path: targets
        {{- include "pgate.migrationsVolume" $gate | nindent 8 }}
{{- end }}
{{- end }}

{{- define "pgate.jobName" -}}
{{- if eq .root.Values.pgate.job.hook "none" }}
name: {{ printf "%s-%s-%v" .root.Release.Name .suffix .root.Release.Revision }}
{{- else }}
name: {{ printf "%s-%s" .root.Release.Name .suffix }}
annotations:
  {{- if eq .root.Values.pgate.job.hook "helm" }}
  helm.sh/hook: pre-install,pre-upgrade
  helm.sh/hook-delete-policy: before-hook-creation
  {{- else }}
  argocd.argoproj.io/hook: Sync
  argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
  argocd.argoproj.io/sync-wave: "-1"
  {{- end }}
{{- end }}
{{- end }}

{{- define "pgate.failureRules" -}}
rules:
  - action: {{ . }}
    onExitCodes:
      containerName: pgate
      operator: In
      values: [1, 2, 20, 31, 40, 41, 50, 51, 53, 60, 61, 63]
  - action: Ignore
    onPodConditions:
      - type: DisruptionTarget
        status: "True"
{{- end }}

{{- define "pgate.container" -}}
name: pgate
image: {{ printf "%s:%s" .gate.image.repository .gate.image.tag }}
imagePullPolicy: {{ .gate.image.pullPolicy }}
{{- with .args }}
args: {{ toJson . }}
{{- end }}
env:
  {{- if hasKey . "fleet" }}
  - name: PGATE_FLEET
    value: /run/secrets/fleet/targets
  {{- else }}
  - name: DATABASE_URL_FILE
    value: /run/secrets/database/url
  {{- end }}
  {{- $phase := ternary (dict) (dict "PGATE_PHASE" "expand") (or (eq .gate.contract.hook "none") (has "--phase" (default list .args))) }}
  {{- range $name, $value := merge (dict) .gate.env (default (dict) .env) $phase }}
  - name: {{ $name }}
    value: {{ $value | toString | quote }}
  {{- end }}
volumeMounts:
  - name: {{ ternary "targets" "database" (hasKey . "fleet") }}
    mountPath: {{ ternary "/run/secrets/fleet" "/run/secrets/database" (hasKey . "fleet") }}
    readOnly: true
  {{- if .gate.migrations.configMap }}
  - name: migrations
    mountPath: /migrations
    readOnly: true
  {{- end }}
terminationMessagePolicy: FallbackToLogsOnError
resources:
  {{- toYaml (default .gate.resources .resources) | nindent 2 }}
securityContext:
  runAsUser: 65532
  runAsGroup: 65532
  runAsNonRoot: true
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "pgate.volumesWith" -}}
- name: database
  secret:
    secretName: {{ .gate.secret.name }}
    defaultMode: 288
    items:
      - key: {{ .key }}
        path: url
{{- include "pgate.migrationsVolume" .gate }}
{{- end }}

{{- define "pgate.migrationsVolume" -}}
{{- with .migrations.configMap }}
- name: migrations
  configMap:
    name: {{ . }}
{{- end }}
{{- end }}
