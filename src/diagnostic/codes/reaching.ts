import type { BareCodes } from '../code-facts.js';

export const REACHING_CODES = {
  SF401: { title: 'host key unknown' },
  SF402: { title: 'host key changed' },
  SF403: { title: 'authentication failed' },
  SF404: { title: 'cannot connect' },
  SF405: { title: 'connection lost' },
  SF406: { title: 'command timed out' },
  SF407: { title: 'forwarded connection refused' },
  SF408: { title: 'known_hosts file missing or unreadable' },
  SF409: { title: 'key file unusable' },
  SF410: { title: 'Lotus answered with an error' },
  SF411: { title: 'not an RPC answer' },
  SF412: { title: 'RPC timed out' },
  SF413: { title: 'RPC not authorised' },
  SF414: { title: 'host does not run the script' },
} as const satisfies BareCodes;
