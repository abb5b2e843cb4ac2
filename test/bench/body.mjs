// What the bench sends: an alert as an EDR sends it, with evidence up to the wished size. Texts, hashes and addresses
// differ, so that nothing that is compressed gets off lightly: of 20 KB some 25 % stay, as of real webhook bodies.
import { createHash } from 'node:crypto';

/** So many bodies differ in more than their id. */
const VARIANTS = 64;
/** Everything beside the evidence and what fills up the last bytes. */
const HEAD_BYTES = 520;
const PROCESSES = [
  'powershell.exe',
  'rundll32.exe',
  'winword.exe',
  'svchost.exe',
  'curl.exe',
  'certutil.exe',
];
const COMMANDS = [
  '-NoProfile -ExecutionPolicy Bypass -EncodedCommand',
  '/c start /min cmd.exe /c copy C:\\\\Users\\\\Public\\\\report.docx',
  '--silent --output C:\\\\ProgramData\\\\update.tmp https://updates.example.net/get?id=',
  'C:\\\\Windows\\\\System32\\\\comsvcs.dll, MiniDump 624 C:\\\\Temp\\\\lsass.dmp full',
];
const USERS = ['a.meyer', 'svc-backup', 'j.okafor', 'l.tanaka', 'administrator'];

const hex = (seed) => createHash('sha256').update(seed).digest('hex');
const pick = (list, n) => list[n % list.length];

function evidence(variant, n) {
  const seed = `${variant}-${n}`;
  const hash = hex(seed);
  const number = Number.parseInt(hash.slice(0, 6), 16);
  return (
    `{"type":"process","sha256":"${hash}","pid":${number % 65_536},"user":"${pick(USERS, number)}",` +
    `"image":"C:\\\\Windows\\\\System32\\\\${pick(PROCESSES, number)}","command_line":"${pick(PROCESSES, number)} ${pick(COMMANDS, number >> 3)} ${hash.slice(40, 52)}",` +
    `"remote_ip":"10.${number % 200}.${(number >> 8) % 250}.${variant}","bytes_sent":${number},"first_seen":"2026-03-${10 + (number % 20)}T0${number % 10}:17:42.${100 + (number % 900)}Z","malicious":${number % 3 === 0}}`
  );
}

/** Everything of a body from its description on, of as many bytes as a whole body is to have more than its head. */
function rest(variant, bytes) {
  const hash = hex(`alert ${variant}`);
  let text =
    `"description":"${pick(PROCESSES, variant)} started by ${pick(USERS, variant)} wrote to the memory of lsass.exe and connected to a rare address",` +
    `"category":"Credential Access","technique":"T1003.001","tenant":"${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}",` +
    `"url":"https://edr.example.com/alerts/${hash.slice(32, 48)}","evidence":[`;
  const end = '],"note":""}';
  for (let n = 0; ; n += 1) {
    const more = (n === 0 ? '' : ',') + evidence(variant, n);
    if (text.length + more.length + end.length > bytes) break;
    text += more;
  }
  const filler = hex(`note ${variant}`)
    .repeat(8)
    .slice(0, Math.max(0, bytes - text.length - end.length));
  return `${text}],"note":"${filler}"}`;
}

/** A maker of bodies of about so many bytes; each call makes a new event. `at`: Unix milliseconds. */
export function bodies(bytes) {
  const rests = Array.from({ length: VARIANTS }, (_, variant) =>
    rest(variant, Math.max(bytes - 150, HEAD_BYTES)),
  );
  return (id, n, at) =>
    `{"id":"${id}","title":"Credential theft ${n}","severity":"high","host":"ws-${n % 1_000}.example.com","status":"new",` +
    `"sent_at":${at},"count":${n},${rests[n % VARIANTS]}`;
}
