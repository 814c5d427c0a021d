import type { Dispatcher } from 'undici';
import type { Credentials } from './authentication.ts';
import type { Pace } from './pace.ts';

/** How a registry is reached, and who it is told that we are. */
export interface RegistryOptions {
  /** The only CA certificates that are trusted, in PEM; those of Node.js unless told otherwise. */
  readonly ca?: string | undefined;
  /** Without TLS; never chosen by itself. */
  readonly plainHttp?: boolean | undefined;
  /** What it is called in messages; a registry unless told otherwise. */
  readonly called?: 'registry' | 'server' | undefined;
  /** An Authorization header that is sent without being asked for, and like any other to this origin only. */
  readonly authorization?: string | undefined;
  /** Asked once per registry, and only when it wants to know. */
  readonly credentials?: ((registry: string) => Promise<Credentials | undefined>) | undefined;
  /** Instead of HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment; empty texts mean none. */
  readonly proxy?: { readonly http: string; readonly https: string; readonly none: string } | undefined;
  /** How often a request that failed on its way is tried again; 3 unless told otherwise. */
  readonly retries?: number | undefined;
  /** Milliseconds for a connection to come about; 10 s unless told otherwise. */
  readonly connectTimeout?: number | undefined;
  /** How slowly it may send; `patience` unless told otherwise. */
  readonly pace?: Pace | undefined;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** A path below the registry, or a whole URL that the registry gave. */
  readonly url: string | URL;
  /** What is wanted, for messages. */
  readonly asked: string;
  readonly scopes?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Made anew for each try. */
  readonly body?: (() => Dispatcher.DispatchOptions['body'] | Promise<Dispatcher.DispatchOptions['body']>) | undefined;
  /** Statuses that are answers; any other throws. */
  readonly expect: readonly number[];
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData['body'];
  /** Where the answer came from in the end: relative Locations are relative to it. */
  readonly url: URL;
}
