import type { WrittenFarm } from '../config/written.gen.js';

/** What comes after the first file, for a person who has never seen the other commands. */
export function nextSteps({ miner }: WrittenFarm, file: string): string {
  const named = file === 'sealfarm.yaml' ? '' : ` --config ${file}`;
  const { token } = miner;
  const tokenSteps =
    token.env === undefined
      ? []
      : [
          [
            `export ${token.env}=…`,
            'the token: what `lotus-miner auth api-info --perm admin` prints before the first colon',
          ],
        ];
  const steps = [
    [`sealfarm validate${named}`, 'check the file; touches no host'],
    [`sealfarm capacity${named}`, 'see how much of each task runs at once, and what stops the next'],
    ...tokenSteps,
    [`sealfarm plan${named}`, 'see what would be done on the hosts; changes nothing'],
    [`sealfarm apply${named}`, 'do it'],
  ];
  const width = Math.max(...steps.map(([command = '']) => command.length));
  const lines = steps.map(([command = '', what = '']) => `  ${command.padEnd(width)}  ${what}`);
  return [
    `Read it, and change what you know better. lotus-worker must be installed on the hosts. Then:`,
    ...lines,
  ].join('\n');
}
