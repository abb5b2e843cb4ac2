/** What is to be answered. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export const JSON_TYPE = 'application/json';

/** JSON text that is ready. */
export function jsonText(body: string, status = 200): Reply {
  return { status, type: JSON_TYPE, body };
}

export function json(value: unknown, status = 200): Reply {
  return jsonText(JSON.stringify(value), status);
}

export function html(body: string, status = 200): Reply {
  return { status, type: 'text/html; charset=utf-8', body };
}

/** Komand's refusal; its words are not documented, so nobody may depend on these. */
export function refusal(status: number, message: string): Reply {
  return json({ message, status: status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST' }, status);
}

/** The one refusal that is documented, except for its code. */
export function accessDenied(status: number): Reply {
  const message = 'checkpermission: You do not have the right permissions to access this resource';
  return json({ message, status: 'ACCESS_DENIED' }, status);
}

/** What stands in front of a Komand that is behind a single sign-on proxy. */
export function loginPage(status = 200): Reply {
  return html(
    '<!doctype html><title>Sign in</title><form method="post"><input name="user"></form>\n',
    status,
  );
}
