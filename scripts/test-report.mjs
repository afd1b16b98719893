// Reads vitest's JSON report: prints how many tests passed and failed, and each that failed on lines of its own.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const MOST = 1000;

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const files = report.testResults.filter(({ status }) => status === 'failed');
// A file that could not be loaded has no tests.
const broken = files.filter(({ assertionResults }) => assertionResults.length === 0);

console.log(report.numPassedTests, report.numFailedTests + broken.length);
for (const { name, message } of broken) tell(name, '', message);
for (const { name, assertionResults } of files)
  for (const { status, fullName, failureMessages } of assertionResults)
    if (status === 'failed') tell(name, fullName, failureMessages[0]);

function tell(file, test, message = '') {
  console.log(`== ${relative('.', file)} ${test} FAILED\n${message.slice(0, MOST)}`);
}
