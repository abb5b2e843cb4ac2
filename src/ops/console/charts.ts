import { linePath, round, roundUp } from './chart-scale.js';
import { html, type Html } from './html.js';

export interface Series {
  readonly label: string;
  /** Which of the drawing's colours; lines differ by their dashes, too. */
  readonly tone: 'one' | 'two' | 'ok' | 'bad' | 'warn' | 'idle';
  /** One value for each step; `undefined` where nothing is known. */
  readonly values: readonly (number | undefined)[];
}

export interface Chart {
  readonly title: string;
  readonly kind: 'lines' | 'area' | 'bars';
  readonly series: readonly Series[];
  /** Unix milliseconds of the steps, as many as there are values. */
  readonly times: readonly number[];
  readonly format: (value: number) => string;
  /** Said below the title, where something needs saying. */
  readonly note?: string;
}

const WIDTH = 600;
const HEIGHT = 120;

/** A chart as markup: lines or bars without text inside, so that it may stretch; all text stands around it. */
export function chart(spec: Chart): Html {
  const max = roundUp(highest(spec));
  const known = spec.series.some(({ values }) => values.some((value) => value !== undefined && value > 0));
  return html`<figure class="chart">
    <figcaption>
      <h3>${spec.title}</h3>
      <ul class="legend">
        ${spec.series.map((each) => legend(spec, each))}
      </ul>
    </figcaption>
    <div class="plot">
      <span class="max" aria-hidden="true">${spec.format(max)}</span>
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${describe(spec)}"
      >
        <path class="grid" d="M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}" />
        ${spec.kind === 'bars' ? bars(spec, max) : spec.series.map((each) => line(spec, each, max))}
        <path class="axis" d="M0 ${HEIGHT - 0.5}H${WIDTH}" />
        ${hovers(spec)}</svg
      >${known ? '' : html`<span class="nothing">nothing yet</span>`}
    </div>
    <div class="ticks" aria-hidden="true">${ticks(spec.times)}</div>
    ${spec.note === undefined ? '' : html`<p class="muted note">${spec.note}</p>`}
  </figure>`;
}

function highest({ kind, series, times }: Chart): number {
  const at = (i: number): number[] => series.map(({ values }) => values[i] ?? 0);
  return Math.max(
    0,
    ...times.map((_, i) => (kind === 'bars' ? at(i).reduce((sum, n) => sum + n, 0) : Math.max(...at(i)))),
  );
}

function legend({ format }: Chart, { label, tone, values }: Series): Html {
  const last = values.findLast((value) => value !== undefined);
  return html`<li class="${tone}">
    <i aria-hidden="true"></i>${label} <b>${last === undefined ? '–' : format(last)}</b>
  </li>`;
}

function line({ kind }: Chart, { tone, values }: Series, max: number): Html {
  const path = linePath(values, WIDTH, HEIGHT, max);
  const filled = kind === 'area' && path !== '' && values.every((value) => value !== undefined);
  return html`${filled ? html`<path class="fill ${tone}" d="${path}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z" />` : ''}<path
      class="line ${tone}"
      d="${path}"
    />`;
}

function bars({ series, times }: Chart, max: number): Html {
  const slot = WIDTH / Math.max(1, times.length);
  return html`${times.map((_, i) => {
    let top = HEIGHT;
    return series.map(({ tone, values }) => {
      const height = ((values[i] ?? 0) / max) * HEIGHT;
      if (height <= 0) return '';
      top -= height;
      return html`<rect
        class="bar ${tone}"
        x="${round(i * slot + slot * 0.12)}"
        y="${round(top)}"
        width="${round(slot * 0.76)}"
        height="${round(height)}"
      />`;
    });
  })}`;
}

/** What a pointer over a step is told; drawn last, to lie on top. */
function hovers({ series, times, format }: Chart): Html {
  const slot = WIDTH / Math.max(1, times.length);
  return html`${times.map((time, i) => {
    const told = series.map(({ label, values }) => {
      const value = values[i];
      return `${label} ${value === undefined ? '–' : format(value)}`;
    });
    return html`<rect class="hover" x="${round(i * slot)}" y="0" width="${round(slot)}" height="${HEIGHT}"
      ><title>${hourMinute(time)} ${told.join(', ')}</title></rect
    >`;
  })}`;
}

/** The chart in a sentence, for who cannot see it. */
function describe({ title, series, format }: Chart): string {
  const told = series.map(({ label, values }) => {
    const known = values.filter((value) => value !== undefined);
    if (known.length === 0) return `${label}: nothing known`;
    return `${label}: now ${format(known.at(-1) ?? 0)}, at most ${format(Math.max(...known))}`;
  });
  return `${title}. ${told.join('. ')}.`;
}

function ticks(times: readonly number[]): Html {
  const at = (part: number): string => hourMinute(times[Math.floor(part * (times.length - 1))] ?? 0);
  return html`<span>${at(0)}</span><span>${at(0.25)}</span><span>${at(0.5)}</span><span>${at(0.75)}</span
    ><span>now</span>`;
}

function hourMinute(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}
