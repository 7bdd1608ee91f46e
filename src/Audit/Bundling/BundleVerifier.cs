using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Ait.Attestation;
using Ait.Audit.Evidencing;
using Ait.Audit.Gathering;
using Ait.Audit.Replaying;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Protocol;

namespace Ait.Audit.Bundling;

/// <summary>Verifies one answer's bundle without a network: every step from the hardware's evidence to the mint.</summary>
public sealed class BundleVerifier
{
    /// <summary>Bytes of a bundle at most.</summary>
    public const int MaxLength = ProofBundle.MaxLength;

    private readonly ProofBundle _bundle;
    private readonly TrustRoots _roots;
    private readonly NetworkDomain _domain;
    private readonly List<string> _findings = [];
    private readonly List<string> _unchecked = [];
    private readonly List<string> _evidence = [];
    private readonly SortedDictionary<ulong, Hash256> _blocks = [];
    private readonly Dictionary<int, SeatedDevice> _roster = [];

    private BundleVerifier(ProofBundle bundle, TrustRoots roots)
    {
        _bundle = bundle;
        _roots = roots;
        _domain = new NetworkDomain(bundle.ChainId, bundle.MiningRegistry);
    }

    /// <summary>Verifies a bundle against the vendors' root keys.</summary>
    /// <param name="json">The file.</param>
    /// <param name="roots">Root keys to believe.</param>
    /// <param name="miningRegistry">The contract that must have minted; null takes the file's word for which it is.</param>
    /// <param name="report">What it proves.</param>
    /// <param name="fault">Why it cannot be read.</param>
    public static bool TryVerify(
        ReadOnlySpan<byte> json, TrustRoots roots, Address? miningRegistry, [NotNullWhen(true)] out BundleReport? report, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(roots);
        report = null;
        if (!ProofBundle.TryParse(json, out ProofBundle? bundle, out fault))
        {
            return false;
        }

        var verifier = new BundleVerifier(bundle, roots);
        if (miningRegistry is { } expected && expected != bundle.MiningRegistry)
        {
            verifier.Find("mining registry", $"{expected}", $"{bundle.MiningRegistry}");
        }

        report = verifier.Run();
        return true;
    }

    private BundleReport Run()
    {
        _unchecked.Add("that no transaction outside this file revoked a device, and that the program and references were admitted: the contract asked that when it minted");
        if (_bundle.MiningRegistry == Address.Zero || Prove("commitment", _bundle.Commitment) is not { } commitment || Prove("pin", _bundle.Pin) is not { } pin
            || Prove("settlement", _bundle.Settlement) is not { } settlement)
        {
            return Report(null, null, 0, []);
        }

        ContractEvent? committed = EventOf(commitment, _bundle.MiningRegistry, "MiningRegistry", "BatchCommitted", _ => true);
        ContractEvent? pinned = EventOf(pin, _bundle.MiningRegistry, "MiningRegistry", "SeedPinned", found => committed is not null && found["batchId"].Equals(committed["batchId"]));
        SettledTaskRecord? settled = committed is null ? null : SettledOf(settlement, committed["batchId"].AsBigInteger());
        if (committed is null || pinned is null || settled is null)
        {
            return Report(null, settled, 0, []);
        }

        CheckSeed(committed, pinned, pin.Header);
        if (!SettlementCall.TryDecode(settlement.Transaction.Input.AsSpan(), out SettlementCall? call, out DecodeFault? fault))
        {
            Find("calldata of the settlement", "readable", $"{fault}");
            return Report(null, settled, 0, []);
        }

        foreach (BundledDevice device in _bundle.Devices)
        {
            TakeDevice(device);
        }

        TaskSettlementRecord? record = CheckQueue(call, committed);
        ImmutableArray<SettledSeat> seats = record is null ? [] : CheckSeats(record, committed, pinned, commitment.Header.Number, settled);
        BigInteger minted = record is null ? 0 : CheckMint(record, committed, settled, seats, settlement);
        return Report(record, settled, minted, seats);
    }

    private BundleReport Report(TaskSettlementRecord? record, SettledTaskRecord? settled, BigInteger minted, ImmutableArray<SettledSeat> seats) => new(
        _bundle.TaskId,
        record?.Task.WorkloadHash ?? default,
        settled?.ResultHash ?? default,
        minted,
        seats,
        [.. _evidence],
        [.. _blocks.Select(pair => (pair.Key, pair.Value))],
        [.. _findings],
        [.. _unchecked]);

