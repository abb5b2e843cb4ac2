import { listAt, textAt } from './fields.js';
import { html, type Html } from './html.js';
import { icon, type IconName } from './icon.js';

type Verdict = 'never_sent' | 'sent_without_answer' | 'answered';

const SHOWN: Readonly<Record<Verdict, readonly ['ok' | 'warn' | 'bad', IconName, string, string]>> = {
  never_sent: [
    'ok',
    'shield',
    'Safe to send again',
    'No attempt reached the target, so it cannot happen twice.',
  ],
  sent_without_answer: [
    'warn',
    'warn',
    'May have arrived',
    'It was sent at least once and no answer came: look for its job in Komand before sending it again.',
  ],
  answered: [
    'warn',
    'info',
    'The target has seen it',
    'It answered at least once. Sending it again is right if it was refused, and happens twice if it was taken.',
  ],
};

/** Whether a replay is safe, in words, from what the attempts reached. */
export function replayVerdict(item: unknown): Html {
  const verdict = readVerdict(item);
  if (verdict === undefined) return html``;
  const [tone, name, title, sentence] = SHOWN[verdict];
  const told = textAt(item, 'replay_verdict', 'sentence') ?? textAt(item, 'verdict', 'sentence') ?? sentence;
  return html`<section class="verdict ${tone}">
    ${icon(name)}
    <div>
      <h2>${title}</h2>
      <p>${told}</p>
    </div>
  </section>`;
}

function readVerdict(item: unknown): Verdict | undefined {
  const said = textAt(item, 'replay_verdict', 'verdict') ?? textAt(item, 'verdict', 'verdict');
  if (said === 'never_sent' || said === 'sent_without_answer' || said === 'answered') return said;
  if (textAt(item, 'state') === 'delivered') return 'answered';
  const reached = listAt(item, 'attempts').map((attempt) => textAt(attempt, 'reached'));
  if (reached.includes('sent_no_answer')) return 'sent_without_answer';
  return reached.includes('answered') ? 'answered' : 'never_sent';
}
