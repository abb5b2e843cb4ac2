/** @typedef {import('../scenarios/run-faults.mjs').Fault} Fault */

/** Redis on a small disk of its own that somebody else fills to the last byte. @type {readonly Fault[]} */
export const DISK_FAULTS = [
  {
    name: 'redis-tmpfs-full',
    c4: 16,
    needs: ['mount-namespace'],
    setting: 'small-disk',
    mustAccept: true,
    run: async ({ redis, disk }, { hold }) => {
      redis.expectEnd();
      disk.fill();
      // With `appendfsync always` it cannot keep its word, and ends
      await redis.ended();
      await hold(2_000);
      disk.free();
      await redis.start();
    },
  },
  {
    name: 'redis-tmpfs-full-everysec',
    c4: 16,
    needs: ['mount-namespace'],
    setting: 'small-disk',
    // The first write after the disk is full is answered before it fails, and kept in memory until there is room
    mustAccept: true,
    run: async ({ redis, disk }, { hold, must }) => {
      await redis.ask('CONFIG', 'SET', 'appendfsync', 'everysec');
      disk.fill();
      await hold(4_000);
      const [, status] =
        /aof_last_write_status:(\w+)/.exec(String(await redis.ask('INFO', 'persistence'))) ?? [];
      if (status !== 'err') must(`the disk is full and the last write of Redis was "${status}"`);
      disk.free();
      await hold(1_500);
      await redis.ask('CONFIG', 'SET', 'appendfsync', 'always');
    },
  },
];