    private void Find(string what, string expected, string found) => _findings.Add($"{what}: expected {expected}, found {found}");

    private Proven? Prove(string what, ProvenTransaction claimed)
    {
        if (!claimed.TryVerify(out BlockHeader? header, out MinedTransaction? transaction, out MinedReceipt? receipt, out string? fault))
        {
            Find($"proof of the {what}", "a transaction and receipt of a block", fault);
            return null;
        }

        if (!receipt.Succeeded)
        {
            Find($"outcome of the {what}", "success", "failure");
        }

        TakeHeader(header);
        return new Proven(header, transaction, receipt);
    }

    private void TakeHeader(BlockHeader header)
    {
        if (!_blocks.TryAdd(header.Number, header.Hash) && _blocks[header.Number] != header.Hash)
        {
            Find($"block {header.Number}", $"{_blocks[header.Number]}", $"{header.Hash}: one height, two blocks");
        }
    }

    private ContractEvent? EventOf(Proven proven, Address contract, string name, string wanted, Func<ContractEvent, bool> isIt)
    {
        ContractEvent? found = proven.Receipt.Logs.Where(log => log.Address == contract).Select(log => Events.TryDecode(name, log)).FirstOrDefault(known => known?.Name == wanted && isIt(known));
        if (found is null)
        {
            Find($"event {wanted} of {contract}", "in the receipt", "not there");
        }

        return found;
    }

    /// <summary>What the settlement says of the task.</summary>
    private SettledTaskRecord? SettledOf(Proven settlement, BigInteger batchId)
    {
        SettledTaskRecord? found = settlement.Receipt.Logs
            .Where(log => log.Address == _bundle.MiningRegistry)
            .Select(log => Events.TryDecode("MiningRegistry", log))
            .Where(known => known?.Name == "TasksSettled" && known["batchId"].AsBigInteger() == batchId)
            .SelectMany(known => Events.TasksOf(known))
            .FirstOrDefault(task => batchId <= ulong.MaxValue && _domain.TaskId((ulong)batchId, task.Index) == _bundle.TaskId);
        if (found is null)
        {
            Find($"task {_bundle.TaskId} in event TasksSettled of {_bundle.MiningRegistry}", "in the receipt", "not there");
        }

        return found;
    }

    private void CheckSeed(ContractEvent committed, ContractEvent pinned, BlockHeader pin)
    {
        if (!Hex.TryDecode(_bundle.SeedHeader, out byte[]? bytes) || !BlockHeader.TryDecode(bytes, out BlockHeader? seed, out _))
        {
            Find("header of the seed block", "readable", "something else");
            return;
        }

        TakeHeader(seed);
        if (seed.Number != committed["seedBlock"].AsUInt64() || seed.Hash != pinned["seedBlockHash"].AsHash256() || pinned["seedTime"].AsUInt64() != pin.Timestamp)
        {
            Find("seed", $"the hash of block {committed["seedBlock"]}", $"{pinned["seedBlockHash"]} for block {seed.Number}, {seed.Hash}");
        }
    }

    /// <summary>The task's settlement, if it and all others of the call are leaves of the committed batch.</summary>
    private TaskSettlementRecord? CheckQueue(SettlementCall call, ContractEvent committed)
    {
        MiningTask[] tasks = [.. call.Settlements.Select(one => MiningTask.From(one.Task))];
        if (call.BatchId != committed["batchId"].AsBigInteger() || call.BatchId > ulong.MaxValue || committed["taskCount"].AsUInt32() > int.MaxValue)
        {
            Find("batch of the settlement", $"{committed["batchId"]}", $"{call.BatchId}");
            return null;
        }

        Hash256? root = MerkleTree.RootOf((int)committed["taskCount"].AsUInt32(), [.. tasks.Select(task => (int)task.Index)], [.. tasks.Select(task => task.Leaf)], [.. call.Proof]);
        if (root != committed["root"].AsHash256())
        {
            Find("root over the settled tasks", $"{committed["root"]}", $"{root}");
        }

        TaskSettlementRecord? record = call.Settlements.FirstOrDefault(one => _domain.TaskId((ulong)call.BatchId, one.Task.Index) == _bundle.TaskId);
        if (record is null)
        {
            Find("task", $"{_bundle.TaskId} among the settled", "not there");
            return null;
        }

        if (_bundle.Workload is not { } hex)
        {
            _unchecked.Add($"what workload {record.Task.WorkloadHash} is: the file does not hold it");
        }
        else if (!Hex.TryDecode(hex, out byte[]? bytes) || !Workload.TryParse(bytes, out Workload? workload, out _) || workload.Hash != record.Task.WorkloadHash)
        {
            Find("workload", $"one that hashes to {record.Task.WorkloadHash}", "another");
        }

        return record;
    }

