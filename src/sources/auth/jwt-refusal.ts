import { errors } from 'jose';
import type { Refused } from '../../model/source.js';
import { KeySourceDown } from './key-set.js';
import { refused } from './refused.js';

/** What a failed check of a JWT means for the operator. */
export function jwtRefusal(error: unknown): Refused {
  if (error instanceof KeySourceDown) {
    return refused('key_source_down', `the issuer's keys cannot be had: ${error.message}`);
  }
  if (error instanceof errors.JWTExpired) return refused('expired', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error);
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return refused('wrong_algorithm', 'the token is signed with an algorithm that is not allowed');
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refused('wrong_secret', 'the issuer has no key with the id the token names');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refused('wrong_secret', "the token's signature is not by the issuer's key");
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return refused('malformed', 'the token is not a signed JWT');
  }
  return refused('key_source_down', "the issuer's key cannot be used for this token");
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): Refused {
  // The claim's name is one of ours: jose checks no others
  if (reason === 'missing') return refused('malformed', `the token has no ${claim}`);
  if (reason === 'invalid') return refused('malformed', `the token's ${claim} is not well formed`);
  if (claim === 'nbf' || claim === 'iat')
    return refused('stale', `the token is not valid yet by its ${claim}`);
  return refused('wrong_secret', `the token's ${claim} is not the configured one`);
}
