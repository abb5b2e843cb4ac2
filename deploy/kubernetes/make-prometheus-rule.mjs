// Writes components/monitoring/prometheus-rule.yaml from deploy/prometheus/alerts.yml: one text of the rules, two forms.
// Run it after the rules changed: node deploy/kubernetes/make-prometheus-rule.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const rules = readFileSync(new URL('../prometheus/alerts.yml', import.meta.url), 'utf8');
const made = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'komand-bridge' },
  spec: parse(rules),
};
writeFileSync(
  new URL('components/monitoring/prometheus-rule.yaml', import.meta.url),
  `# Made by make-prometheus-rule.mjs from deploy/prometheus/alerts.yml: change it there.\n${stringify(made, { lineWidth: 0 })}`,
);
