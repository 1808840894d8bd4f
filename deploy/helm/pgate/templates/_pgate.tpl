{{/*
For the charts of APIs; each takes the chart's own root: {{ include "pgate.initContainers" . }}.

  pgate.initContainers   what goes before the API's containers in its pod, as the shape says
  pgate.volumes          the volumes of those
  pgate.podSecurity      fields of the pod that they ask for
  pgate.job              the Job of the shape job; nothing for the others
  pgate.contract         the Job that contracts after the roll-out; nothing where contract.hook is none
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
  {{- if eq $gate.job.hook "none" }}
  name: {{ printf "%s-migrate-%v" .Release.Name .Release.Revision }}
  {{- else }}
  name: {{ printf "%s-migrate" .Release.Name }}
  annotations:
    {{- if eq $gate.job.hook "helm" }}
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
    {{- else }}
    argocd.argoproj.io/hook: Sync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    argocd.argoproj.io/sync-wave: "-1"
    {{- end }}
  {{- end }}
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

{{- define "pgate.jobSpec" -}}
{{- $root := .root -}}
{{- $gate := $root.Values.pgate -}}
backoffLimit: {{ $gate.job.backoffLimit }}
ttlSecondsAfterFinished: {{ $gate.job.ttlSecondsAfterFinished }}
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes:
        containerName: pgate
        operator: In
        values: [1, 2, 20, 31, 40, 41, 50, 51, 53, 60, 61, 63]
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: "True"
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

{{- define "pgate.container" -}}
name: pgate
image: {{ printf "%s:%s" .gate.image.repository .gate.image.tag }}
imagePullPolicy: {{ .gate.image.pullPolicy }}
{{- with .args }}
args: {{ toJson . }}
{{- end }}
env:
  - name: DATABASE_URL_FILE
    value: /run/secrets/database/url
  {{- $phase := ternary (dict) (dict "PGATE_PHASE" "expand") (or (eq .gate.contract.hook "none") (has "--phase" (default list .args))) }}
  {{- range $name, $value := merge (dict) .gate.env (default (dict) .env) $phase }}
  - name: {{ $name }}
    value: {{ $value | toString | quote }}
  {{- end }}
volumeMounts:
  - name: database
    mountPath: /run/secrets/database
    readOnly: true
  {{- if .gate.migrations.configMap }}
  - name: migrations
    mountPath: /migrations
    readOnly: true
  {{- end }}
terminationMessagePolicy: FallbackToLogsOnError
resources:
  {{- toYaml .gate.resources | nindent 2 }}
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
{{- with .gate.migrations.configMap }}
- name: migrations
  configMap:
    name: {{ . }}
{{- end }}
{{- end }}
