using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The device registry: views, transactions and events, typed.</summary>
public sealed class DeviceRegistryContract : GovernedContract
{
    /// <summary>A registry at an address.</summary>
    public DeviceRegistryContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("DeviceRegistry").Abi)
    {
    }

    /// <summary>Registers a GPU for the sender.</summary>
    public TransactionRequest RegisterDevice(RegistrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Transaction(DeviceRegistrySignatures.RegisterDevice, request.ToAbi());
    }

    /// <summary>Brings fresh evidence for a GPU of the sender.</summary>
    public TransactionRequest RefreshDevice(RegistrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Transaction(DeviceRegistrySignatures.RefreshDevice, request.ToAbi());
    }

    /// <summary>Withdraws a GPU of the sender.</summary>
    public TransactionRequest RetireDevice(Hash256 gpuId) => Transaction(DeviceRegistrySignatures.RetireDevice, gpuId);

    /// <summary>Excludes a GPU; governor only.</summary>
    public TransactionRequest RevokeDevice(Hash256 gpuId, Hash256 reason) => Transaction(DeviceRegistrySignatures.RevokeDevice, gpuId, reason);

    /// <summary>Lifts an exclusion; governor only.</summary>
    public TransactionRequest ReinstateDevice(Hash256 gpuId) => Transaction(DeviceRegistrySignatures.ReinstateDevice, gpuId);

    /// <summary>Admits or withdraws a measured program; governor only.</summary>
    public TransactionRequest AllowMeasurement(Hash256 measurementHash, bool allowed) =>
        Transaction(DeviceRegistrySignatures.AllowMeasurement, measurementHash, allowed);

    /// <summary>Admits or withdraws a trust profile (1 attested GPU, 2 measured host, 3 measured enclave) for a class; governor only.</summary>
    public TransactionRequest AdmitProfile(byte deviceClass, byte profile, bool admitted) =>
        Transaction(DeviceRegistrySignatures.AdmitProfile, (uint)deviceClass, (uint)profile, admitted);

    /// <summary>Sets how many live GPUs one host may carry; governor only.</summary>
    public TransactionRequest SetHostLimit(BigInteger limit) => Transaction(DeviceRegistrySignatures.SetHostLimit, limit);

    /// <summary>The device in a slot.</summary>
    public async Task<DeviceRecord> GetDeviceAsync(uint slot, BlockTag block, CancellationToken cancellation) =>
        DeviceRecord.FromAbi((await ViewAsync(DeviceRegistrySignatures.Device, [slot], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>The devices in some slots, in that order.</summary>
    public async Task<ImmutableArray<DeviceRecord>> GetDevicesAtAsync(ImmutableArray<uint> slots, BlockTag block, CancellationToken cancellation)
    {
        AbiValue asked = AbiValue.List(slots.Select(static slot => (AbiValue)slot));
        ImmutableArray<AbiValue> answer = await ViewAsync(DeviceRegistrySignatures.DevicesAt, [asked], block, cancellation).ConfigureAwait(false);
        return [.. answer[0].Items.Select(DeviceRecord.FromAbi)];
    }

    /// <summary>The trust profile of the device in a slot: 1 attested GPU, 2 measured host, 3 measured enclave.</summary>
    public async Task<byte> GetProfileOfAsync(uint slot, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.ProfileOf, [slot], block, cancellation).ConfigureAwait(false))[0].AsByte();

    /// <summary>Whether a class admits a trust profile.</summary>
    public async Task<bool> GetIsProfileAdmittedAsync(byte deviceClass, byte profile, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.IsProfileAdmitted, [(uint)deviceClass, (uint)profile], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>The slot of a GPU's latest registration.</summary>
    /// <exception cref="ContractRevertedException">It was never registered.</exception>
    public async Task<uint> GetSlotOfAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.SlotOf, [gpuId], block, cancellation).ConfigureAwait(false))[0].AsUInt32();

    /// <summary>The number of slots, dead ones included.</summary>
    public async Task<uint> GetRosterLengthAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.RosterLength, [], block, cancellation).ConfigureAwait(false))[0].AsUInt32();

    /// <summary>What a report made for a registration must carry.</summary>
    public async Task<Hash256> GetBindingOfAsync(
        Address @operator, Address enclaveKey, Hash256 gpuId, byte deviceClass, ulong blockNumber, BlockTag block, CancellationToken cancellation)
    {
        ImmutableArray<AbiValue> arguments = [@operator, enclaveKey, gpuId, (uint)deviceClass, blockNumber];
        return (await ViewAsync(DeviceRegistrySignatures.BindingOf, arguments, block, cancellation).ConfigureAwait(false))[0].AsHash256();
    }

    /// <summary>Whether a measured program may be registered.</summary>
    public async Task<bool> GetIsMeasurementAllowedAsync(Hash256 measurementHash, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.IsMeasurementAllowed, [measurementHash], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Whether the governor excluded a GPU.</summary>
    public async Task<bool> GetIsRevokedAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.IsRevoked, [gpuId], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>How many live GPUs one host may carry.</summary>
    public async Task<BigInteger> GetHostLimitAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.HostLimit, [], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>Seconds between two extensions of a device's validity.</summary>
    public async Task<ulong> GetExtensionIntervalAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.ExtensionInterval, [], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>The contract that verifies quotes; zero where there is none.</summary>
    public async Task<Address> GetDcapVerifierAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.Dcap, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>The contract that verifies evidence of GPUs; zero where there is none.</summary>
    public async Task<Address> GetNvidiaVerifierAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.Nvidia, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>The contract that verifies SEV-SNP evidence.</summary>
    public async Task<Address> GetSnpVerifierAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.Snp, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Where classes without evidence of the GPU prove themselves; zero where there is no such contract.</summary>
    public async Task<Address> GetChallengesAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.Challenges, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Who suspends devices that are silent; zero where nobody does.</summary>
    public async Task<Address> GetAttendanceAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.Attendance, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Whether a GPU is suspended for absence.</summary>
    public async Task<bool> GetIsAbsentAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.IsAbsent, [gpuId], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Until when the last class challenge that a GPU passed under its latest registration counts, unix seconds; 0 if it passed none.</summary>
    public async Task<ulong> GetProvenUntilOfAsync(Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DeviceRegistrySignatures.ProvenUntilOf, [gpuId], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>Reads a log; false if it is of another contract or of an event without a type here.</summary>
    public bool TryReadEvent(Log log, [NotNullWhen(true)] out DeviceRegistryEvent? found)
    {
        found = TryDecodeEvent(log, out ContractEvent? e)
            ? e.Definition.Signature switch
            {
                DeviceRegistrySignatures.DeviceRegisteredEvent => new DeviceRegistryEvent.Registered(
                    e["gpuId"].AsHash256(),
                    e["operator"].AsAddress(),
                    e["hostChip"].AsHash256(),
                    e["slot"].AsUInt32(),
                    e["class"].AsByte(),
                    e["enclaveKey"].AsAddress(),
                    e["validUntil"].AsUInt64()),
                DeviceRegistrySignatures.DeviceRefreshedEvent =>
                    new DeviceRegistryEvent.Refreshed(e["gpuId"].AsHash256(), e["enclaveKey"].AsAddress(), e["validUntil"].AsUInt64()),
                DeviceRegistrySignatures.DeviceRevokedEvent => new DeviceRegistryEvent.Revoked(e["gpuId"].AsHash256(), e["reason"].AsHash256()),
                DeviceRegistrySignatures.DeviceReinstatedEvent => new DeviceRegistryEvent.Reinstated(e["gpuId"].AsHash256()),
                DeviceRegistrySignatures.DeviceRetiredEvent => new DeviceRegistryEvent.Retired(e["gpuId"].AsHash256()),
                DeviceRegistrySignatures.ClassProofDemandedEvent => new DeviceRegistryEvent.ProofDemanded(e["gpuId"].AsHash256()),
                DeviceRegistrySignatures.ClassProvenEvent => new DeviceRegistryEvent.Proven(e["gpuId"].AsHash256(), e["provenUntil"].AsUInt64()),
                DeviceRegistrySignatures.DeviceSuspendedEvent => new DeviceRegistryEvent.Suspended(e["gpuId"].AsHash256()),
                DeviceRegistrySignatures.DeviceSuspendedForAbsenceEvent => new DeviceRegistryEvent.SuspendedForAbsence(e["gpuId"].AsHash256()),
                DeviceRegistrySignatures.DeviceResumedEvent => new DeviceRegistryEvent.Resumed(e["gpuId"].AsHash256()),
                DeviceRegistrySignatures.MeasurementAllowedEvent =>
                    new DeviceRegistryEvent.MeasurementAllowed(e["measurementHash"].AsHash256(), e["allowed"].AsBoolean()),
                DeviceRegistrySignatures.ProfileAdmittedEvent =>
                    new DeviceRegistryEvent.ProfileAdmitted(e["class"].AsByte(), e["profile"].AsByte(), e["admitted"].AsBoolean()),
                _ => null,
            }
            : null;
        return found is not null;
    }
}