    private ImmutableArray<SettledSeat> CheckSeats(TaskSettlementRecord record, ContractEvent committed, ContractEvent pinned, ulong commitBlock, SettledTaskRecord settled)
    {
        ImmutableArray<(uint Slot, byte Code)> outcomes = settled.Seats;
        if (outcomes.Length > SeatDraw.Seats)
        {
            _unchecked.Add("seats beyond the third: the task escalated, and their draw needs devices that the file does not hold");
        }

        List<int> drawn = Draw(record, pinned["seedBlockHash"].AsHash256(), committed["rosterLength"].AsUInt32(), commitBlock);
        if (!drawn.SequenceEqual(outcomes.Take(SeatDraw.Seats).Select(outcome => (int)outcome.Slot)))
        {
            Find("slots of the seats", string.Join(", ", drawn), string.Join(", ", outcomes.Take(SeatDraw.Seats).Select(outcome => outcome.Slot)));
        }

        var seats = ImmutableArray.CreateBuilder<SettledSeat>();
        foreach ((int seat, int slot) in drawn.Index())
        {
            SeatedDevice device = _roster[slot];
            SeatClaimRecord? claim = record.Claims.FirstOrDefault(one => one.Seat == seat);
            (uint settledSlot, byte code) = seat < outcomes.Length ? outcomes[seat] : ((uint)slot, SeatOutcomes.Silent);
            Hash256? result = claim is null ? null : SettlementReplay.ResultOf(claim, record);
            if (claim is not null && result is { } claimed)
            {
                CheckSignature(record, claim, claimed, device, seat);
            }

            bool matches = result == record.ResultHash;
            if (matches != (code is SeatOutcomes.Paid or SeatOutcomes.Deferred or SeatOutcomes.PaidBefore))
            {
                Find($"outcome of seat {seat}", matches ? "paid or deferred" : "unpaid", $"{code}");
            }

            seats.Add(new SettledSeat(seat, (uint)slot, settledSlot, device.Slot.GpuId, device.Slot.Operator, device.DeviceClass, code, result, claim?.Duration ?? 0));
        }

        if (outcomes.Length == SeatDraw.Seats && seats.Count(seat => seat.ResultHash == record.ResultHash) < QuorumRule.Required(SeatDraw.Seats))
        {
            Find("equal results", $"{QuorumRule.Required(SeatDraw.Seats)} of {SeatDraw.Seats}", $"{seats.Count(seat => seat.ResultHash == record.ResultHash)}");
        }

        return seats.ToImmutable();
    }

    /// <summary>The draw, as far as the file's devices show who was passed over and why.</summary>
    private List<int> Draw(TaskSettlementRecord record, Hash256 seed, uint rosterLength, ulong commitBlock)
    {
        var seated = new List<int>();
        if (rosterLength is 0 or > int.MaxValue)
        {
            Find("length of the roster", $"1 to {int.MaxValue}", $"{rosterLength}");
            return seated;
        }

        foreach (int slot in SeatDraw.Sequence(record.SeatSecret, seed, _bundle.TaskId, rosterLength))
        {
            if (!_roster.TryGetValue(slot, out SeatedDevice? device))
            {
                Find($"device in slot {slot}", "in the file: the draw met it", "not there");
                return seated;
            }

            if (SeatDraw.MaySeat(device.Slot, record.Task.Deadline, commitBlock, seated.Select(other => _roster[other].Slot)))
            {
                seated.Add(slot);
            }

            if (seated.Count == SeatDraw.Seats)
            {
                break;
            }
        }

        return seated;
    }

    private void CheckSignature(TaskSettlementRecord record, SeatClaimRecord claim, Hash256 result, SeatedDevice device, int seat)
    {
        var statement = new WorkStatement(_bundle.TaskId, record.Task.WorkloadHash, result, device.Slot.GpuId, claim.Duration);
        if (!Secp256k1.TryRecover(statement.Digest(_domain), claim.Signature, out Address signer) || signer != device.EnclaveKey)
        {
            Find($"signer of seat {seat}'s work attestation", $"{device.EnclaveKey}", $"{signer}");
        }
    }

