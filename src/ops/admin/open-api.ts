import type { AdminRoute } from './admin-route.js';
import { ANYTHING, describe, mapOf, TEXT, type JsonSchema } from './json-schema.js';
import { SCHEMAS } from './schemas.js';

const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    type: TEXT,
    title: TEXT,
    status: { type: 'integer' },
    code: TEXT,
    detail: TEXT,
    request_id: TEXT,
    errors: { type: 'array', items: mapOf(TEXT) },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'request_id'],
};

/** The OpenAPI 3.1 document of the table of routes: the table is the API, so the two cannot differ. */
export function openApi(routes: readonly AdminRoute[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Komand Bridge operations API',
      version,
      description: 'What operators see and do. Errors are application/problem+json (RFC 9457).',
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...SCHEMAS, Problem: PROBLEM },
    },
  };
}

function operationOf({ method, path, role, summary, doc }: AdminRoute): Record<string, unknown> {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: TEXT,
  }));
  const inQuery = Object.entries(doc?.query ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
  return {
    operationId: `${method.toLowerCase()}${path.replace('/api/v1', '').replace(/[/:._-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    tags: [path.split('/')[3] ?? 'api'],
    'x-role': role,
    parameters: [...inPath, ...inQuery],
    ...(doc?.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: doc.body } } } }),
    responses: {
      [String(doc?.status ?? 200)]: {
        description: 'Done.',
        content: { [doc?.contentType ?? 'application/json']: { schema: doc?.answer ?? ANYTHING } },
      },
      default: {
        description: 'Not done; detail says why, code is stable.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/** The route that answers the document, itself included. */
export function openApiRoute(routes: readonly AdminRoute[], version: string): AdminRoute {
  const own: AdminRoute = {
    method: 'GET',
    path: '/api/v1/openapi.json',
    role: 'viewer',
    summary: 'This document.',
    doc: { answer: describe({ type: 'object' }, 'OpenAPI 3.1') },
    handler: async () => ({ status: 200, body: openApi([...routes, own], version) }),
  };
  return own;
}
