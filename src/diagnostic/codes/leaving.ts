import type { Codes } from '../code-facts.js';

/** SF226, SF570–SF579: workers that leave the file, get another name or change places, and those it has drained. */
export const LEAVING_CODES = {
  SF226: {
    title: 'renaming that cannot be meant',
    severity: 'error',
    why:
      '`renamedFrom` says which worker this one was. Its old name is still declared in the file, or two workers say that they were the same one. ' +
      'A worker has one repo, and only one of them could go on with it.',
    remedy: 'Take `renamedFrom` out, or the worker of the old name.',
  },
  SF570: {
    title: 'registered worker that the file does not name',
    severity: 'warning',
    why:
      'The miner gives work to workers that the file does not name, and that sealfarm keeps on no host of the file. ' +
      'Where a host was taken out of the file at once, they go on working there: a host that the file does not name is not reached, and nothing is done on it.',
    remedy:
      'Write the host again with `workers: {}`: apply then drains, stops and removes its workers, and the host can be taken out. A worker that others keep is of no concern, and the own worker of lotus-miner may be among those named.',
  },
  SF571: {
    title: 'worker on another host than the declared one',
    severity: 'error',
    why:
      'A worker of this name is declared on one host, and sealfarm keeps one of the same name on another. ' +
      'A worker does not move: its sectors lie on the disks of its host. To Lotus the two would be one, and the jobs of one would be taken for those of the other, so neither is touched.',
    remedy:
      'Give the worker on the new host a name of its own. The old one is then drained and removed by apply.',
  },
  SF548: {
    title: 'storage paths of a renamed worker, left to the next apply',
    severity: 'note',
    why: 'A storage path is attached to and detached from a worker that runs, by its name. One that is about to have another name gets that first, by its restart, with the paths that it has. So a file that changes both takes two applies.',
    remedy: 'Apply once more when the worker runs under its new name. The plan then has these steps.',
  },
  SF572: {
    title: 'renamed worker with another repo',
    severity: 'error',
    why:
      'The repo holds the list of the storage paths and the identity of the worker. A worker that gets another name keeps it: with another repo it would come up without its paths, and their sectors would leave the index of the miner. ' +
      'Where `repo` is left out it has the name of the worker in it, so a renamed worker needs it written.',
    remedy: 'Write the repo that the message names. Neither of the two workers is touched until then.',
  },
  SF573: {
    title: 'storage path that another worker still has open',
    severity: 'warning',
    why: 'The path is declared for one worker while another one of the host has it attached: it is moved from one to the other, or its worker leaves the file. Two workers that have one path open at a time corrupt it, so the new one gets it, or starts, when the old one has let go. Until then it is not on the list in storage.json of the new one either, by which the next boot would open it.',
    remedy:
      'Apply again when the old worker has detached it or is removed. A path with sectors is not taken from a running worker: drain that worker first.',
  },
  SF574: {
    title: 'worker to drain that stores sectors for good',
    severity: 'error',
    why:
      'The file has `state: drained` or `state: stopped` for a worker with sectors on a path for long-term storage. Such sectors stay where they are: ' +
      'no drain brings them away, and if the worker were stopped the miner could not read them for its proofs.',
    remedy:
      'Declare the path on another worker of the host, or take from `tasks` what the worker shall not do any more and leave it running.',
  },
  SF575: {
    title: 'worker that the file keeps drained',
    severity: 'error',
    why:
      '`sealfarm resume` takes back what a person asked for by `sealfarm drain`. The file says `state: drained` or `state: stopped` for this worker, too, and that holds on: ' +
      'what stands in the file is changed in the file.',
    remedy:
      'Write `state: running`, or take `state` out, and apply. A drain that a person asked for is taken back all the same.',
  },
  SF576: {
    title: 'worker to drain or resume that leaves anyway',
    severity: 'error',
    why: 'The file names the worker no more, and sealfarm still keeps it on its host. Such a worker is drained, stopped and removed by apply; no other command changes what becomes of it.',
    remedy:
      'Apply, and look at it by `sealfarm status` and `sealfarm logs` meanwhile. To keep it, declare it again and apply.',
  },
  SF577: {
    title: 'worker to drain or stop that is down with sectors',
    severity: 'warning',
    why:
      'The file has `state: drained` or `state: stopped` for a worker that does not run and that sectors lie on which no other worker serves. Left down it would strand them. ' +
      'It is started with its tasks off, stays up until its sectors have gone on, and is stopped then where the file says so.',
    remedy:
      'Apply. Where it does not come up, mend what `sealfarm logs` shows; to have it take work meanwhile, write `state: running` first.',
  },
  SF578: {
    title: 'listen address that another worker still has',
    severity: 'warning',
    why:
      'The address is declared for one worker while another one of the host listens there: it goes from one to the other, or its worker leaves the file. ' +
      'Lotus listens anew only when it starts, and a worker that finds its port taken exits. So the new one is started, or restarted, when the old one has let go, and its files stay as they are until then.',
    remedy: 'Apply again when the old worker was restarted or removed.',
  },
  SF579: {
    title: 'listen addresses changed in a circle',
    severity: 'error',
    why:
      'Workers of one host are to take over the addresses of each other. Each could only be restarted when the next one has let go of its address, which that one does only when it is restarted itself. ' +
      'They are not stopped together for that: the first one that does not come up would leave several of them down.',
    remedy:
      'Go by way of a free port: give one of the workers such a one and apply until the others have theirs, then write the port that it shall have and apply.',
  },
} as const satisfies Codes;
