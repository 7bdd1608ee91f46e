import { useState } from 'preact/hooks';
import type { Device } from '../api';
import { useFetched } from '../live';
import { Fault, Hex, State, Table } from '../parts';
import { ait, count, span, when } from '../text';

const size = 50;

export function DevicesPage() {
  const [offset, setOffset] = useState(0);
  const { value, fault } = useFetched<{ devices: Device[]; total: number }>(`/v1/devices?offset=${offset}&limit=${size}`);
  const now = Date.now() / 1000;
  return (
    <>
      <h1>Devices</h1>
      <p class="lead">Each is one GPU whose evidence this coordinator verified before it enrolled it, and the DeviceRegistry contract again on its own. Evidence counts for at most 24 hours; a miner refreshes it before.</p>
      <Fault fault={fault} />
      <Table
        caption={value ? `${count(value.total)} roster slots` : 'Roster'}
        empty="No device is registered yet. “ait miner doctor” tells what a machine can prove."
        rows={value?.devices ?? null}
        id={(device) => String(device.slot)}
        columns={[
          { name: 'GPU', cell: (device) => <Hex value={device.gpuId} /> },
          { name: 'Class', cell: (device) => device.deviceClass },
          { name: 'Operator', cell: (device) => <Hex value={device.operator} /> },
          { name: 'Host chip', cell: (device) => <Hex value={device.hostChip} /> },
          { name: 'Trust', cell: (device) => <Trust device={device} /> },
          { name: 'Evidence', cell: (device) => <Evidence device={device} now={now} /> },
          { name: 'Last seen', cell: (device) => (device.lastSeen ? `${span(now - device.lastSeen)} ago` : 'not since the coordinator started') },
          { name: 'Seats paid', number: true, cell: (device) => count(device.seatsPaid) },
          { name: 'Unpaid', number: true, cell: (device) => (device.seatsUnpaid ? <a href={`#/devices/${device.gpuId}`} title="Why, and what to do">{count(device.seatsUnpaid)}</a> : '0') },
          { name: 'Earned', number: true, cell: (device) => ait(device.earnedWei) },
        ]}
      />
      {value && value.total > size ? (
        <p class="pages">
          <button type="button" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - size))}>Previous</button>
          <span>{count(offset + 1)}–{count(Math.min(offset + size, value.total))} of {count(value.total)}</span>
          <button type="button" disabled={offset + size >= value.total} onClick={() => setOffset(offset + size)}>Next</button>
          <span class="find">
            <label for="slot">Slot</label>
            <input id="slot" type="number" min="0" max={value.total - 1} onChange={(event) => {
              const slot = event.currentTarget.valueAsNumber;
              if (slot >= 0 && slot < value.total) setOffset(slot - (slot % size));
            }} />
          </span>
        </p>
      ) : null}
    </>
  );
}

const profiles: Record<string, string> = { AttestedGpu: 'attested GPU', MeasuredHost: 'measured host', SgxKeyedHost: 'SGX-keyed host' };
const platforms: Record<string, string> = { SevSnp: 'SEV-SNP', Tdx: 'TDX', Sgx: 'SGX' };

/** What this coordinator verified of the registered key, never what anyone claims. */
function Trust({ device }: { device: Device }) {
  const verdict = device.verdict;
  if (!verdict) return <State kind="off">not verified here</State>;
  const text = `${profiles[verdict.profile] ?? verdict.profile} (${platforms[verdict.platform] ?? verdict.platform})`;
  return <State kind={verdict.profile === 'AttestedGpu' ? 'good' : 'busy'}><span title={`${verdict.summary}; verified ${when(verdict.verifiedAt)}`}>{text}</span></State>;
}

function Evidence({ device, now }: { device: Device; now: number }) {
  if (device.suspendedUntil) {
    const isOver = device.suspendedUntil <= now;
    return (
      <State kind="bad">
        <span title="It left its seats empty. Keep its miner running and its evidence fresh: it proves its life by itself and is drawn again.">
          {isOver ? 'suspended for absence; its proof of life is awaited' : `suspended for absence until ${when(device.suspendedUntil)}`}
        </span>
      </State>
    );
  }
  if (device.revoked) return <State kind="off">revoked or retired</State>;
  const left = device.validUntil - now;
  if (left <= 0) return <State kind="bad">expired {span(left)} ago</State>;
  return <State kind={left < 7200 ? 'busy' : 'good'}><span title={when(device.validUntil)}>valid for {span(left)}</span></State>;
}
