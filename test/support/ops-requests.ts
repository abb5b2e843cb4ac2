import request from 'supertest';
import { OPERATOR, VIEWER, type TestOps } from './open-test-ops.js';

/** Requests to the API of what is open when they are made: looks by a viewer and changes by an operator, unless told. */
export function requestsTo(ops: () => TestOps) {
  return {
    get: (path: string, token = VIEWER.token) =>
      request(ops().url).get(path).set('authorization', `Bearer ${token}`),
    post: (path: string, body: object, token = OPERATOR.token) =>
      request(ops().url).post(path).set('authorization', `Bearer ${token}`).send(body),
  };
}
