import type {
  AuthSettings,
  BasicSettings,
  JwtSettings,
  MtlsSettings,
  SnsSettings,
  StandardWebhooksSettings,
  TokenSettings,
  WrittenAuth,
} from '../../model/auth-settings.js';
import { filledList, headerName, positive, required, type Report } from './auth-fault.js';
import { checkedSecrets, checkStandardWebhooksKey, checkToken } from './check-secrets.js';
import { completeHmac } from './complete-hmac.js';
import { ASYMMETRIC_ALGORITHMS } from './jwt-algorithms.js';

/** One mechanism with its defaults filled in. What is wrong goes to `report`; the result then is not to be used. */
export function completeMechanism(
  type: AuthSettings['type'],
  written: WrittenAuth,
  report: Report,
): AuthSettings {
  switch (type) {
    case 'hmac':
      return completeHmac(written, report);
    case 'token':
      return completeToken(written, report);
    case 'basic':
      return completeBasic(written, report);
    case 'standard-webhooks':
      return completeStandardWebhooks(written, report);
    case 'jwt':
      return completeJwt(written, report);
    case 'mtls':
      return completeMtls(written, report);
    case 'sns':
      return completeSns(written, report);
    default:
      return { type };
  }
}

/** `Authorization: Bearer …` where nothing else is said. */
function completeToken(written: WrittenAuth, report: Report): TokenSettings {
  const place = written.in ?? 'header';
  const { scheme } = written;
  const usual = place === 'header' && written.name === undefined;
  const name = usual ? 'authorization' : (written.name ?? '');
  const bearer = scheme ?? (usual ? 'Bearer' : undefined);
  if (scheme !== undefined && (place !== 'header' || !/^[A-Za-z0-9_-]+$/.test(scheme))) {
    report('/scheme', 'a scheme is one word before the token in a header');
  }
  return {
    type: 'token',
    in: place,
    name:
      place === 'header'
        ? headerName(name, '/name', "the header's name", report)
        : place === 'path'
          ? name
          : required(name, '/name', `the name in the ${place}`, report),
    ...(bearer === undefined ? {} : { scheme: bearer }),
    secrets: checkedSecrets(written, checkToken, report),
  };
}

function completeBasic(written: WrittenAuth, report: Report): BasicSettings {
  const username = required(written.username, '/username', 'the user name', report);
  // RFC 7617 §2: the first colon ends the user name
  if (username.includes(':')) report('/username', 'a user name cannot hold a colon');
  const secrets = checkedSecrets(written, () => undefined, report);
  return { type: 'basic', username, secrets };
}

function completeStandardWebhooks(written: WrittenAuth, report: Report): StandardWebhooksSettings {
  return {
    type: 'standard-webhooks',
    secrets: checkedSecrets(written, checkStandardWebhooksKey, report),
    headerPrefix: headerName(written.headerPrefix ?? 'webhook', '/header_prefix', 'the prefix', report),
    tolerance: positive(written.tolerance ?? 300_000, '/tolerance', report),
  };
}

function completeJwt(written: WrittenAuth, report: Report): JwtSettings {
  const { jwksFile, jwksUrl } = written;
  if ((jwksFile === undefined) === (jwksUrl === undefined)) {
    report('', 'say where the keys are: one of jwks_file and jwks_url');
  }
  if (jwksUrl !== undefined && (!URL.canParse(jwksUrl) || new URL(jwksUrl).protocol !== 'https:')) {
    report('/jwks_url', 'this must be an https address: who can change the keys can let anybody in');
  }
  const algorithms = written.algorithms ?? ['RS256', 'ES256'];
  if (algorithms.length === 0) report('/algorithms', 'the algorithms are missing');
  algorithms.forEach((algorithm, index) => {
    if (ASYMMETRIC_ALGORITHMS.includes(algorithm)) return;
    report(`/algorithms/${index}`, `this must be one of ${ASYMMETRIC_ALGORITHMS.join(', ')}`);
  });
  return {
    type: 'jwt',
    issuer: required(written.issuer, '/issuer', 'the issuer', report),
    audience: required(written.audience, '/audience', 'the audience', report),
    ...(jwksFile === undefined ? {} : { jwksFile }),
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    algorithms,
  };
}

function completeMtls(written: WrittenAuth, report: Report): MtlsSettings {
  const allowed = filledList(written.allowed, '/allowed', 'the certificates that may come in', report);
  if (written.header === undefined) return { type: 'mtls', allowed };
  return {
    type: 'mtls',
    allowed,
    header: headerName(written.header, '/header', "the header's name", report),
  };
}

/** Without a list of topics anybody with an AWS account could publish to the source. */
function completeSns(written: WrittenAuth, report: Report): SnsSettings {
  const topics = filledList(written.topics, '/topics', 'the topics that may come in', report);
  topics.forEach((topic, index) => {
    if (topic.trim() === '' || /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$/.test(topic)) return;
    report(
      `/topics/${index}`,
      'this is not the ARN of a topic, such as arn:aws:sns:us-east-1:123456789012:alerts',
    );
  });
  return { type: 'sns', topics };
}
