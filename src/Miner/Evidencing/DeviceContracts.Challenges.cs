using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Miner.Proving;

namespace Ait.Miner.Evidencing;

/// <content>The challenge registry that the device registry names.</content>
internal sealed partial class DeviceContracts : IChallengeContracts
{
    private const byte AttestedGpu = 1;

    /// <summary>Open challenges are the last; so many are looked at.</summary>
    private const ulong MostOpen = 1024;

    /// <summary>The device registry names it for good.</summary>
    private Address? _challengeRegistry;

    public Task<ProofState> LookAsync(Hash256 gpuId, CancellationToken cancellation) => GuardAsync(async () =>
    {
        Block head = await LatestAsync(cancellation).ConfigureAwait(false);
        if (await ChallengesAsync(cancellation).ConfigureAwait(false) is not { } challenges)
        {
            return ProofState.NotDemanded(Time(head.Timestamp));
        }

        uint slot;
        try
        {
            slot = await _registry.GetSlotOfAsync(gpuId, head.Number, cancellation).ConfigureAwait(false);
        }
        catch (ContractRevertedException exception) when (exception.Error?.Name == "DeviceNotRegistered")
        {
            // Its slot went to another device: whoever keeps the registration brings evidence anew.
            return ProofState.NotDemanded(Time(head.Timestamp));
        }

        DeviceRecord device = await _registry.GetDeviceAsync(slot, head.Number, cancellation).ConfigureAwait(false);
        ChallengeTermsRecord terms = await challenges.GetTermsOfAsync(device.Class, head.Number, cancellation).ConfigureAwait(false);
        if (terms.Tiles == 0 || await _registry.GetProfileOfAsync(slot, head.Number, cancellation).ConfigureAwait(false) == AttestedGpu)
        {
            return ProofState.NotDemanded(Time(head.Timestamp));
        }

        ulong latest = await challenges.GetChallengeOfAsync(gpuId, head.Number, cancellation).ConfigureAwait(false);
        return new ProofState(
            true,
            device.RevokedBlock != 0 || device.ValidUntil < head.Timestamp,
            Time(await _registry.GetProvenUntilOfAsync(gpuId, head.Number, cancellation).ConfigureAwait(false)),
            Time(head.Timestamp),
            latest == 0 ? null : await ReadAsync(challenges, latest, head, cancellation).ConfigureAwait(false));
    });

    public Task<IReadOnlyList<ClassChallenge>> ListOpenAsync(CancellationToken cancellation) => GuardAsync(async () =>
    {
        var open = new List<ClassChallenge>();
        if (await ChallengesAsync(cancellation).ConfigureAwait(false) is not { } challenges)
        {
            return (IReadOnlyList<ClassChallenge>)open;
        }

        Block head = await LatestAsync(cancellation).ConfigureAwait(false);
        ulong count = await challenges.GetChallengeCountAsync(head.Number, cancellation).ConfigureAwait(false);
        for (ulong id = count; id > 0 && count - id < MostOpen; id--)
        {
            ClassChallenge found = await ReadAsync(challenges, id, head, cancellation).ConfigureAwait(false);
            if (found.HasLapsed)
            {
                break; // And so have all that were opened before it.
            }

            if (found.IsOpen)
            {
                open.Add(found);
            }
        }

        return open;
    });

    public Task<TransactionOutcome> OpenChallengeAsync(Hash256 gpuId, CancellationToken cancellation) =>
        SendAsync(challenges => challenges.Open(gpuId), cancellation);

    public Task<TransactionOutcome> DrawWitnessesAsync(ulong challengeId, CancellationToken cancellation) =>
        SendAsync(challenges => challenges.Draw(challengeId), cancellation);

    public Task<TransactionOutcome> SubmitStatementAsync(ulong challengeId, ClassStatementRecord statement, CancellationToken cancellation) =>
        SendAsync(challenges => challenges.Submit(challengeId, statement), cancellation);

    public Task<Address> GetChallengeRegistryAsync(CancellationToken cancellation) => GuardAsync(() => AddressAsync(cancellation));

    private async Task<Address> AddressAsync(CancellationToken cancellation) =>
        _challengeRegistry ??= await _registry.GetChallengesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);

    private async Task<ChallengeRegistryContract?> ChallengesAsync(CancellationToken cancellation) =>
        await AddressAsync(cancellation).ConfigureAwait(false) is var address && address == Address.Zero ? null : new ChallengeRegistryContract(address, _client);

    private Task<TransactionOutcome> SendAsync(Func<ChallengeRegistryContract, Chain.Transactions.TransactionRequest> call, CancellationToken cancellation) => GuardAsync(async () =>
    {
        ChallengeRegistryContract challenges = await ChallengesAsync(cancellation).ConfigureAwait(false) ?? throw new InvalidOperationException("No class is challenged on this network.");
        return await SendAsync(challenges, call(challenges), cancellation).ConfigureAwait(false);
    });

    private async Task<ClassChallenge> ReadAsync(ChallengeRegistryContract challenges, ulong id, Block head, CancellationToken cancellation)
    {
        ChallengeRecord record = await challenges.GetChallengeAsync(id, head.Number, cancellation).ConfigureAwait(false);
        ImmutableArray<DeviceRecord> witnesses = record.Witnesses.IsEmpty
            ? []
            : await _registry.GetDevicesAtAsync(record.Witnesses, head.Number, cancellation).ConfigureAwait(false);
        return new ClassChallenge(id, record, [.. witnesses.Select(witness => witness.GpuId)], head.Number, Time(head.Timestamp));
    }
}