    /// <summary>The task's mint, and that the settlement's mints are the sum of what its tasks say.</summary>
    private BigInteger CheckMint(TaskSettlementRecord record, ContractEvent committed, SettledTaskRecord settled, ImmutableArray<SettledSeat> seats, Proven settlement)
    {
        BigInteger expected = record.Task.ComputeUnits * committed["mintRate"].AsBigInteger();
        if (settled.Amount != expected)
        {
            Find("AIT minted for each paid seat", $"{expected} wei", $"{settled.Amount}");
        }

        if (settled.WorkloadHash != record.Task.WorkloadHash || settled.ResultHash != record.ResultHash)
        {
            Find("what the settlement says was run", $"{record.Task.WorkloadHash} with result {record.ResultHash}", $"{settled.WorkloadHash} with result {settled.ResultHash}");
        }

        BigInteger told = 0;
        BigInteger made = 0;
        foreach (Log log in settlement.Receipt.Logs)
        {
            if (log.Address == _bundle.MiningRegistry && Events.TryDecode("MiningRegistry", log) is { } said)
            {
                told += Events.TasksOf(said).Aggregate(BigInteger.Zero, (sum, task) => sum + task.Minted);
                told += said.Name == "SeatsAdded" ? said["minted"].AsBigInteger() : 0;
            }
            else if (log.Address == _bundle.Token && Events.TryDecode("AIToken", log) is { Name: "Transfer" } transfer && transfer["from"].AsAddress() == Address.Zero)
            {
                made += transfer["value"].AsBigInteger();
            }
        }

        if (told != made)
        {
            Find("AIT minted by the settlement", $"{told} wei", $"{made}");
        }

        foreach (Address account in seats.Where(seat => seat.Code == SeatOutcomes.Paid).Select(seat => seat.Operator))
        {
            if (!settlement.Receipt.Logs.Any(log => log.Address == _bundle.Token && Events.TryDecode("AIToken", log) is { Name: "Transfer" } mint
                && mint["from"].AsAddress() == Address.Zero && mint["to"].AsAddress() == account))
            {
                Find($"mint to {account}", "in the settlement", "not there");
            }
        }

        return settled.Minted;
    }

    /// <summary>A device as its proven transactions leave it, and its evidence.</summary>
    private void TakeDevice(BundledDevice device)
    {
        SeatedDevice? state = null;
        Proven? evidence = null;
        foreach (ProvenTransaction claimed in device.Transactions)
        {
            if (Prove($"registration in slot {device.Slot}", claimed) is not { } proven)
            {
                return;
            }

            foreach (ContractEvent found in proven.Receipt.Logs.Where(log => log.Address == _bundle.DeviceRegistry).Select(log => Events.TryDecode("DeviceRegistry", log)).OfType<ContractEvent>())
            {
                state = Next(state, found, device.Slot, proven.Header.Number);
                bool bringsEvidence = found.Name is "DeviceRegistered" or "DeviceRefreshed" && found["gpuId"].AsHash256() == state?.Slot.GpuId;
                evidence = bringsEvidence ? proven : evidence;
            }
        }

        if (state is null || evidence is null)
        {
            Find($"registration of the device in slot {device.Slot}", "in the file", "not there");
            return;
        }

        _roster[(int)device.Slot] = state;
        CheckEvidence(device, state, evidence);
    }

    private static SeatedDevice? Next(SeatedDevice? state, ContractEvent found, uint slot, ulong block) => found.Name switch
    {
        "DeviceRegistered" when found["slot"].AsUInt32() == slot => new SeatedDevice(
            new RosterSlot(found["gpuId"].AsHash256(), found["hostChip"].AsHash256(), found["operator"].AsAddress(), found["validUntil"].AsUInt64(), 0, block, 0),
            (DeviceClass)found["class"].AsByte(),
            found["enclaveKey"].AsAddress()),
        "DeviceRefreshed" when state is not null && found["gpuId"].AsHash256() == state.Slot.GpuId => state with
        {
            EnclaveKey = found["enclaveKey"].AsAddress(),
            Slot = found["validUntil"].AsUInt64() == state.Slot.ValidUntil
                ? state.Slot
                : state.Slot with { PreviousValidUntil = state.Slot.ValidUntil, ValidUntil = found["validUntil"].AsUInt64(), RefreshedBlock = block },
        },
        "ClassProofDemanded" when state is not null && found["gpuId"].AsHash256() == state.Slot.GpuId => state with { Slot = state.Slot.WithoutProof() },
        "ClassProven" when state is not null && found["gpuId"].AsHash256() == state.Slot.GpuId => state with { Slot = state.Slot.WithProof(block) },
        "DeviceResumed" when state is not null && found["gpuId"].AsHash256() == state.Slot.GpuId => state with { Slot = state.Slot.Resumed(block) },
        "DeviceRevoked" or "DeviceRetired" or "DeviceSuspended" or "DeviceSuspendedForAbsence" when state is not null && found["gpuId"].AsHash256() == state.Slot.GpuId && state.Slot.RevokedBlock == 0 =>
            state with { Slot = state.Slot with { RevokedBlock = block } },
        _ => state,
    };

