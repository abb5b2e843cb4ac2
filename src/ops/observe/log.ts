import { createLogger, format, transports, type Logger } from 'winston';
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

/** RFC 3339 with milliseconds first, so that a person who reads raw lines sees the time where it belongs. */
const line = format.printf(({ level, message, ...fields }) =>
  JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...fields }),
);

/** One JSON object a line. JSON escapes CR, LF and ESC in values, so no value can forge a line or colour a terminal. */
export function createLog(options: LogOptions): WriteLog {
  const { service, version, instance, level, write } = options;
  const logger: Logger = createLogger({
    level,
    format: line,
    defaultMeta: { service, version, instance },
    transports: [write === undefined ? new transports.Console({ forceConsole: false }) : toFunction(write)],
  });
  return (severity, message, fields) => void logger.log(severity, message, fields);
}

function toFunction(write: (line: string) => void): transports.StreamTransportInstance {
  return new transports.Stream({ stream: new LineSink(write), eol: '' });
}
