#!/usr/bin/env node
import { EXIT } from './exit-code.js';
import { goOnWithoutOutput } from './lost-output.js';
import { run } from './program.js';

goOnWithoutOutput(process.stdout, process.stderr, () => {
  // Often only known when the command is done.
  process.once('exit', (code) => {
    if (code === EXIT.done) process.exitCode = EXIT.failed;
  });
});

process.exitCode = await run(process.argv.slice(2));