    /// <summary>Verifies the last piece of evidence up to the vendors' roots.</summary>
    private void CheckEvidence(BundledDevice device, SeatedDevice state, Proven last)
    {
        if (!RegistrationRequest.TryDecodeCall(last.Transaction.Input.AsSpan(), out RegistrationRequest? request, out _))
        {
            _unchecked.Add($"evidence of the device in slot {device.Slot}: it was registered through another contract");
            return;
        }

        if (request.EnclaveKey != state.EnclaveKey)
        {
            Find($"enclave key in slot {device.Slot}", $"{request.EnclaveKey} of the evidence", $"{state.EnclaveKey}");
        }

        var shelf = new CertificateShelf(_roots);
        if (!TryFill(shelf, request, device))
        {
            Find($"certificates in slot {device.Slot}", "hexadecimal", "something else");
            return;
        }

        if (last.Header.Timestamp > (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            Find($"time of the registration in slot {device.Slot}", "seconds since 1970", $"{last.Header.Timestamp}");
            return;
        }

        DateTimeOffset at = DateTimeOffset.FromUnixTimeSeconds((long)last.Header.Timestamp);
        if (!Hex.TryDecode(device.ChallengeHeader, out byte[]? bytes) || !BlockHeader.TryDecode(bytes, out BlockHeader? challenge, out _) || challenge.Number != request.BlockNumber)
        {
            Find($"challenge of the evidence in slot {device.Slot}", $"the header of block {request.BlockNumber}", "another");
            return;
        }

        TakeHeader(challenge);
        Hash256 binding = new DeviceBinding(
            _bundle.ChainId, _bundle.DeviceRegistry, state.Slot.Operator, request.EnclaveKey, state.Slot.GpuId, (DeviceClass)request.Class, challenge.Number, challenge.Hash).Compute();
        VerifiedRegistration? verified = new RegistrationCheck(shelf) { KnowsGovernance = false }.Check(
            request, binding, at, (_, what, expected, found) => Find($"slot {device.Slot}: {what}", expected, found),
            _ => Find($"certificates and collateral in slot {device.Slot}", "those of the evidence", "others or none"));
        if (verified is null)
        {
            return;
        }

        if (verified.GpuId != state.Slot.GpuId || verified.HostChip != state.Slot.HostChip || request.Class != (byte)state.DeviceClass)
        {
            Find($"device in slot {device.Slot}", $"GPU {verified.GpuId} on host {verified.HostChip}", $"GPU {state.Slot.GpuId} on host {state.Slot.HostChip}");
        }

        _evidence.Add($"slot {device.Slot}: {state.DeviceClass}, {verified.Summary}, measured program {verified.Program}");
    }

    private static bool TryFill(CertificateShelf shelf, RegistrationRequest request, BundledDevice device)
    {
        bool read = ProofBundle.TryDecode(device.HostCertificates, out ImmutableArray<ReadOnlyMemory<byte>> host) & ProofBundle.TryDecode(device.GpuCertificates, out ImmutableArray<ReadOnlyMemory<byte>> gpu);
        byte[]? collateral = null;
        if (!read || (device.Collateral is not null && !Hex.TryDecode(device.Collateral, out collateral)))
        {
            return false;
        }

        shelf.Put(request.Endorsement, host);
        shelf.Put(request.Gpu.Key, gpu);
        shelf.GivenCollateral = collateral;
        return true;
    }

    private sealed record Proven(BlockHeader Header, MinedTransaction Transaction, MinedReceipt Receipt);

    private sealed record SeatedDevice(RosterSlot Slot, DeviceClass DeviceClass, Address EnclaveKey);
}
