using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Telling;

/// <summary>
/// Mallory: an operator with honest hardware and a dishonest program. Her device is registered as any other; her enclave key
/// is in our hands, as if her enclave were broken. She speaks to the coordinator as a miner does.
/// </summary>
internal sealed class Adversary : IDisposable
{
    internal const string Host = "host-mallory";
    private const DeviceClass Class = DeviceClass.A100;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    // She may have many seats, and the coordinator answers a key only so often.
    private static readonly TimeSpan s_longestPoll = TimeSpan.FromSeconds(2);
    private readonly NetworkAccess _network;
    private readonly EmulatedHardware _hardware;
    private readonly EmulatedMachine _machine;
    private readonly Secp256k1PrivateKey _operator;
    private readonly Secp256k1PrivateKey _enclave = Secp256k1PrivateKey.Create();
    private readonly TimeProvider _clock;

    private Adversary(NetworkAccess network, EmulatedHardware hardware, EmulatedMachine machine, Secp256k1PrivateKey operatorKey, TimeProvider clock)
    {
        _network = network;
        _hardware = hardware;
        _machine = machine;
        _operator = operatorKey;
        _clock = clock;
    }

    internal Hash256 GpuId => _machine.GpuId(0);

    internal Secp256k1PrivateKey Operator => _operator;

    internal Secp256k1PrivateKey Enclave => _enclave;

    internal static async Task<Adversary> CreateAsync(
        NetworkAccess network, EmulatedHardware hardware, Secp256k1PrivateKey operatorKey, TimeProvider clock, CancellationToken cancellation)
    {
        EmulatedMachine machine = await hardware.HostAsync(Host, inTrustDomain: false, [Class.ToString()], cancellation).ConfigureAwait(false);
        return new Adversary(network, hardware, machine, operatorKey, clock);
    }

    /// <summary>A registration as the contract takes it, over a fresh challenge block.</summary>
    internal async Task<Registration> PrepareAsync(CancellationToken cancellation)
    {
        // Not the newest block: a call is judged as if inside it, where its own hash is not known yet.
        ulong newest = await _network.Chain.Client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        Block head = await _network.Chain.Client.GetBlockAsync(newest - 1, cancellation).ConfigureAwait(false)
            ?? throw new SurroundingsException("the chain does not have the block before its newest.");
        var binding = new DeviceBinding(
            _network.Chain.ChainId, _network.Network.DeviceRegistry, _operator.Address, _enclave.Address, GpuId, Class, head.Number, head.Hash);
        EmulatedEvidence evidence = await _hardware.EvidenceAsync(Host, LocalNetwork.Measurement, binding.ReportData(), cancellation).ConfigureAwait(false);
        return new Registration(
        new RegistrationRequest
        {
            EnclaveKey = _enclave.Address,
            GpuUuid = _machine.GpuUuids[0],
            Class = (byte)Class,
            Platform = RegistrationRequest.SevSnp,
            BlockNumber = head.Number,
            Report = evidence.Report,
            Endorsement = evidence.Vcek,
            Hints = default,
            Gpu = GpuEvidenceRecord.None,
        },
        new EnrolmentRequest(
            GpuId, _operator.Address, Class, Hex.Encode(_machine.GpuUuids[0]), head.Number, "SevSnp", Hex.Encode(evidence.Report.Span),
            [Hex.Encode(evidence.Vcek.Span), Hex.Encode(evidence.Ask.Span), Hex.Encode(evidence.Ark.Span)], []));
    }

