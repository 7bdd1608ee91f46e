import { useEffect, useState } from 'preact/hooks';
import type { Exchange, Network, Workload } from '../api';
import { Review, sentence, WithAccount } from '../ask';
import { useFetched } from '../live';
import { Fault, Figure, Hex } from '../parts';
import { atLeast, atMost, bought, impact, needed } from '../pool';
import { ait, coin, decimal, readAmount, typed, units, when } from '../text';
import { coinOf, view, type Step } from '../wallet';
import { burning, workloadOf } from './redeem';

export function TradePage({ network }: { network: Network | null }) {
  const { value, fault } = useFetched<Exchange>('/v1/exchange');
  const empty = value && (value.aitReserveWei === '0' || value.coinReserveWei === '0');
  return (
    <>
      <h1>Trade</h1>
      <p class="lead">AIT against the chain’s coin on Uniswap V2. Every trade names the least it takes and until when; what it allows the router is spent by it to the last wei.</p>
      {value ? null : <Fault fault={fault} />}
      {value ? <Reserves exchange={value} /> : null}
      {empty ? <p class="empty">The pool is empty. “ait dex add” fills it; the first to add sets the price.</p> : null}
      {value && !empty && network ? (
        <WithAccount why="Sell AIT or buy it, and buy compute with the coin alone." instead="“ait dex swap”">
          {(who) => <Market key={who} who={who} network={network} exchange={value} />}
        </WithAccount>
      ) : null}
    </>
  );
}

function Reserves({ exchange }: { exchange: Exchange }) {
  const [held, other] = [BigInt(exchange.aitReserveWei), BigInt(exchange.coinReserveWei)];
  return (
    <>
      <dl class="figures">
        <Figure name="Price of 1 AIT" value={held > 0n ? coin((other * 10n ** 18n) / held) : '–'} note="before fee and impact" />
        <Figure name="In the pool" value={ait(held)} />
        <Figure name="Beside it" value={coin(other)} />
      </dl>
      <dl class="facts">
        <dt>Pair</dt><dd><Hex value={exchange.pair} /></dd>
        <dt>Router</dt><dd><Hex value={exchange.router} /></dd>
        <dt>Wrapped coin</dt><dd><Hex value={exchange.wrappedCoin} /></dd>
      </dl>
    </>
  );
}

/** Slippage in hundredths of a percent and the deadline in seconds, as typed; null if either is out of range. */
function limits(slippage: string, minutes: string): { basisPoints: bigint; seconds: number } | null {
  const points = /^\d{1,2}(\.\d{1,2})?$/.test(slippage.trim()) ? Math.round(Number(slippage) * 100) : -1;
  const seconds = /^\d{1,4}$/.test(minutes.trim()) ? Number(minutes) * 60 : 0;
  return points >= 0 && points <= 5000 && seconds > 0 && seconds <= 86_400 ? { basisPoints: BigInt(points), seconds } : null;
}

function Market({ who, network, exchange }: { who: string; network: Network; exchange: Exchange }) {
  const [slippage, setSlippage] = useState('0.5');
  const [minutes, setMinutes] = useState('10');
  const [own, setOwn] = useState<{ ait: bigint; coin: bigint } | null>(null);
  const [fault, setFault] = useState('');
  const look = () => void Promise.all([view(network.chainId, network.token, 'balanceOf(address)', [who]), coinOf(who)]).then(
    ([held, other]) => setOwn({ ait: held, coin: other }), (why: unknown) => setFault(sentence(why)));
  useEffect(look, [exchange.blockNumber]);
  const allowed = limits(slippage, minutes);
  return (
    <>
      <h2>Your account</h2>
      <dl class="figures">
        <Figure name="AIT" value={own ? ait(own.ait) : '…'} />
        <Figure name="Coin" value={own ? coin(own.coin) : '…'} />
      </dl>
      <p role="status" class="fault">{fault}</p>
      <form onSubmit={(event) => event.preventDefault()} class="two">
        <span>
          <label for="slippage">Slippage in %, 0 to 50</label>
          <input id="slippage" inputMode="decimal" autocomplete="off" value={slippage} onInput={(event) => setSlippage(event.currentTarget.value)} />
        </span>
        <span>
          <label for="deadline">Void after minutes, 1 to 1440</label>
          <input id="deadline" inputMode="numeric" autocomplete="off" value={minutes} onInput={(event) => setMinutes(event.currentTarget.value)} />
        </span>
      </form>
      {allowed ? null : <p class="fault" role="alert">Slippage is 0 to 50 % with at most two decimals, the time 1 to 1440 whole minutes.</p>}
      <Swap who={who} network={network} exchange={exchange} allowed={allowed} own={own} done={look} />
      <BuyCompute who={who} network={network} exchange={exchange} allowed={allowed} done={look} />
    </>
  );
}

type Allowed = ReturnType<typeof limits>;
const until = (seconds: number) => BigInt(Math.floor(Date.now() / 1000) + seconds);
const worse = (basisPoints: bigint) => `${decimal(basisPoints, 2, 2)} % worse than the pool’s price, fee included`;

