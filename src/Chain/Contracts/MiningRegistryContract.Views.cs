using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;

namespace Ait.Chain.Contracts;

/// <content>Views, each on the state after a block.</content>
public sealed partial class MiningRegistryContract
{
    /// <summary>A batch.</summary>
    /// <exception cref="ContractRevertedException">There is none of that id.</exception>
    public async Task<BatchRecord> GetBatchAsync(BigInteger batchId, BlockTag block, CancellationToken cancellation) =>
        BatchRecord.FromAbi(await SingleAsync(MiningRegistrySignatures.Batch, [batchId], block, cancellation).ConfigureAwait(false));

    /// <summary>How many batches were committed; the latest has this id.</summary>
    public async Task<BigInteger> GetBatchCountAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.BatchCount, [], block, cancellation).ConfigureAwait(false)).AsBigInteger();

    /// <summary>Whether a task has settled.</summary>
    public async Task<bool> GetIsSettledAsync(BigInteger batchId, uint index, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.IsSettled, [batchId, index], block, cancellation).ConfigureAwait(false)).AsBoolean();

    /// <summary>Bits of the seats of a task that were paid, those whose pay waits included.</summary>
    public async Task<byte> GetPaidSeatsOfAsync(BigInteger batchId, uint index, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.PaidSeatsOf, [batchId, index], block, cancellation).ConfigureAwait(false)).AsByte();

    /// <summary>The id of a task.</summary>
    public async Task<Hash256> GetTaskIdOfAsync(BigInteger batchId, uint index, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.TaskIdOf, [batchId, index], block, cancellation).ConfigureAwait(false)).AsHash256();

    /// <summary>The roster slots drawn for a task's seats.</summary>
    /// <exception cref="ContractRevertedException">The draw is not possible.</exception>
    public async Task<ImmutableArray<uint>> GetSeatsOfAsync(
        BigInteger batchId, MiningTaskRecord task, Hash256 seatSecret, BlockTag block, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        AbiValue slots = await SingleAsync(MiningRegistrySignatures.SeatsOf, [batchId, task.ToAbi(), seatSecret], block, cancellation).ConfigureAwait(false);
        return [.. slots.Items.Select(static slot => slot.AsUInt32())];
    }

    /// <summary>The roster slots drawn for all seats of an escalated task.</summary>
    /// <exception cref="ContractRevertedException">The task has not escalated, its second seed is not pinned, or the draw is not possible.</exception>
    public async Task<ImmutableArray<uint>> GetEscalatedSeatsOfAsync(
        BigInteger batchId, MiningTaskRecord task, Hash256 seatSecret, Hash256 escalationSecret, BlockTag block, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(task);
        ImmutableArray<AbiValue> arguments = [batchId, task.ToAbi(), seatSecret, escalationSecret];
        AbiValue slots = await SingleAsync(MiningRegistrySignatures.EscalatedSeatsOf, arguments, block, cancellation).ConfigureAwait(false);
        return [.. slots.Items.Select(static slot => slot.AsUInt32())];
    }

    /// <summary>A task's escalation; level 0 if there is none.</summary>
    public async Task<EscalationRecord> GetEscalationAsync(Hash256 taskId, BlockTag block, CancellationToken cancellation) =>
        EscalationRecord.FromAbi(await SingleAsync(MiningRegistrySignatures.Escalation, [taskId], block, cancellation).ConfigureAwait(false));

    /// <summary>Wei that wait for a seat, and from when on they can be released; 0 if nothing does.</summary>
    public async Task<(Address Operator, BigInteger Amount, BigInteger PayableAt)> GetDeferredAsync(
        Hash256 taskId, byte seat, BlockTag block, CancellationToken cancellation)
    {
        ImmutableArray<AbiValue> found = await ViewAsync(MiningRegistrySignatures.Deferred, [taskId, (uint)seat], block, cancellation).ConfigureAwait(false);
        return (found[0].AsAddress(), found[1].AsBigInteger(), found[2].AsBigInteger());
    }

    /// <summary>Whether an account may add seats to a settled task.</summary>
    public async Task<bool> GetIsWitnessAsync(Address account, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.IsWitness, [account], block, cancellation).ConfigureAwait(false)).AsBoolean();

    /// <summary>The EIP-712 digest that a device signs.</summary>
    public async Task<Hash256> GetWorkAttestationDigestAsync(
        Hash256 taskId, Hash256 workloadHash, Hash256 resultHash, Hash256 gpuId, ulong duration, BlockTag block, CancellationToken cancellation)
    {
        ImmutableArray<AbiValue> arguments = [taskId, workloadHash, resultHash, gpuId, duration];
        return (await SingleAsync(MiningRegistrySignatures.WorkAttestationDigest, arguments, block, cancellation).ConfigureAwait(false)).AsHash256();
    }

    /// <summary>Unspent credit in micro-CU.</summary>
    public async Task<ulong> GetCreditOfAsync(Address account, Hash256 workloadId, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.CreditOf, [account, workloadId], block, cancellation).ConfigureAwait(false)).AsUInt64();

    /// <summary>How many of 65,536 tasks are audited.</summary>
    public async Task<ushort> GetAuditShareAsync(BlockTag block, CancellationToken cancellation) =>
        (ushort)(await SingleAsync(MiningRegistrySignatures.AuditShare, [], block, cancellation).ConfigureAwait(false)).AsUInt32();

    /// <summary>A workload's quote in micro-CU; 0 if it is not open.</summary>
    public async Task<ulong> GetQuoteOfAsync(Hash256 workloadId, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.QuoteOf, [workloadId], block, cancellation).ConfigureAwait(false)).AsUInt64();

    /// <summary>Until when a GPU's paid work has used its time, unix milliseconds.</summary>
    public async Task<ulong> GetBusyUntilAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.BusyUntil, [gpuId], block, cancellation).ConfigureAwait(false)).AsUInt64();

    /// <summary>The benchmark of a class in CU per hour.</summary>
    public async Task<uint> GetClassRateAsync(byte deviceClass, BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.ClassRate, [(uint)deviceClass], block, cancellation).ConfigureAwait(false)).AsUInt32();

    /// <summary>The duration bounds of a workload type on a class.</summary>
    public async Task<DurationBoundsRecord> GetDurationBoundsAsync(ushort workloadType, byte deviceClass, BlockTag block, CancellationToken cancellation) =>
        DurationBoundsRecord.FromAbi(
            await SingleAsync(MiningRegistrySignatures.DurationBounds, [(uint)workloadType, (uint)deviceClass], block, cancellation).ConfigureAwait(false));

    /// <summary>Wei minted per micro-CU and paid seat.</summary>
    public async Task<BigInteger> GetMintRateAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.MintRate, [], block, cancellation).ConfigureAwait(false)).AsBigInteger();

    /// <summary>Wei burned per micro-CU of credit.</summary>
    public async Task<BigInteger> GetRedeemPriceAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.RedeemPrice, [], block, cancellation).ConfigureAwait(false)).AsBigInteger();

    /// <summary>Wei minted so far.</summary>
    public async Task<BigInteger> GetTotalMintedAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.TotalMinted, [], block, cancellation).ConfigureAwait(false)).AsBigInteger();

    /// <summary>Wei burned by redemption so far.</summary>
    public async Task<BigInteger> GetTotalBurnedAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.TotalBurned, [], block, cancellation).ConfigureAwait(false)).AsBigInteger();

    /// <summary>The token this registry mints.</summary>
    public async Task<Address> GetTokenAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.Token, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    /// <summary>The registry whose devices may mine.</summary>
    public async Task<Address> GetDevicesAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.Devices, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    /// <summary>The account that commits batches.</summary>
    public async Task<Address> GetCoordinatorAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.Coordinator, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    /// <summary>The account that may pause new work; zero for none.</summary>
    public async Task<Address> GetGuardianAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.Guardian, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    /// <summary>Whether further batches and workloads are refused.</summary>
    public async Task<bool> GetIsWorkPausedAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.IsWorkPaused, [], block, cancellation).ConfigureAwait(false)).AsBoolean();

    /// <summary>Where single attestations are committed and revealed without the coordinator.</summary>
    public async Task<Address> GetInboxAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.Inbox, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    /// <summary>What bounds the work that nobody redeems for.</summary>
    public async Task<Address> GetSubsidyAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.Subsidy, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    /// <summary>Wei that settled redeemed work has added to what subsidised work may mint.</summary>
    public async Task<BigInteger> GetSubsidyEarnedAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.SubsidyEarned, [], block, cancellation).ConfigureAwait(false)).AsBigInteger();

    /// <summary>Where holders move credit to another workload.</summary>
    public async Task<Address> GetCreditMovesAsync(BlockTag block, CancellationToken cancellation) =>
        (await SingleAsync(MiningRegistrySignatures.CreditMoves, [], block, cancellation).ConfigureAwait(false)).AsAddress();

    private async Task<AbiValue> SingleAsync(string function, ImmutableArray<AbiValue> arguments, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(function, arguments, block, cancellation).ConfigureAwait(false))[0];
}
