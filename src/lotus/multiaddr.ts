/**
 * Where a TCP API listens, from a multiaddr such as `/ip4/10.0.0.10/tcp/2345/http`; undefined for anything else.
 * Lotus: cli/util/apiinfo.go
 */
export function parseMultiaddr(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/\s]+)\/tcp\/(\d{1,5})(?:\/(?:http|https|ws|wss))?$/.exec(
    text,
  );
  const port = Number(match?.[2]);
  const host = match?.[1];
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
