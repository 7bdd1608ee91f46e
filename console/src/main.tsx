import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Network } from './api';
import { start, useConnected, useFetched } from './live';
import { NetworkPage } from './pages/network';
import { DevicesPage } from './pages/devices';
import { UnpaidPage } from './pages/unpaid';
import { TasksPage } from './pages/tasks';
import { TaskPage } from './pages/task';
import { EconomicsPage } from './pages/economics';
import { GovernancePage } from './pages/governance';
import { TradePage } from './pages/trade';
import { ChatPage } from './pages/chat';
import './style.css';

const pages: [string, string][] = [['network', 'Network'], ['devices', 'Devices'], ['tasks', 'Tasks'], ['economics', 'Economics'], ['governance', 'Governance'], ['trade', 'Trade'], ['chat', 'Chat']];

function useRoute(): string[] {
  const read = () => location.hash.replace(/^#\/?/, '').split(/[/?]/).filter(Boolean);
  const [route, setRoute] = useState(read());
  useEffect(() => {
    const follow = () => {
      setRoute(read());
      document.getElementById('page')?.focus({ preventScroll: true });
      scrollTo(0, 0);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

function Page({ route, network }: { route: string[]; network: Network | null }) {
  switch (route[0] ?? 'network') {
    case 'network': return <NetworkPage network={network} />;
    case 'devices': return route[1]?.startsWith('0x') ? <UnpaidPage key={route[1]} gpuId={route[1]} /> : <DevicesPage />;
    case 'tasks': return route[1]?.startsWith('0x') ? <TaskPage taskId={route[1]} /> : <TasksPage key={route[1]} phase={route[1]} />;
    case 'economics': return <EconomicsPage network={network} />;
    case 'governance': return <GovernancePage network={network} />;
    case 'trade': return <TradePage network={network} />;
    case 'chat': return <ChatPage network={network} />;
    default: return <p class="empty">There is no page “{route.join('/')}”. <a href="#/network">To the network</a></p>;
  }
}

function Console() {
  const route = useRoute();
  const connected = useConnected();
  const network = useFetched<Network>('/v1/network').value;
  const here = route[0] ?? 'network';
  useEffect(() => {
    document.title = `${pages.find(([path]) => path === here)?.[1] ?? 'Console'} · AIT`;
  }, [here]);
  return (
    <>
      <a class="skip" href="#page" onClick={(event) => { event.preventDefault(); document.getElementById('page')?.focus(); }}>To the content</a>
      <header>
        <strong class="brand">AIT</strong>
        <nav aria-label="Pages">
          {pages.map(([path, name]) => <a key={path} href={`#/${path}`} aria-current={here === path ? 'page' : undefined}>{name}</a>)}
        </nav>
        <span class={connected ? 'link up' : 'link'} role="status">{connected ? 'live' : 'connecting …'}</span>
      </header>
      {network?.profile === 'development' ? (
        <aside class="banner" aria-label="What kind of network this is">Development network: hardware is emulated under a development root, and AIT here has no value.</aside>
      ) : null}
      <main id="page" tabIndex={-1}><Page route={route} network={network} /></main>
    </>
  );
}

start();
render(<Console />, document.getElementById('console') as HTMLElement);
