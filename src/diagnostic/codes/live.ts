import type { Codes } from '../code-facts.js';

const ISSUES = 'https://github.com/filecoin-project/lotus/issues';

/** SF520–SF530, SF533–SF536, SF541, SF544: what a look at the running farm shows of machines and their workers. */
export const LIVE_CODES = {
  SF520: {
    title: 'too few open files allowed',
    severity: 'error',
    why:
      'Lotus wants a soft limit of at least 100,000 open files, and a worker that gets fewer exits at the start, with status 0. ' +
      'A unit of sealfarm asks for 1048576; where a worker runs without systemd, apply raises the limit as far as the hard limit of the SSH user allows. A worker keeps the limit it was started with. ' +
      'PC1 and long-term storage hold many files open at once, and a call that finds no more of them fails the task.',
    remedy:
      'Raise `nofile` for the SSH user in `/etc/security/limits.conf` (or `LimitNOFILE` of the sshd unit, or the limit of the container) to 1048576, log in anew and restart the worker.',
    upstream: [`${ISSUES}/8387`],
  },
  SF521: {
    title: 'variable that Lotus ignores',
    severity: 'warning',
    why:
      'The name looks like a limit or a resource, but is none that Lotus goes by: the task, the size or the field is misspelt, or a size stands in a name of DC, which has none. ' +
      'Lotus passes it over without a word, so that the limit it was meant for is not in effect. ' +
      'The public guide itself calls ProveReplicaUpdate2 PRU2; its code is PR2.',
    remedy:
      'Declare the number under `limits` or `resources` and apply: the environment file is written anew without the wrong name. `lotus-worker resources --all` prints all names.',
  },
  SF522: {
    title: 'limit or resource that is no number',
    severity: 'error',
    why:
      'Lotus takes a value that is no whole number for 0, without an error; only `GPU_UTILIZATION` may be a fraction. ' +
      'As a limit 0 means none at all, and as memory it means that the task needs nothing: the scheduler then sends far more tasks than the machine can hold. ' +
      'Of `FIL_PROOFS_MULTICORE_SDR_PRODUCERS` alone it makes an error, with multicore SDR on: the worker runs and never registers. ' +
      'The value is not shown, as it may be anything.',
    remedy:
      'Declare the number under `limits` or `resources` and apply; a worker that runs with it is restarted.',
  },
  SF523: {
    title: 'stray entry in a folder of sector files',
    severity: 'error',
    why:
      'When a worker opens a storage path, it takes every entry of `sealed`, `cache` and the others for a sector. ' +
      'One name that does not begin like `s-t01000-7` stops the start with "parse sector id"; one that only begins like it, as `s-t01000-7.bak` does, is declared as that sector. ' +
      'A worker that runs already has not noticed yet.',
    remedy: 'Move it out of the storage path, and keep backups and notes elsewhere.',
    upstream: [`${ISSUES}/5797`],
  },
  SF524: {
    title: 'versions of Lotus differ',
    severity: 'error',
    why:
      'The API of a running worker has another number than that of the others, or the program in `binary` is of another release than the miner. ' +
      'The miner refuses a worker whose major or minor number is not the one in its own code, and a worker ends when the API of the miner has another number than it knows. ' +
      'The two are counted apart, so that only the workers the miner has taken show which number it wants. ' +
      'Another release is taken as long as these agree, but has other faults and defaults.',
    remedy:
      'Install the same version of Lotus for the miner and all workers, and restart the workers that differ.',
    upstream: [`${ISSUES}/3055`],
  },
  SF526: {
    title: 'file with the token readable by others',
    severity: 'warning',
    why:
      "The environment file and the `token` in a worker's repo hold the miner's admin token, and their mode gives rights to more than their owner. " +
      'Who has the token and reaches the API of the miner can do all that it allows, such as removing and terminating sectors.',
    remedy:
      'Give the files the mode 600. `sealfarm apply` does so with `worker.env`; Lotus writes `token` with 600 itself, so find out who changed it.',
  },
  SF527: {
    title: 'fewer GPUs than declared',
    severity: 'error',
    why:
      'The worker shall have more GPUs than Lotus sees, or, where the worker does not run, than the driver shows. ' +
      'Lotus looks once, at the start, and only logs when it fails; the tasks then run on the CPU, where a C2 takes hours instead of minutes, or compete for the GPU that is left. ' +
      'CUDA takes the GPUs of a list up to the first that is not there.',
    remedy:
      'Compare with `nvidia-smi -L` on the host. After an update of the driver a reboot is usual; a GPU that has fallen off the bus needs one too. Then restart the worker.',
  },
  SF528: {
    title: 'machine has less than declared',
    severity: 'warning',
    why:
      'What Lotus registered of the machine, or what the machine says of itself, is more than 5 % below `hardware` in the file. ' +
      '`validate`, `plan`, `capacity` and `simulate` go by that, so they are too good; the scheduler of Lotus goes by what it finds, and so does `doctor`. ' +
      'A memory module, a disk or the swap may be gone, or a cgroup limits the worker.',
    remedy: 'Look what the machine has lost, or correct `hardware`.',
  },
  SF529: {
    title: 'no proof parameters and no room for them',
    severity: 'warning',
    why:
      'C2, PR2 and the PoSt tasks need over 100 GiB of proof parameters, and the folder has none. ' +
      'A worker fetches what is missing before it starts to listen, which takes hours; here the disk will be full before it is done, and the worker never comes up.',
    remedy:
      'Set `parameterCache` to a folder with room, and fill it before the worker starts: with `lotus fetch-params`, or from another host.',
    upstream: [`${ISSUES}/6391`, `${ISSUES}/2520`, `${ISSUES}/12273`],
  },
  SF530: {
    title: 'no room for the parents of PC1',
    severity: 'warning',
    why:
      'PC1 keeps a file of parents, 56 GiB for sectors of 32 GiB and twice that for 64 GiB, and makes it when the first sector comes. ' +
      'The folder has none, and less room than it takes, so the first PC1 fails; on a slow disk every PC1 is slow.',
    remedy: 'Set `parentCache` to a folder with room on a fast disk.',
  },
  SF533: {
    title: 'no room for one more sector',
    severity: 'warning',
    why:
      'The worker may take another PC1, and none of its sealing paths has the room that Lotus asks for: once the sector size for the sealed file and 14.1 times for the cache. ' +
      'It gets no PC1 until something is moved away, while its memory and CPUs are idle.',
    remedy:
      'Look whether finished sectors wait for long-term storage, or something else fills the disk. Otherwise lower the limit of PC1 to what the disk holds.',
    upstream: [`${ISSUES}/6216`, `${ISSUES}/6767`],
  },
  SF534: {
    title: 'ownerless lock of the GPU',
    severity: 'warning',
    why:
      'Before it uses the GPU, a worker opens `bellman.gpu.lock` in its folder for temporary files and locks it; the file stays and does no harm. ' +
      'Here it is locked on behalf of a process that has ended, so that everybody waits, or it belongs to another user: in a folder such as `/tmp` not even root may open it then, and proofs fail with "Permission denied".',
    remedy:
      'End the leftover process that has the file open, or remove the file while no proof is computed on the host. A `tmpDir` of its own for each worker, which is the default, keeps others away.',
    upstream: ['https://github.com/filecoin-project/bellperson/issues/126', `${ISSUES}/3584`],
  },
  SF535: {
    title: 'lotus-worker program missing',
    severity: 'error',
    why:
      'At the path in `binary` there is no file that can be run. ' +
      'A worker that runs goes on, but does not come back after a restart, and the restart has cost its PC1 by then.',
    remedy: 'Install the program, in the version of the miner, or correct `binary`.',
  },
  SF536: {
    title: 'other limits in effect than declared',
    severity: 'warning',
    why:
      'The limits and resources with which the worker registered are not those of the file. ' +
      'Lotus reads them once, when the worker starts, so a restart may be pending; or the variable is misspelt, or set a second time without the sector size.',
    remedy:
      '`sealfarm plan` shows whether a restart is pending. If none is, look at the environment of the process and at `lotus-worker resources --all`.',
  },
  SF541: {
    title: 'clock is wrong',
    severity: 'warning',
    why:
      'The clock of the host differs by more than 5 seconds from the one of this machine; how long the asking took is allowed for. ' +
      'Times in logs and of jobs then do not fit together, and where the miner is meant, a WindowPoSt is begun late: a deadline passes by the clock.',
    remedy: 'Let a time service such as chrony keep the clocks of all machines, this one among them.',
  },
  SF544: {
    title: 'Lotus does not see the GPU',
    severity: 'warning',
    why:
      'The driver shows GPUs, but the worker registered with none, so Lotus computes on the CPU, and the scheduler reckons with 92 % of the CPUs for each such task. ' +
      'Lotus logs an error of the detection and goes on. ' +
      'OpenCL may be missing, the user may have no right to the device, or `CUDA_VISIBLE_DEVICES` may hide it; `BELLMAN_NO_GPU` does not hide it from Lotus.',
    remedy: 'Look for "getting gpu devices failed" in the log of the worker, mend the cause and restart it.',
  },
  SF545: {
    title: 'lotus-worker that sealfarm did not start',
    severity: 'warning',
    why:
      'A unit, tmux or a shell keeps another worker on this machine. ' +
      'It takes memory, CPUs and GPUs that `capacity` and the checks count as free, and no drain or apply knows of it. `doctor --json` has its repo, its port and the names of its variables.',
    remedy:
      'Declare it with its `repo` and paths; when it is quiet, stop it where it is kept, and apply starts it. Or move it away from this machine.',
  },
} as const satisfies Codes;