function Swap({ who, network, exchange, allowed, own, done }: { who: string; network: Network; exchange: Exchange; allowed: Allowed; own: { ait: bigint; coin: bigint } | null; done: () => void }) {
  const [sellsAit, setSellsAit] = useState(true);
  const [amount, setAmount] = useState('');
  const [steps, setSteps] = useState<Step[] | null>(null);
  const [held, other] = [BigInt(exchange.aitReserveWei), BigInt(exchange.coinReserveWei)];
  const [reserveSold, reserveBought] = sellsAit ? [held, other] : [other, held];
  const sold = readAmount(amount);
  const got = sold === null ? null : bought(sold, reserveSold, reserveBought);
  const least = got === null || allowed === null ? null : atLeast(got, allowed.basisPoints);
  const gives = sellsAit ? coin : ait;
  const most = own ? (sellsAit ? own.ait : own.coin) : null;
  const tooMuch = sold !== null && most !== null && sold > most;

  const review = (event: Event) => {
    event.preventDefault();
    if (sold === null || least === null || allowed === null || tooMuch) return;
    const router = { contract: 'UniswapV2Router02', to: exchange.router };
    const deadline = until(allowed.seconds);
    const what = `Sell ${typed(sold)} ${sellsAit ? 'AIT' : 'coin'} for at least ${typed(least)} ${sellsAit ? 'coin' : 'AIT'}; void after ${when(Number(deadline))}`;
    setSteps(sellsAit
      ? [
          { what: `Allow the router to take exactly ${typed(sold)} AIT`, contract: 'AIToken', to: network.token, signature: 'approve(address,uint256)', args: [exchange.router, sold] },
          { what, ...router, signature: 'swapExactTokensForETH(uint256,uint256,address[],address,uint256)', args: [sold, least, [network.token, exchange.wrappedCoin], who, deadline] },
        ]
      : [{ what, ...router, signature: 'swapExactETHForTokens(uint256,address[],address,uint256)', args: [least, [exchange.wrappedCoin, network.token], who, deadline], value: sold }]);
  };

  return (
    <section aria-labelledby="swap">
      <h2 id="swap">Swap</h2>
      <form onSubmit={review}>
        <label for="side">Sell</label>
        <select id="side" value={sellsAit ? 'ait' : 'coin'} onChange={(event) => { setSellsAit(event.currentTarget.value === 'ait'); setSteps(null); }}>
          <option value="ait">AIT for the coin</option>
          <option value="coin">the coin for AIT</option>
        </select>
        <label for="sold">Amount</label>
        <span class="row">
          <input id="sold" inputMode="decimal" autocomplete="off" value={amount} onInput={(event) => { setAmount(event.currentTarget.value); setSteps(null); }} />
          <button type="submit" class="main" disabled={least === null || least === 0n || tooMuch}>Review</button>
        </span>
      </form>
      <p role="status" class={tooMuch ? 'fault' : 'note'}>
        {tooMuch ? `You have ${sellsAit ? ait(most ?? 0n) : coin(most ?? 0n)}.`
          : sold !== null && got !== null ? `Gives ${gives(got)} now; ${worse(impact(sold, got, reserveSold, reserveBought))}. ${least === null ? '' : `At least ${gives(least)}, or it is void.`}`
          : amount.trim() ? 'An amount is above zero with at most 18 decimals, as 12.5.' : ''}
      </p>
      {steps ? <Review key={steps.map((step) => String(step.args)).join()} network={network} from={who} steps={steps} done={done} close={() => setSteps(null)} /> : null}
    </section>
  );
}

/** Swaps the coin for exactly a workload's price and burns that. */
function BuyCompute({ who, network, exchange, allowed, done }: { who: string; network: Network; exchange: Exchange; allowed: Allowed; done: () => void }) {
  const [workloadId, setWorkloadId] = useState('');
  const [quote, setQuote] = useState<Workload | null>(null);
  const [steps, setSteps] = useState<Step[] | null>(null);
  const [fault, setFault] = useState('');
  const price = quote ? BigInt(quote.priceWei) : 0n;
  const cost = quote ? needed(price, BigInt(exchange.coinReserveWei), BigInt(exchange.aitReserveWei)) : null;

  const look = async (event: Event) => {
    event.preventDefault();
    setQuote(null);
    setSteps(null);
    setFault('');
    try {
      setQuote(await workloadOf(workloadId));
    } catch (why) {
      setFault(sentence(why));
    }
  };

  const review = () => {
    if (!quote || cost === null || allowed === null) return;
    const most = atMost(cost, allowed.basisPoints);
    const deadline = until(allowed.seconds);
    setSteps([
      {
        what: `Buy exactly ${typed(price)} AIT for at most ${typed(most)} coin, the router gives the rest back; void after ${when(Number(deadline))}`, contract: 'UniswapV2Router02', to: exchange.router,
        signature: 'swapETHForExactTokens(uint256,address[],address,uint256)', args: [price, [exchange.wrappedCoin, network.token], who, deadline], value: most,
      },
      burning(network, price, quote.workloadId, `Burn ${typed(price)} AIT for credit on this workload`),
    ]);
  };

  return (
    <section aria-labelledby="compute">
      <h2 id="compute">Buy compute with the coin</h2>
      <form onSubmit={look}>
        <label for="wanted">Workload id</label>
        <span class="row">
          <input id="wanted" value={workloadId} spellcheck={false} autocomplete="off" placeholder="0x…" onInput={(event) => setWorkloadId(event.currentTarget.value)} />
          <button type="submit">Price</button>
        </span>
      </form>
      {quote ? (
        <p class="note">
          {units(quote.computeUnits)} for {ait(price)}, {cost === null ? 'more than the pool holds.' : `${coin(cost)} now.`}{' '}
          <button type="button" class="main" disabled={cost === null || allowed === null} onClick={review}>Review</button>
        </p>
      ) : null}
      <p role="status" class="fault">{fault}</p>
      {steps ? <Review key={steps.map((step) => String(step.args)).join()} network={network} from={who} steps={steps} done={done} close={() => setSteps(null)} /> : null}
    </section>
  );
}
