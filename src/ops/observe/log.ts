import { createLogger, format, transports, type Logger } from 'winston';
import { gatherLines } from './gather-lines.js';
import { LineSink } from './line-sink.js';

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly service: string;
  readonly version: string;
  /** Tells one process of several apart, e.g. `host:pid`. */
  readonly instance: string;
  /** Takes one finished line without its line end. Default: standard output. */
  readonly write?: (line: string) => void;
}

export type LogLevel = LogOptions['level'];
export type LogFields = Readonly<Record<string, unknown>>;
export type WriteLog = (level: LogLevel, message: string, fields: LogFields) => void;

/**
 * One JSON object a line. JSON escapes CR, LF and ESC in values, so no value can forge a line or colour a terminal.
 * What is said in one turn of the event loop is handed to the logger as one text: its way through the logger's streams
 * costs more than the line itself, and a line for each request is a good part of what a request costs.
 */
export function createLog(options: LogOptions): WriteLog {
  const { service, version, instance, level, write } = options;
  const logger: Logger = createLogger({
    level,
    format: format.printf(({ message }) => String(message)),
    transports: [write === undefined ? new transports.Console({ forceConsole: false }) : toFunction(write)],
  });
  const gather = gatherLines((lines) => void logger.log('error', lines));
  // The same on every line, so it is put into JSON once
  const from = `,${JSON.stringify({ service, version, instance }).slice(1)}`;
  return (severity, message, fields) => {
    if (!logger.isLevelEnabled(severity)) return;
    // The time first, so that a person who reads raw lines sees it where it belongs: RFC 3339 with milliseconds
    const said = JSON.stringify({ time: new Date().toISOString(), level: severity, msg: message, ...fields });
    gather(said.slice(0, -1) + from);
  };
}

function toFunction(write: (line: string) => void): transports.StreamTransportInstance {
  return new transports.Stream({ stream: new LineSink(write), eol: '' });
}
