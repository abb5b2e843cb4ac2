/** One message of an event stream (html.spec.whatwg.org, "Server-sent events"). */
export interface StreamMessage {
  readonly kind: string;
  readonly data: string;
}

/** Cuts a stream of text into its messages. Comments (heartbeats) and what has no data are left out. */
export async function* readMessages(chunks: AsyncIterable<string>): AsyncIterable<StreamMessage> {
  let rest = '';
  let kind = 'message';
  let data: string[] = [];
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { kind, data: data.join('\n') };
        kind = 'message';
        data = [];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'event') kind = value;
      if (field === 'data') data.push(value);
    }
  }
}
