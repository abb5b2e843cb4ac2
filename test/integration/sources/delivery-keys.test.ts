import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPresetListener, type PresetListener } from '../../support/preset-listener.js';
import { jsonOf } from '../../support/raw-http.js';

let listener: PresetListener;
beforeAll(async () => {
  listener = await startPresetListener();
});
afterAll(() => listener.close());

describe('delivery keys hide no news', () => {
  const status = async (preset: string, body: unknown): Promise<unknown> => {
    const parsed = jsonOf(await listener.post(preset, { body: JSON.stringify(body) }));
    const [event] = (parsed['events'] ?? [parsed]) as readonly Readonly<Record<string, unknown>>[];
    return event?.['status'];
  };

  it('Alertmanager: an update, a rise and the end of an alert are news, a group sent again is not', async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'Disk', severity: 'warning' },
      annotations: { summary: 'at 80 %' },
      startsAt: '2026-02-01T00:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: 'd1',
    };
    const group = (one: unknown): unknown => ({
      version: '4',
      groupKey: '{}:{}',
      status: 'firing',
      alerts: [one],
    });
    expect(await status('alertmanager', group(alert))).toBe('queued');
    expect(await status('alertmanager', group({ ...alert }))).toBe('duplicate');
    expect(await status('alertmanager', group({ ...alert, annotations: { summary: 'at 95 %' } }))).toBe(
      'queued',
    );
    expect(
      await status('alertmanager', group({ ...alert, labels: { ...alert.labels, severity: 'critical' } })),
    ).toBe('queued');
    expect(
      await status('alertmanager', group({ ...alert, status: 'resolved', endsAt: '2026-02-01T01:00:00Z' })),
    ).toBe('queued');
  });

  it('Sentinel: each change of an incident is news, a retry of the same request is not', async () => {
    const incident = (over: object): unknown => ({
      objectEventType: 'Update',
      object: {
        name: 'i-1',
        properties: {
          title: 'T',
          severity: 'Low',
          status: 'New',
          lastModifiedTimeUtc: '2026-02-01T00:00:00Z',
          ...over,
        },
      },
    });
    expect(await status('microsoft-sentinel', incident({}))).toBe('queued');
    expect(await status('microsoft-sentinel', incident({}))).toBe('duplicate');
    expect(await status('microsoft-sentinel', incident({ severity: 'High' }))).toBe('queued');
    expect(
      await status('microsoft-sentinel', incident({ lastModifiedTimeUtc: '2026-02-01T00:00:01Z' })),
    ).toBe('queued');
  });
});
