// The coordinator's public messages (docs/protocol.md). Wei are decimal text, compute units micro-CU, times unix seconds.

export type Phase = 'Batched' | 'Committed' | 'Seated' | 'Agreed' | 'Settled' | 'Void';
export const phases: Phase[] = ['Batched', 'Committed', 'Seated', 'Agreed', 'Settled', 'Void'];
export type DeviceClass = 'H100' | 'A100' | 'L40S' | 'MI300X';
export const classes: DeviceClass[] = ['H100', 'A100', 'L40S', 'MI300X'];

export interface Network {
  chainId: number;
  miningRegistry: string;
  deviceRegistry: string;
  token: string;
  coordinator: string;
  profile: string;
}

export interface Status {
  queuedWorkloads: number;
  tasksByPhase: Record<Phase, number>;
  liveDevices: number;
  blockNumber: number;
  mintedWei: string;
  burnedWei: string;
  supplyWei: string;
}

export interface Verdict {
  profile: string;
  platform: string;
  summary: string;
  verifiedAt: number;
  validUntil: number;
}

export interface Device {
  slot: number;
  gpuId: string;
  deviceClass: DeviceClass;
  operator: string;
  hostChip: string;
  enclaveKey: string;
  validUntil: number;
  revoked: boolean;
  lastSeen: number | null;
  seatsPaid: number;
  seatsUnpaid: number;
  earnedWei: string;
  verdict: Verdict | null;
  suspendedUntil: number | null;
}

export interface Seat {
  seat: number;
  gpuId: string;
  operator: string;
  phase: string;
  reason: string;
  workAttestation: string | null;
}

export interface Task {
  taskId: string;
  batchId: number | null;
  index: number;
  workloadHash: string;
  computeUnits: number;
  deadline: number;
  redeemer: string;
  phase: Phase;
  resultHash: string | null;
  transaction: string | null;
  mintedWei: string | null;
  miningTask: string;
  proof: string[];
  seatSecret: string | null;
  seats: Seat[];
}

export interface History {
  from: number;
  stepSeconds: number;
  steps: { tasksSettled: number; mintedWei: string; computeUnitsByClass: Partial<Record<DeviceClass, number>>; settlementGas: number; settlementTasks: number }[];
}

export interface EconomicsClass {
  deviceClass: DeviceClass;
  computeUnitsPerHour: number;
  mintWeiPerHour: string;
  leastMillisPerUnit: number;
  mostMillisPerUnit: number;
  slackMillis: number;
}

export interface Economics {
  mintWei: string;
  redeemWei: string;
  leastRedeemWei: string;
  mostPaidSeats: number;
  auditShare: number;
  mintedWei: string;
  burnedWei: string;
  supplyWei: string;
  governor: string;
  proposedGovernor: string;
  classes: EconomicsClass[];
  subsidy: {
    availableWei: string;
    chargedWei: string;
    releasedWei: string;
    unreleasedWei: string;
    earnedWei: string;
    halfLifeSeconds: number;
    nextUnits: number | null;
    isExhausted: boolean;
  };
}

export interface Workload {
  workloadId: string;
  phase: string;
  computeUnits: number;
  priceWei: string;
  taskId: string | null;
}

export type ProposalState = 'Pending' | 'Active' | 'Canceled' | 'Defeated' | 'Succeeded' | 'Queued' | 'Expired' | 'Executed';

export interface Proposal {
  proposalId: string;
  proposer: string;
  state: ProposalState;
  description: string;
  descriptionHash: string;
  voteStart: number;
  voteEnd: number;
  forWei: string;
  againstWei: string;
  abstainedWei: string;
  quorumWei: string;
  executableAt: number | null;
  calls: { target: string; valueWei: string; data: string; text: string }[];
}

export interface Governance {
  governor: string;
  timelock: string;
  votingToken: string;
  votingDelayBlocks: number;
  votingPeriodBlocks: number;
  proposalThresholdWei: string;
  quorumWei: string;
  timelockDelaySeconds: number;
  blockNumber: number;
  total: number;
  proposals: Proposal[];
}

export interface Exchange {
  pair: string;
  router: string;
  wrappedCoin: string;
  aitReserveWei: string;
  coinReserveWei: string;
  blockNumber: number;
}

/** What the coordinator refuses a request with (RFC 9457). */
export class Refused extends Error {
  readonly remedy: string | null;

  constructor(title: string, remedy: string | null) {
    super(title);
    this.remedy = remedy;
  }
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, signal ? { signal } : {});
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new Refused('The coordinator does not answer.', 'Check that it runs and that this page was opened at its address.');
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body as T;
  const problem = (body ?? {}) as { title?: string; found?: string | null; remedy?: string | null };
  throw new Refused(
    `${problem.title ?? `The coordinator answered ${answer.status}.`}${problem.found ? ` Found: ${problem.found}.` : ''}`,
    problem.remedy ?? null,
  );
}
