{{- define "shop.labels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "shop.fullname" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end }}

{{- /* The pod of a process: root, name, process. Probes and ports come from the process. */ -}}
{{- define "shop.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
terminationGracePeriodSeconds: 40
containers:
  - name: {{ .name }}
    image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: {{ toJson .process.command }}
    envFrom:
      - configMapRef: {name: {{ .root.Release.Name }}-settings}
      - secretRef: {name: {{ .root.Values.secretName }}}
    env:
      - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      {{- with .process.metrics }}
      - {name: METRICS_PORT, value: {{ . | quote }}}
      {{- end }}
    {{- with or .process.port .process.metrics }}
    ports:
      - {name: http, containerPort: {{ . }}}
    {{- end }}
    {{- if .process.port }}
    startupProbe:
      httpGet: {path: /healthz, port: http}
      failureThreshold: 60
      periodSeconds: 2
    livenessProbe:
      httpGet: {path: /healthz, port: http}
      periodSeconds: 10
      timeoutSeconds: 3
    readinessProbe:
      httpGet: {path: {{ .process.ready }}, port: http}
      periodSeconds: 5
      timeoutSeconds: 3
    lifecycle:
      # Balancers stop sending before the server stops answering.
      preStop: {exec: {command: [sleep, "5"]}}
    {{- else if .process.metrics }}
    livenessProbe:
      httpGet: {path: /metrics, port: http}
      initialDelaySeconds: 30
      periodSeconds: 20
      timeoutSeconds: 5
    {{- end }}
    resources: {{ toJson .process.resources }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
      - {name: state, mountPath: /var/lib/shop}
      - {name: shared, mountPath: /shared}
      {{- if .root.Values.dataClaim }}
      - {name: data, mountPath: /data, readOnly: true}
      {{- end }}
volumes:
  - {name: tmp, emptyDir: {}}
  - {name: state, emptyDir: {}}
  - {name: shared, persistentVolumeClaim: {claimName: {{ .root.Release.Name }}-shared}}
  {{- with .root.Values.dataClaim }}
  - {name: data, persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}}
  {{- end }}
{{- end }}
