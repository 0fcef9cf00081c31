/**
 * A refusal that a client can meet (RFC 9457): `type` is stable and public (`urn:sluice:problem:{type}`), the
 * status follows from it, `detail` is a public sentence, and `cause` goes to the log only.
 */
export class Problem extends Error {
  readonly type: ProblemType;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: ProblemType, detail: string, options: ProblemOptions = {}) {
    super(detail, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'Problem';
    this.type = type;
    this.status = PROBLEMS[type].status;
    this.headers = options.headers ?? {};
  }

  get title(): string {
    return PROBLEMS[this.type].title;
  }
}

export type ProblemOptions = {
  readonly cause?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
export type ProblemType = keyof typeof PROBLEMS;

const PROBLEMS = {
  'bad-address': { status: 400, title: 'The address is malformed' },
  'bad-parameter': { status: 400, title: 'A parameter is wrong' },
  'bad-request': { status: 400, title: 'The request is malformed' },
  unsigned: { status: 403, title: 'The address is not signed' },
  'bad-signature': { status: 403, title: 'The signature is invalid' },
  expired: { status: 403, title: 'The signature has expired' },
  forbidden: { status: 403, title: 'The object may not be read' },
  'encrypted-only': { status: 403, title: 'This service sends films encrypted' },
  'not-found': { status: 404, title: 'Not found' },
  'exports-off': { status: 404, title: 'Exports are switched off' },
  'uploads-off': { status: 404, title: 'Uploads are switched off' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'The client accepts none of the outputs' },
  exists: { status: 409, title: 'There is such an object already' },
  'being-made': { status: 409, title: 'The output is still being written' },
  'precondition-failed': { status: 412, title: 'A precondition failed' },
  'too-large': { status: 413, title: 'Too large' },
  'address-too-long': { status: 414, title: 'The address is too long' },
  'not-media': { status: 415, title: 'Not media' },
  'unsupported-media': { status: 415, title: 'This media cannot be handled' },
  'damaged-media': { status: 415, title: 'This media is damaged' },
  encrypted: { status: 415, title: 'This media is encrypted' },
  'too-many-exports': { status: 429, title: 'Too many exports at once' },
  'range-not-satisfiable': { status: 416, title: 'Range not satisfiable' },
  'headers-too-large': { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'Internal error' },
  'source-changed': { status: 503, title: 'The object changed while it was read' },
  'source-unavailable': { status: 503, title: 'The store is unavailable' },
  'signing-unavailable': { status: 503, title: 'The signing keys are unavailable' },
  'encryption-unavailable': { status: 503, title: 'The secrets of the encryption are unavailable' },
  'budget-spent': { status: 503, title: 'The budget of the day is spent' },
  busy: { status: 503, title: 'The service is busy' },
  'workers-unavailable': { status: 503, title: 'No worker can be started' },
  timeout: { status: 504, title: 'Out of time' },
} as const satisfies Record<string, { status: number; title: string }>;

/** Every type, without `urn:sluice:problem:`. */
export const PROBLEM_TYPES = Object.keys(PROBLEMS) as readonly ProblemType[];

export const notFound = (key: string, options?: ProblemOptions) =>
  new Problem('not-found', `There is no object with the key ${JSON.stringify(key)}.`, options);

export const forbidden = (key: string, options?: ProblemOptions) =>
  new Problem('forbidden', `The object ${JSON.stringify(key)} may not be read by this service.`, options);

export const sourceChanged = (key: string, options?: ProblemOptions) =>
  new Problem(
    'source-changed',
    `The object ${JSON.stringify(key)} was replaced while it was being read; ask again.`,
    {
      ...options,
      headers: { 'retry-after': '1' },
    },
  );

export const sourceUnavailable = (options?: ProblemOptions) =>
  new Problem('source-unavailable', 'The media store does not answer at the moment; try again shortly.', {
    ...options,
    headers: { 'retry-after': '5' },
  });

/** `excess` is a sentence without its end. */
export const busy = (excess: string) =>
  new Problem('busy', `${excess}; try again shortly.`, { headers: { 'retry-after': '2' } });

export const badParameter = (detail: string) => new Problem('bad-parameter', detail);
export const damaged = (detail: string, options?: ProblemOptions) =>
  new Problem('damaged-media', detail, options);
export const unsupported = (detail: string, options?: ProblemOptions) =>
  new Problem('unsupported-media', detail, options);
export const encrypted = () =>
  new Problem('encrypted', 'The media is encrypted (DRM); Sluice can neither read nor repackage it.');
