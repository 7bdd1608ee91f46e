import { useEffect, useState } from 'preact/hooks';
import { get, Refused, type Status } from './api';

// One stream of server-sent events for the whole page; pages ask again for their own facts when it says that something changed.

type Listener = (status: Status) => void;
const listeners = new Set<Listener>();
const connection = new Set<(up: boolean) => void>();
let last: Status | null = null;
let up = false;

function tell(now: boolean) {
  up = now;
  connection.forEach((listener) => listener(now));
}

export function start() {
  const events = new EventSource('/v1/live');
  events.addEventListener('status', (event) => {
    last = JSON.parse((event as MessageEvent<string>).data) as Status;
    tell(true);
    listeners.forEach((listener) => listener(last as Status));
  });
  events.onopen = () => tell(true);
  events.onerror = () => {
    tell(false);
    // The browser tries again by itself unless the answer was an error document.
    if (events.readyState === EventSource.CLOSED) setTimeout(start, 5000);
  };
}

export function useConnected(): boolean {
  const [connected, setConnected] = useState(up);
  useEffect(() => {
    connection.add(setConnected);
    return () => void connection.delete(setConnected);
  }, []);
  return connected;
}

export function useStatus(): Status | null {
  const [status, setStatus] = useState(last);
  useEffect(() => {
    listeners.add(setStatus);
    return () => void listeners.delete(setStatus);
  }, []);
  return status;
}

export interface Loaded<T> {
  value: T | null;
  fault: Refused | null;
}

/** What this path answers, asked again when the network changed, at most once in two seconds. */
export function useFetched<T>(path: string | null): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { path: string | null }>({ path, value: null, fault: null });
  useEffect(() => {
    if (path === null) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let asking = false;
    let again = false;
    const ask = async () => {
      asking = true;
      try {
        const value = await get<T>(path, ended.signal);
        setLoaded({ path, value, fault: null });
      } catch (fault) {
        if (ended.signal.aborted) return;
        setLoaded((before) => ({ path, value: before.path === path ? before.value : null, fault: fault instanceof Refused ? fault : new Refused(String(fault), null) }));
      }
      timer = setTimeout(() => {
        timer = null;
        asking = false;
        if (again) {
          again = false;
          void ask();
        }
      }, 2000);
    };
    const changed = () => {
      if (asking) again = true;
      else void ask();
    };
    void ask();
    listeners.add(changed);
    return () => {
      ended.abort();
      listeners.delete(changed);
      if (timer !== null) clearTimeout(timer);
    };
  }, [path]);
  return loaded.path === path ? loaded : { value: null, fault: null };
}
