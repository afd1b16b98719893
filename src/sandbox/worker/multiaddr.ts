/** An address that is listened on or called. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** @throws Error for anything but `/ip4/A.B.C.D/tcp/PORT/http` and names in place of the address */
export function parseMultiaddr(text: string): Endpoint {
  const match = /^\/(?:ip4|dns|dns4)\/([^/]+)\/tcp\/(\d+)(?:\/http)?$/.exec(text);
  if (match === null) throw new Error(`failed to parse multiaddr "${text}"`);
  return { host: match[1] ?? '', port: Number(match[2]) };
}

export function rpcUrl(endpoint: Endpoint): string {
  return `http://${endpoint.host}:${endpoint.port}/rpc/v0`;
}

/** `TOKEN:MULTIADDR`, split at the first colon. @throws Error where there is none */
export function parseApiInfo(text: string | undefined): {
  readonly token: string;
  readonly endpoint: Endpoint;
} {
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) {
    throw new Error('could not get API info: set MINER_API_INFO to TOKEN:MULTIADDR');
  }
  return { token: text.slice(0, colon), endpoint: parseMultiaddr(text.slice(colon + 1)) };
}