    /// <summary>The coordinator's answer to the same evidence with one byte changed: its refusal, or null if it took it.</summary>
    internal async Task<CoordinatorRefusedException?> EnrolForgedAsync(Registration honest, CancellationToken cancellation)
    {
        try
        {
            await EnrolAsync(honest with { Enrolment = honest.Enrolment with { Report = Hex.Encode(Forge(honest.Request.Report)) } }, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (CoordinatorRefusedException refused)
        {
            return refused;
        }
    }

    /// <summary>Has the coordinator verify her evidence, as every miner does.</summary>
    internal Task<EnrolmentResponse> EnrolAsync(Registration registration, CancellationToken cancellation) => _network.Coordinator.PostAsync(
        _network.Domain,
        _enclave,
        "/v1/enrolments",
        registration.Enrolment,
        ProtocolJson.Default.EnrolmentRequest,
        ProtocolJson.Default.EnrolmentResponse,
        cancellation);

    /// <summary>The same registration with one byte of the signed report changed.</summary>
    internal async Task<Attempt> RegisterForgedAsync(Registration honest, CancellationToken cancellation)
    {
        byte[] forged = Forge(honest.Request.Report);
        return await Attempt.MakeAsync(
            _network,
            "evidence with one changed byte",
            "ReportSignatureInvalid",
            _operator,
            _network.Network.DeviceRegistry,
            honest.WithReport(forged).EncodeCall(),
            cancellation).ConfigureAwait(false);
    }

    internal Task<TransactionReceipt> RegisterAsync(Registration registration, CancellationToken cancellation) =>
        _network.Chain.SendAsync(_operator, _network.Network.DeviceRegistry, registration.EncodeCall(), cancellation);

    /// <summary>Takes her seats as any miner does; none when she was drawn for nothing within the wait.</summary>
    internal async Task<IReadOnlyList<SeatLetter>> LeaseAsync(int waitMillis, CancellationToken cancellation)
    {
        LeaseResponse lease = await _network.Coordinator.PostAsync(
            _network.Domain,
            _enclave,
            "/v1/leases",
            new LeaseRequest(GpuId, 16, waitMillis),
            ProtocolJson.Default.LeaseRequest,
            ProtocolJson.Default.LeaseResponse,
            cancellation).ConfigureAwait(false);
        return [.. lease.Letters.Select(Read)];
    }

    /// <summary>Commits to a result she made up instead of running the model, and reveals it when reveals open.</summary>
    internal async Task<Fabrication> FabricateAsync(SeatLetter letter, CancellationToken cancellation)
    {
        byte[] transcript = [.. "made up: "u8, .. RandomNumberGenerator.GetBytes(32)];
        var result = new Hash256(SHA256.HashData(transcript));
        var statement = new WorkStatement(letter.TaskId, letter.Assignment.MiningTask.WorkloadHash, result, GpuId, DurationMillis: 1_000);
        WorkAttestation attestation = WorkAttestation.Sign(statement, _network.Domain, _enclave);
        var salt = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size));
        Hash256 commitment = ResultCommitment.Compute(_network.Domain, statement, _operator.Address, salt);
        SeatResponse seat = await _network.Coordinator.PostAsync(
            _network.Domain,
            _enclave,
            "/v1/commitments",
            new CommitmentRequest(letter.TaskId, GpuId, commitment),
            ProtocolJson.Default.CommitmentRequest,
            ProtocolJson.Default.SeatResponse,
            cancellation).ConfigureAwait(false);
        for (TimeSpan wait = s_poll; !seat.RevealOpen; wait = wait < s_longestPoll ? 2 * wait : wait)
        {
            await Task.Delay(wait, _clock, cancellation).ConfigureAwait(false);
            seat = await SeatAsync(letter.TaskId, cancellation).ConfigureAwait(false);
        }

        await _network.Coordinator.PostAsync(
            _network.Domain,
            _enclave,
            "/v1/results",
            new ResultRequest(Hex.Encode(attestation.ToBytes()), salt, Hex.Encode(transcript)),
            ProtocolJson.Default.ResultRequest,
            ProtocolJson.Default.SeatResponse,
            cancellation).ConfigureAwait(false);
        return new Fabrication(letter, attestation);
    }

    /// <summary>Waits until her seat has ended, paid or not.</summary>
    internal async Task<SeatResponse> EndAsync(Hash256 taskId, CancellationToken cancellation)
    {
        while (true)
        {
            SeatResponse seat = await SeatAsync(taskId, cancellation).ConfigureAwait(false);
            if (seat.Phase is SeatPhase.Settled or SeatPhase.Unpaid or SeatPhase.Void)
            {
                return seat;
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _enclave.Dispose();

    private static byte[] Forge(ReadOnlyMemory<byte> report)
    {
        byte[] forged = report.ToArray();
        forged[0x90] ^= 0x01; // the first byte of MEASUREMENT: what program runs
        return forged;
    }

    private Task<SeatResponse> SeatAsync(Hash256 taskId, CancellationToken cancellation) => _network.Coordinator.GetSignedAsync(
        _network.Domain, _enclave, $"/v1/seats/{taskId}?gpuId={GpuId}", ProtocolJson.Default.SeatResponse, cancellation);

    private SeatLetter Read(SeatLetterDto dto) =>
        Hex.TryDecode(dto.Letter, out byte[]? bytes)
        && SeatLetter.TryVerify(bytes, _network.Domain, _network.Network.Coordinator, out SeatLetter? letter, out ProtocolRefusal? refusal)
            ? letter
            : throw new RefusedException("the coordinator's seat letter does not verify.");

    /// <summary>The arguments of <c>registerDevice</c>, and the same evidence as the coordinator takes it.</summary>
    internal sealed record Registration(RegistrationRequest Request, EnrolmentRequest Enrolment)
    {
        internal Registration WithReport(ReadOnlyMemory<byte> report) => new(new RegistrationRequest
        {
            EnclaveKey = Request.EnclaveKey,
            GpuUuid = Request.GpuUuid,
            Class = Request.Class,
            Platform = Request.Platform,
            BlockNumber = Request.BlockNumber,
            Report = report,
            Endorsement = Request.Endorsement,
            Hints = Request.Hints,
            Gpu = Request.Gpu,
        },
        Enrolment);

        internal byte[] EncodeCall() => NetworkAccess.Devices.Function("registerDevice").EncodeCall(Request.ToAbi());
    }

    /// <summary>A result that was made up, with its seat.</summary>
    internal sealed record Fabrication(SeatLetter Letter, WorkAttestation Attestation);
}
