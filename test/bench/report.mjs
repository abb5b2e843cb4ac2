function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}

/** The results as a page: ratios first, absolute figures second. */
export function toMarkdown(results) {
  const lines = [
    '# Bench',
    '',
    'Made by `npm run bench -- --write`. Only the ratios carry over to another machine: load generator, target and Redis share',
    'its cores with what is measured. `appendfsync always`; the bridge checks an HMAC, a JSON Schema and duplicates and follows',
    'jobs; bare Express parses JSON and answers 202; the relay (`relay.mjs`) has Express, ajv, `queue.add`, a worker of 50 and',
    'axios, and checks neither signatures nor duplicates. Each system has an ingress and a worker process.',
    '',
    `Machine: ${results.machine}. Medians of ${results.rounds} alternating rounds of ${results.seconds} s.`,
  ];
  for (const { bytes, ingest, delivery } of results.sizes) {
    lines.push('', `## ${bytes / 1024} KB`);
    if (ingest !== undefined) {
      lines.push(
        '',
        '| ingest, 50 connections | against bare Express | accepted/s | p50 ms | p99 ms | refused | µs of processor an event: ingress | Redis |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
      );
      for (const each of ingest) {
        lines.push(
          row(
            each.name,
            each.againstBare.toFixed(2),
            Math.round(each.perSecond),
            each.p50.toFixed(1),
            each.p99.toFixed(1),
            each.refused,
            Math.round(each.processorMicros),
            each.name === 'bare Express' ? '–' : Math.round(each.redisMicros),
          ),
        );
      }
    }
    if (delivery !== undefined) {
      lines.push(
        '',
        '| delivery | against the relay | delivered/s | at 200/s p50 ms | p99 ms | Redis bytes waiting | delivered | dead | µs of processor an event: worker | Redis |',
        '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      );
      for (const each of delivery) {
        lines.push(
          row(
            each.name,
            each.againstRelay.toFixed(2),
            Math.round(each.perSecond),
            each.p50.toFixed(1),
            each.p99.toFixed(1),
            each.waitingBytes,
            each.keptBytes,
            each.deadBytes ?? '–',
            Math.round(each.processorMicros),
            Math.round(each.redisMicros),
          ),
        );
      }
    }
  }
  if (results.backlog !== undefined) {
    lines.push(
      '',
      '## With a backlog, 1 KB',
      '',
      '| waiting | accepted/s | against empty | µs of processor an event: ingress and Redis | delivered/s | against empty | µs: worker and Redis | event-loop lag p99 ms: ingress | worker | memory MiB: ingress | worker |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    );
    for (const each of results.backlog) {
      lines.push(
        row(
          each.waiting.toLocaleString('en'),
          Math.round(each.acceptedPerSecond),
          each.acceptAgainstEmpty.toFixed(2),
          Math.round(each.acceptMicros),
          Math.round(each.deliveredPerSecond),
          each.deliverAgainstEmpty.toFixed(2),
          Math.round(each.deliverMicros),
          each.lagMs.ingress.toFixed(0),
          each.lagMs.worker.toFixed(0),
          Math.round(each.memoryMiB.ingress),
          Math.round(each.memoryMiB.worker),
        ),
      );
    }
  }
  if (results.memory !== undefined) lines.push(...memoryTable(results.memory));
  lines.push(
    '',
    'Goals: ingest >= 0.80 of bare Express; delivery >= 2.5 of the relay; p99 at 200/s under 15 ms; <= 1,900 bytes waiting',
    'and <= 1,500 delivered at 1 KB; with a backlog of 1,000,000 at least 0.9 of the rates without; memory flat, event-loop lag p99',
    'under 50 ms. The relay keeps nothing of what it delivered.',
    '',
  );
  return `${lines.join('\n')}\n`;
}

function memoryTable({ minutes, acceptedPerSecond, deliveredPerSecond, ingress, worker }) {
  const cells = (name, { firstMiB, lastMiB, mostMiB, lagMs, worstLagMs }) =>
    row(name, ...[firstMiB, lastMiB, mostMiB, lagMs, worstLagMs].map(Math.round));
  return [
    '',
    `## At full load for ${minutes} minutes, 1 KB`,
    '',
    `${Math.round(acceptedPerSecond)} accepted and ${Math.round(deliveredPerSecond)} delivered a second at once. Lag is the p99 of each 10 s.`,
    '',
    '| process | memory MiB: first fifth | last fifth | most | event-loop lag p99 ms: median | worst |',
    '| --- | --- | --- | --- | --- | --- |',
    cells('ingress', ingress),
    cells('worker', worker),
  ];
}
