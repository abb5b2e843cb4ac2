/**
 * Where in the life of an event a process is killed. A process is killed by what passes its proxy, so that the moment
 * is exact whatever the load of the machine: the n-th chunk that `marks` the stage is kept or passed on, then SIGKILL.
 * @typedef {object} Stage
 * @property {string} name
 * @property {'ingress' | 'worker'} victim
 * @property {boolean} [spooled] the events are in the spool when it happens
 * @property {(arm: Arm) => void} arm
 *
 * @typedef {object} Arm
 * @property {import('../rig/bridge-node.mjs').Node} node
 * @property {string} mark what every event of this point has in its body
 * @property {() => boolean} nth whether this is the time
 * @property {() => void} kill
 */

/** @type {readonly Stage[]} */
export const STAGES = [
  {
    name: 'accept: before the write reaches Redis',
    victim: 'ingress',
    arm: ({ node, mark, nth, kill }) =>
      node.redis.watch(
        (direction, chunk) => direction === 'up' && chunk.includes(mark) && nth() && killed(kill),
      ),
  },
  {
    name: 'accept: stored, not answered',
    victim: 'ingress',
    arm: ({ node, mark, nth, kill }) => {
      let written = false;
      node.redis.watch((direction, chunk) => {
        if (direction === 'up') written ||= chunk.includes(mark);
        return direction === 'down' && written && nth() && killed(kill);
      });
    },
  },
  {
    name: 'accept: at any time',
    victim: 'ingress',
    arm: ({ nth, kill }) => void setTimeout(() => nth() && kill(), Math.random() * 120),
  },
  {
    name: 'drain: before the write reaches Redis',
    victim: 'ingress',
    spooled: true,
    arm: ({ node, mark, nth, kill }) =>
      node.redis.watch(
        (direction, chunk) => direction === 'up' && chunk.includes(mark) && nth() && killed(kill),
      ),
  },
  {
    name: 'drain: stored, still in the spool',
    victim: 'ingress',
    spooled: true,
    arm: ({ node, mark, nth, kill }) => {
      let written = false;
      node.redis.watch((direction, chunk) => {
        if (direction === 'up') written ||= chunk.includes(mark);
        return direction === 'down' && written && nth() && killed(kill);
      });
    },
  },
  {
    name: 'call: before it reaches Komand',
    victim: 'worker',
    arm: ({ node, mark, nth, kill }) =>
      node.komand.watch(
        (direction, chunk) => direction === 'up' && chunk.includes(mark) && nth() && killed(kill),
      ),
  },
  {
    name: 'call: sent, not answered',
    victim: 'worker',
    arm: ({ node, mark, nth, kill }) =>
      node.komand.watch((direction, chunk) => {
        if (direction === 'up' && chunk.includes(mark) && nth()) setImmediate(kill);
        return false;
      }),
  },
  {
    name: 'record: Komand accepted, the answer is lost',
    victim: 'worker',
    arm: ({ node, mark, nth, kill }) => {
      let sent = false;
      node.komand.watch((direction, chunk) => {
        if (direction === 'up') sent ||= chunk.includes(mark);
        return direction === 'down' && sent && nth() && killed(kill);
      });
    },
  },
  {
    name: 'record: answered, before the record reaches Redis',
    victim: 'worker',
    arm: (arm) => afterAnswer(arm, 'up'),
  },
  {
    name: 'record: recorded in part',
    victim: 'worker',
    arm: (arm) => afterAnswer(arm, 'down'),
  },
];

/** @param {() => void} kill */
function killed(kill) {
  kill();
  return true;
}

/** The next chunk to or from Redis after an answer of Komand. @param {Arm} arm @param {import('../rig/tcp-proxy.mjs').Direction} when */
function afterAnswer({ node, mark, nth, kill }, when) {
  let sent = false;
  let answered = false;
  node.komand.watch((direction, chunk) => {
    if (direction === 'up') sent ||= chunk.includes(mark);
    if (direction === 'down' && sent && nth()) answered = true;
    return false;
  });
  node.redis.watch((direction) => direction === when && answered && killed(kill));
}
