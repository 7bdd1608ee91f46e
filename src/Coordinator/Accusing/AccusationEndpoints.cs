using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Accusing;

/// <summary>POST /v1/canaries.</summary>
internal sealed class AccusationEndpoints
{
    private readonly RequestAdmission _admission;
    private readonly AccusationStore _store;
    private readonly Secp256k1PrivateKey _key;

    public AccusationEndpoints(RequestAdmission admission, AccusationStore store, Secp256k1PrivateKey key)
    {
        _admission = admission;
        _store = store;
        _key = key;
    }

    internal void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/canaries", ShowAsync);

    private Task ShowAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.CanaryRequest,
        (_, signer) => Task.FromResult(Authorise(signer)),
        (request, _) => Task.FromResult(Show(request)));

    private Refusal? Authorise(Address signer) => signer == _key.Address
        ? null
        : new Refusal(
            ProblemCodes.NotAuthorized, "Canaries are the coordinator's own affair.", _key.Address.ToString(), signer.ToString(), "Sign with the coordinator's key.");

    private IResult Show(CanaryRequest request) => _store.Find(request.TaskId) is not { } canary
        ? Answer.NotFound("failed canary", request.TaskId.ToString())
        : Answer.Json(
            new CanaryResponse(request.TaskId, [.. canary.Wrong.Select(seat => ToFailure(canary, seat))]), ProtocolJson.Default.CanaryResponse);

    private static CanaryFailure ToFailure(FailedCanary canary, RevealedSeat seat) => new(
        seat.Seat, seat.Attestation.Statement.GpuId, seat.Attestation.Statement.ResultHash, canary.Answer.Result,
        Hex.Encode(EthereumMiningChain.EncodeAccusation(Accusation.Call(canary, seat))));
}
