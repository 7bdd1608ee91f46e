using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Enrolling;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Coordinator.Releasing;

/// <summary>POST /v1/seat-keys, GET /v1/workloads/{workloadId}/seats and POST /v1/envelopes.</summary>
internal sealed class ReleaseEndpoints
{
    private readonly RequestAdmission _admission;
    private readonly ReleaseStore _store;
    private readonly DeviceGate _devices;
    private readonly NetworkDomain _domain;
    private readonly Secp256k1PrivateKey _key;
    private readonly TimeProvider _clock;

    public ReleaseEndpoints(RequestAdmission admission, ReleaseStore store, DeviceGate devices, NetworkDomain domain, Secp256k1PrivateKey key, TimeProvider clock)
    {
        _admission = admission;
        _store = store;
        _devices = devices;
        _domain = domain;
        _key = key;
        _clock = clock;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/seat-keys", SayAsync);
        routes.MapGet("/v1/workloads/{workloadId}/seats", ShowAsync);
        routes.MapPost("/v1/envelopes", PutAsync);
    }

    private Task SayAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.SeatKeyRequest,
        async (request, signer) => TryReadStatement(request.Statement, signer, out SeatKeyStatement? statement, out Refusal? refusal)
            ? await _devices.AuthoriseAsync(statement.GpuId, signer, context.RequestAborted)
            : refusal,
        (request, signer) => Task.FromResult(Say(request, signer)));

    private Task ShowAsync(HttpContext context)
    {
        Hash256 workload = default;
        return _admission.RunAsync(
            context,
            signer => Task.FromResult(Hash256.TryParse(context.GetRouteValue("workloadId") as string, out workload)
                ? Release.JudgeHolder(_store.HolderOf(workload), signer)
                : RequestAdmission.Malformed("/v1/workloads/{workloadId}/seats, 32 bytes in hexadecimal", "something else")),
            _ => Task.FromResult(Show(workload)));
    }

    private Task PutAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.EnvelopeRequest,
        (_, _) => Task.FromResult<Refusal?>(null), // Who holds the key of this task is looked up with the task.
        (request, signer) => Task.FromResult(Put(request, signer)));

    private IResult Say(SeatKeyRequest request, Address signer)
    {
        if (!TryReadStatement(request.Statement, signer, out SeatKeyStatement? statement, out Refusal? refusal))
        {
            return Answer.Problem(refusal);
        }

        (byte[]? envelope, refusal) = _store.Say(statement.TaskId, statement.GpuId, statement.ToBytes(), signer);
        return refusal is null
            ? Answer.Json(new SeatKeyResponse(envelope is null ? null : Hex.Encode(envelope)), ProtocolJson.Default.SeatKeyResponse)
            : Answer.Problem(refusal);
    }

    private IResult Show(Hash256 workload) => Answer.Json(
        new ConfidentialSeatsResponse(
            [.. _store.Seats(workload).Select(seat => new ConfidentialSeat(
                Hex.Encode(SeatLetter.Sign(seat.Assignment, _domain, _key).ToBytes()), Hex.Encode(seat.Statement), seat.Released))]),
        ProtocolJson.Default.ConfidentialSeatsResponse);

    private IResult Put(EnvelopeRequest request, Address signer)
    {
        if (!Hex.TryDecode(request.Statement, out byte[]? statement) || !Hex.TryDecode(request.Envelope, out byte[]? envelope))
        {
            return Answer.Problem(RequestAdmission.Malformed("a statement and an envelope in hexadecimal", $"{request.Statement.Length} and {request.Envelope.Length} characters"));
        }

        return _store.Put(request.TaskId, request.GpuId, statement, envelope, signer) is Refusal refusal
            ? Answer.Problem(refusal)
            : Answer.Json(new SeatKeyResponse(request.Envelope), ProtocolJson.Default.SeatKeyResponse);
    }

    private bool TryReadStatement(string hex, Address signer, [NotNullWhen(true)] out SeatKeyStatement? statement, [NotNullWhen(false)] out Refusal? refusal)
    {
        statement = null;
        byte[] bytes = new byte[SeatKeyStatement.EncodedSize];
        if (!Hex.TryDecode(hex, bytes))
        {
            refusal = RequestAdmission.Malformed($"a seat key's statement of {bytes.Length} bytes in hexadecimal", $"{hex.Length} characters");
            return false;
        }

        if (!SeatKeyStatement.TryVerify(bytes, _domain, signer, (ulong)_clock.GetUtcNow().ToUnixTimeSeconds(), out statement, out ProtocolRefusal? fault))
        {
            refusal = new Refusal(
                ProblemCodes.ResultInvalid, "The statement does not show a key of this device.", fault.Expected, fault.Found,
                "Sign it with the registered enclave key in the domain of GET /v1/network, to end with the commit deadline of the letter.");
            return false;
        }

        refusal = null;
        return true;
    }
}
