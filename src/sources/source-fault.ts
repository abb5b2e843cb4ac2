/** What is wrong with a source or a route, and where in the configuration file. */
export interface SourceFault {
  /** JSON pointer, e.g. `/sources/splunk/routes/0/when`. */
  readonly pointer: string;
  readonly message: string;
}
