import { ModuleFailure } from '../module.ts';
import type { HttpReply } from './http-reply.ts';
import { followsRedirects, type HttpRequest } from './http-request.ts';

/**
 * The same request sent from the controller, for hosts that have no program for it. What only the host can reach is
 * refused rather than asked of the wrong machine.
 */
export const controllerRequest = async (request: HttpRequest): Promise<HttpReply> => {
  refuseWhatIsTheHosts(request);
  let { url, method, body } = request;
  let redirected = false;
  for (let hops = 0; ; hops++) {
    const answer = await sendOnce({ ...request, url, method, body }).catch((error: Error): HttpReply => {
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      return { status: -1, reason: '', headers: [], body: new Uint8Array(), url, redirected, error: reason };
    });
    const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    const moved = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
    if (!moved || !followsRedirects(request) || hops >= 10) return { ...answer, url, redirected };
    url = new URL(location, url).href;
    redirected = true;
    if (answer.status === 303 || (answer.status < 303 && method === 'POST')) [method, body] = ['GET', undefined];
  }
};

const sendOnce = async (request: HttpRequest): Promise<HttpReply> => {
  const headers: Record<string, string> = { 'user-agent': request.agent, ...Object.fromEntries(request.headers) };
  if (request.user !== undefined)
    headers.authorization = `Basic ${Buffer.from(`${request.user}:${request.password ?? ''}`).toString('base64')}`;
  // Loaded only where a host lacks a program of its own: it is a tenth of what a run has to read before it can begin.
  const { Agent, EnvHttpProxyAgent, request: send } = await import('undici');
  const connect = { rejectUnauthorized: request.validateCerts, timeout: request.timeout * 1000 };
  const dispatcher = request.useProxy ? new EnvHttpProxyAgent({ connect }) : new Agent({ connect });
  try {
    const answer = await send(request.url, {
      method: request.method as 'GET',
      headers,
      body: request.body ?? null,
      dispatcher,
      headersTimeout: request.timeout * 1000,
      bodyTimeout: request.timeout * 1000,
    });
    const fields = Object.entries(answer.headers).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value ?? '']).map((each) => [name, each] as const),
    );
    const body = new Uint8Array(await answer.body.arrayBuffer());
    return {
      status: answer.statusCode,
      reason: '',
      headers: fields,
      body,
      url: request.url,
      redirected: false,
      error: undefined,
    };
  } finally {
    await dispatcher.close();
  }
};

const refuseWhatIsTheHosts = (request: HttpRequest): void => {
  const refuse = (what: string): never => {
    throw new ModuleFailure(
      `the host has neither curl nor wget, and the controller cannot send this request in its place: ${what}; install curl on the host`,
    );
  };
  if (request.unixSocket !== undefined) refuse('it goes to a socket of the host');
  if (request.clientCert !== undefined || request.caPath !== undefined) refuse('its certificates are on the host');
  if (request.bodyFile !== undefined) refuse('it sends a file of the host');
  if (request.gssapi) refuse('Kerberos tickets are on the host');
  const url = URL.canParse(request.url) ? new URL(request.url) : refuse(`'${request.url}' is not a URL`);
  if (!/^https?:$/.test(url.protocol)) refuse(`${url.protocol} is not http or https`);
  if (/^(localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(url.hostname)) refuse(`${url.hostname} is the host itself`);
};
