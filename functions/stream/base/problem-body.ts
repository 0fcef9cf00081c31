/** A `Problem` as a client reads it (RFC 9457), without what the request adds. */
export type ProblemBody = {
  /** `urn:sluice:problem:{type}` */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
};
