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
        '| ingest, 50 connections | against bare Express | accepted/s | p50 ms | p99 ms | refused |',
        '| --- | --- | --- | --- | --- | --- |',
      );
      for (const { name, againstBare, perSecond, p50, p99, refused } of ingest) {
        lines.push(
          `| ${name} | ${againstBare.toFixed(2)} | ${Math.round(perSecond)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${refused} |`,
        );
      }
    }
    if (delivery !== undefined) {
      lines.push(
        '',
        '| delivery | against the relay | delivered/s | at 200/s p50 ms | p99 ms | Redis bytes waiting | kept |',
        '| --- | --- | --- | --- | --- | --- | --- |',
      );
      for (const { name, againstRelay, perSecond, p50, p99, waitingBytes, keptBytes } of delivery) {
        lines.push(
          `| ${name} | ${againstRelay.toFixed(2)} | ${Math.round(perSecond)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${waitingBytes} | ${keptBytes} |`,
        );
      }
    }
  }
  lines.push(
    '',
    'Goals: ingest >= 0.80 of bare Express; delivery >= 2.5 of the relay; p99 at 200/s under 15 ms; <= 1,900 bytes waiting',
    'and <= 1,500 kept at 1 KB. The relay keeps nothing of what it delivered.',
    '',
  );
  return `${lines.join('\n')}\n`;
}
