import { Refused } from './api';
import { account, signText } from './wallet';

// The buyer's API (docs/api.md): sign-in by wallet, API keys, prepaid credit, answers as they come.

export interface Challenge {
  domain: string;
  uri: string;
  chainId: number;
  nonce: string;
  account: string;
}

export interface Credit {
  creditId: string;
  redeemed: number;
  spent: number;
  available: number;
}

export interface Proof {
  task_id: string;
  seats: number;
  seats_agreeing: number;
  compute_units_charged: number;
}

async function call<T>(method: string, path: string, token: string | null, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused('The coordinator does not answer.', 'Check that it runs and that this page was opened at its address.');
  }
  const said: unknown = await answer.json().catch(() => null);
  if (answer.ok && said !== null) return said as T;
  const problem = (said ?? {}) as { title?: string; found?: string | null; remedy?: string | null; error?: { message?: string } };
  throw new Refused(
    problem.error?.message ?? `${problem.title ?? `The coordinator answered ${answer.status}.`}${problem.found ? ` Found: ${problem.found}.` : ''}`,
    problem.remedy ?? null,
  );
}

/** What the wallet will be asked to sign (EIP-4361). It names this page's own address and no other. */
export interface SignIn {
  who: string;
  message: string;
}

export async function prepareSignIn(): Promise<SignIn> {
  const who = await account();
  const challenge = await call<Challenge>('GET', `/v1/sign-in?account=${encodeURIComponent(who)}`, null);
  if (challenge.domain !== location.host) {
    throw new Refused(`The coordinator signs in at ${challenge.domain}, this page is at ${location.host}.`, 'Open the console at that address.');
  }
  if (challenge.account.toLowerCase() !== who.toLowerCase()) throw new Refused('The coordinator names another account than the wallet.', 'Do not sign in here.');
  const message = [
    `${challenge.domain} wants you to sign in with your Ethereum account:`,
    challenge.account,
    '',
    'Sign in to manage API keys.',
    '',
    `URI: ${challenge.uri}`,
    'Version: 1',
    `Chain ID: ${challenge.chainId}`,
    `Nonce: ${challenge.nonce}`,
    `Issued At: ${new Date().toISOString()}`,
  ].join('\n');
  return { who, message };
}

/** Has the wallet sign and answers the session's token. */
export async function signIn({ who, message }: SignIn): Promise<string> {
  const signature = await signText(who, message);
  return (await call<{ token: string }>('POST', '/v1/sign-in', null, { message, signature })).token;
}

export const makeKey = async (session: string) => (await call<{ key: string }>('POST', '/v1/keys', session, { name: 'console' })).key;
export const openCredit = (session: string) => call<Credit>('POST', '/v1/credit', session);
export const credit = (token: string) => call<Credit>('GET', '/v1/credit', token);

export interface Turn {
  role: 'user' | 'assistant';
  content: string;
}

/** Asks on a key; text comes piece by piece, the stage of the task before it. Answers where the proof is. */
export async function ask(key: string, model: string, messages: Turn[], maxTokens: number, signal: AbortSignal, stage: (stage: string) => void, text: (piece: string) => void): Promise<Proof | null> {
  const answer = await fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model, messages, max_tokens: maxTokens, stream: true }),
    signal,
  });
  if (!answer.ok || !answer.body) {
    const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
    throw new Refused(said?.error?.message ?? `The coordinator answered ${answer.status}.`, null);
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let proof: Proof | null = null;
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return proof;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith(': ')) stage(line.slice(2));
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
      const event = JSON.parse(line.slice(6)) as { error?: { message: string }; choices?: { delta?: { content?: string } }[]; ait?: Proof };
      if (event.error) throw new Refused(event.error.message, null);
      const piece = event.choices?.[0]?.delta?.content;
      if (piece) text(piece);
      proof = event.ait ?? proof;
    }
  }
}
