using System.Globalization;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Relaying;

/// <summary>PUT and GET /v1/challenges/{challengeId}/messages/{number}.</summary>
internal sealed class RelayEndpoints
{
    private const int MostRemembered = 10_000;

    private readonly RequestAdmission _admission;
    private readonly RelayStore _store;
    private readonly DeviceGate _devices;
    private readonly IMiningChain _chain;
    private readonly TimeProvider _clock;

    /// <summary>Challenges whose witnesses are drawn: those stay as they are but for the verdict, which ends what is carried a little later.</summary>
    private readonly Remembered<ulong, OnChainChallenge> _known = new(MostRemembered);

    public RelayEndpoints(RequestAdmission admission, RelayStore store, DeviceGate devices, IMiningChain chain, TimeProvider clock)
    {
        _admission = admission;
        _store = store;
        _devices = devices;
        _chain = chain;
        _clock = clock;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/challenges/{challengeId}/messages/{number}", PutAsync);
        routes.MapGet("/v1/challenges/{challengeId}/messages/{number}", Show);
    }

    private IResult Show(HttpContext context) =>
        TryRead(context, out ulong challengeId, out int number, out Hash256 from, out Hash256 to) && _store.Find(challengeId, from, to, number) is byte[] content
            ? Results.Bytes(content, "application/octet-stream")
            : Answer.NotFound("message", context.Request.Path);

    private Task PutAsync(HttpContext context)
    {
        ulong challengeId = 0;
        int number = 0;
        Hash256 from = default;
        Hash256 to = default;
        return _admission.RunBytesAsync(
            context,
            async signer => TryRead(context, out challengeId, out number, out from, out to)
                ? await _devices.AuthoriseAsync(from, signer, context.RequestAborted)
                    ?? Relay.Judge(await FindAsync(challengeId, context.RequestAborted), from, to, (ulong)_clock.GetUtcNow().ToUnixTimeSeconds())
                : RequestAdmission.Malformed("/v1/challenges/{challengeId}/messages/{number}?from={gpuId}&to={gpuId}", "something else"),
            content => Task.FromResult((Relay.JudgeForm(number, content.Length) ?? _store.Put(challengeId, from, to, number, content)) is Refusal refusal
                ? Answer.Problem(refusal)
                : Answer.Json(new ChallengeMessageResponse(number, content.Length), ProtocolJson.Default.ChallengeMessageResponse)));
    }

    private async Task<OnChainChallenge?> FindAsync(ulong challengeId, CancellationToken cancellation)
    {
        if (_known.TryFind(challengeId, out OnChainChallenge? known))
        {
            return known;
        }

        OnChainChallenge? found = await _chain.ReadChallengeAsync(challengeId, cancellation);
        if (found is { Witnesses.IsEmpty: false })
        {
            _known.Note(challengeId, found);
        }

        return found;
    }

    private static bool TryRead(HttpContext context, out ulong challengeId, out int number, out Hash256 from, out Hash256 to)
    {
        from = default;
        to = default;
        number = 0;
        return ulong.TryParse(context.GetRouteValue("challengeId") as string, NumberStyles.None, CultureInfo.InvariantCulture, out challengeId)
            && int.TryParse(context.GetRouteValue("number") as string, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && Hash256.TryParse(context.Request.Query["from"], out from)
            && Hash256.TryParse(context.Request.Query["to"], out to);
    }
}
