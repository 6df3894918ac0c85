// What went wrong with a call, and what can its user do about it?

export interface FieldViolation {
  field: string;
  description: string;
}

/** The kinds of trouble that a page tells apart; everything else is `refused`. */
export type Trouble =
  | 'offline' // no answer came
  | 'slow' // none came in time
  | 'signed_out'
  | 'forbidden'
  | 'missing'
  | 'conflict' // somebody else changed it meanwhile
  | 'invalid' // fields are wrong
  | 'busy' // too many calls; later
  | 'broken' // the other end failed
  | 'approval' // waits for a second person
  | 'refused'; // a rule says no

/** An answer of the API that is no success, or none at all. */
export class ApiError extends Error {
  constructor(
    readonly trouble: Trouble,
    message: string,
    readonly reason = '',
    readonly metadata: Record<string, string> = {},
    readonly violations: FieldViolation[] = [],
    readonly retrySeconds = 0,
  ) {
    super(message);
  }

  /** The rule behind a refusal: its id and its article; empty where no rule refused. */
  get rule(): { id: string; source: string; required: string; actual: string } {
    const { rule_id: id = '', source = '', required = '', actual = '' } = this.metadata;
    return { id, source, required, actual };
  }
}

interface Detail {
  '@type'?: string;
  reason?: string;
  metadata?: Record<string, string>;
  message?: string;
  fieldViolations?: FieldViolation[];
  retryDelay?: string;
}

/** The body of an error answer. */
export interface ErrorBody {
  error?: { code?: number; status?: string; message?: string; details?: Detail[] };
}

function troubleOf(http: number, reason: string): Trouble {
  if (reason === 'APPROVAL_REQUIRED') return 'approval';
  if (reason === 'ETAG_MISMATCH') return 'conflict';
  if (http === 401) return 'signed_out';
  if (http === 403) return 'forbidden';
  if (http === 404) return 'missing';
  if (http === 409 || http === 412) return 'conflict';
  if (http === 429 || http === 503) return 'busy';
  if (http === 504) return 'slow';
  if (http >= 500) return 'broken';
  return 'refused';
}

/** The error that an answer with status `http` tells of. */
export function errorOf(http: number, body: ErrorBody): ApiError {
  const details = body.error?.details ?? [];
  const info = details.find((one) => one['@type']?.endsWith('ErrorInfo'));
  const violations = details.find((one) => one.fieldViolations !== undefined)?.fieldViolations ?? [];
  const retry = Number.parseFloat(details.find((one) => one.retryDelay !== undefined)?.retryDelay ?? '0');
  const reason = info?.reason ?? '';
  const trouble = violations.length > 0 ? 'invalid' : troubleOf(http, reason);
  return new ApiError(trouble, body.error?.message ?? '', reason, info?.metadata ?? {}, violations, retry);
}

/** Whatever was thrown, as an ApiError. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError('broken', thrown instanceof Error ? thrown.message : String(thrown));
}
