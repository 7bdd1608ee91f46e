using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Redeeming;
using Ait.Coordinator.SigningIn;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Buying;

/// <summary>/v1/keys and /v1/credit: what a signed-in account manages.</summary>
internal sealed class KeyEndpoints
{
    private const int MaxName = 64;

    /// <summary>Of a limit in micro-CU, and of an expiry in unix seconds; both fit the ledger with room to add.</summary>
    private const ulong MaxNumber = 1_000_000_000_000_000;

    private readonly SignInEndpoints _signIn;
    private readonly ApiKeyStore _keys;
    private readonly PurchaseStore _purchases;
    private readonly WorkloadOpening _opening;
    private readonly RedemptionStore _redemptions;
    private readonly NetworkDomain _domain;
    private readonly TimeProvider _clock;

    public KeyEndpoints(
        SignInEndpoints signIn, ApiKeyStore keys, PurchaseStore purchases, WorkloadOpening opening, RedemptionStore redemptions, NetworkDomain domain, TimeProvider clock)
    {
        _signIn = signIn;
        _keys = keys;
        _purchases = purchases;
        _opening = opening;
        _redemptions = redemptions;
        _domain = domain;
        _clock = clock;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/keys", (HttpContext context) => _signIn.Account(context) is Address account ? List(account) : NotSignedIn());
        routes.MapPost("/v1/keys", async (HttpContext context) => _signIn.Account(context) is Address account ? await AddAsync(context, account) : NotSignedIn());
        routes.MapDelete("/v1/keys/{keyId}", (HttpContext context, string keyId) => _signIn.Account(context) is Address account
            ? _keys.Revoke(account, keyId) ? Results.NoContent() : Answer.NotFound("key", keyId.Length > MaxName ? $"{keyId.Length} characters" : keyId)
            : NotSignedIn());
        routes.MapGet("/v1/credit", (HttpContext context) => Reader(context) is Address account ? Show(account) : NotSignedIn());
        routes.MapPost("/v1/credit", async (HttpContext context) => _signIn.Account(context) is Address account
            ? await OpenAsync(account, context.RequestAborted)
            : NotSignedIn());
    }

    private static IResult NotSignedIn() => Answer.Problem(SignInEndpoints.NotSignedIn());

    /// <summary>A key may read its account's credit, too.</summary>
    private Address? Reader(HttpContext context) => _signIn.Account(context)
        ?? (BearerToken.TryRead(context.Request, BearerToken.KeyPrefix, out BearerToken? token)
            && _keys.Find(token) is ApiKey key && key.IsLive(_clock.GetUtcNow().ToUnixTimeMilliseconds())
            ? key.Account
            : null);

    private IResult List(Address account) => Answer.Json(
        new KeysResponse([.. _keys.List(account).Select(listed => ToResponse(listed.Key, listed.SpentLastDay, listed.Spent, null))]), ProtocolJson.Default.KeysResponse);

    private async Task<IResult> AddAsync(HttpContext context, Address account)
    {
        (KeyRequest? request, Refusal? refusal) = await JsonBody.ReadAsync(context, ProtocolJson.Default.KeyRequest);
        refusal ??= Fault(request!); // One of the two is set.
        if (refusal is not null)
        {
            return Answer.Problem(refusal);
        }

        BearerToken token = BearerToken.Create(BearerToken.KeyPrefix);
        context.Response.Headers.CacheControl = "no-store";
        return _keys.Add(account, request!, token) is ApiKey key // Without a refusal there is one.
            ? Answer.Json(ToResponse(key, 0, 0, token.Text), ProtocolJson.Default.KeyResponse)
            : Answer.Problem(new Refusal(
                ProblemCodes.NotAuthorized, "The account has as many keys as it may.", $"fewer than {ApiKeyStore.MostLive}", $"{ApiKeyStore.MostLive}", "Revoke a key first."));
    }

    private Refusal? Fault(KeyRequest request) => request switch
    {
        { Name.Length: < 1 or > MaxName } => RequestAdmission.Malformed($"name of 1 to {MaxName} characters", $"{request.Name.Length}"),
        { DailyComputeUnits: < 1 or > MaxNumber } => RequestAdmission.Malformed($"dailyComputeUnits from 1 to {MaxNumber}, or null", $"{request.DailyComputeUnits}"),
        { TotalComputeUnits: < 1 or > MaxNumber } => RequestAdmission.Malformed($"totalComputeUnits from 1 to {MaxNumber}, or null", $"{request.TotalComputeUnits}"),
        { ExpiresAt: ulong at } when at <= (ulong)_clock.GetUtcNow().ToUnixTimeSeconds() || at > MaxNumber =>
            RequestAdmission.Malformed("expiresAt in the future, unix seconds, or null", $"{at}"),
        _ when request.Name.Any(char.IsControl) => RequestAdmission.Malformed("name without control characters", "a control character"),
        _ => null,
    };

    private IResult Show(Address account) => Answer.Json(
        _purchases.Credit(account, _redemptions.Find(_domain.CreditId(account))?.OpenedTransaction is not null), ProtocolJson.Default.CreditResponse);

    private async Task<IResult> OpenAsync(Address account, CancellationToken cancellation)
    {
        Hash256 creditId = _domain.CreditId(account);
        if (_redemptions.Find(creditId)?.OpenedTransaction is null)
        {
            if (_opening.Admit() is Refusal busy)
            {
                return Answer.Problem(busy);
            }

            _redemptions.AddCreditId(creditId);
            if (await _opening.WaitAsync(creditId, cancellation) is Refusal unopened)
            {
                return Answer.Problem(unopened);
            }
        }

        return Show(account);
    }

    private static KeyResponse ToResponse(ApiKey key, long spentLastDay, long spent, string? secret) => new(
        key.KeyId, key.Name, key.Preview, (ulong)(key.CreatedAt / 1000), (ulong?)(key.ExpiresAt / 1000), (ulong?)(key.RevokedAt / 1000),
        (ulong?)key.DailyUnits, (ulong?)key.TotalUnits, (ulong)spentLastDay, (ulong)spent, secret);
}
