import { BUILTIN_POSTS, postNames } from '../lotus/miner-keys.js';
import type { RotationStage } from '../plan/rotation.js';
import { oneLine, printable } from './text.js';
import { count, someOf } from './words.js';

/** What a change of the miner's token will do, before anybody says yes. */
export function rotationWords(stage: Exclude<RotationStage, { stage: 'refused' }>): string {
  if (stage.stage === 'finish') return printable(finishWords(stage));
  const { host, workers, strangers } = stage;
  const posts = BUILTIN_POSTS.filter(({ code }) => workers.some(({ tasks }) => tasks.includes(code)));
  const [made, first] =
    posts.length === 0
      ? ['', '']
      : [
          `\nWhat lotus-miner leaves to workers of ${postNames(posts.map(({ code }) => code))} is not made from 2 on until these are back.`,
          ', those for proofs first',
        ];
  const cutOff =
    strangers.length === 0
      ? ''
      : `\nNot in the file, and cut off from then on: ${oneLine(someOf(strangers, 5))}.`;
  return `The token of the miner is changed. Nothing is sealed from the first to the last step:
  1  ${count(workers.length, 'worker')}: tasks off, until none has a job
  2  lotus-miner on ${oneLine(host)}: its key is moved aside in its keystore, and it is restarted when no WindowPoSt is due
  3  environment files with the new token, and all workers restarted in waves${first}, with their tasks on
  4  it is tried whether the miner refuses the token of before
All else that has a token of lotus-miner needs a new one, too.${made}${cutOff}`;
}

function finishWords({ workers, drained, left }: Extract<RotationStage, { stage: 'finish' }>): string {
  const all = someOf([...workers, ...drained, ...left], 5);
  const restart = workers.length === 0 ? '' : `, and ${someOf(workers, 5)} restarted in waves`;
  const [is, it] = drained.length === 1 ? ['is', 'it'] : ['are', 'each'];
  const kept =
    drained.length === 0
      ? []
      : [
          `     not restarted: ${someOf(drained, 5)}, which ${is} drained; ${it} keeps the one before until \`sealfarm resume\``,
        ];
  const stay =
    left.length === 0
      ? []
      : [
          `     not restarted: ${someOf(left, 5)}, which no plan restarts as it runs; what sealfarm did not start needs \`sealfarm apply --restart-to-adopt\``,
        ];
  return [
    `The miner has another token than ${all}: an earlier change was not brought to its end.`,
    `  1  their environment files get the present token${restart}`,
    ...kept,
    ...stay,
    `  2  ${drained.length + left.length === 0 ? '' : 'when all have it, '}it is tried whether the miner refuses the one before`,
  ].join('\n');
}
