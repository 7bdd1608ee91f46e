using System.Threading.RateLimiting;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Admitting;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.SigningIn;

/// <summary>GET, POST and DELETE /v1/sign-in: a session for an account that signed an EIP-4361 message.</summary>
internal sealed class SignInEndpoints : IDisposable
{
    /// <summary>Attempts a minute and address they come from; each costs a signature's recovery.</summary>
    private const int AttemptsPerMinute = 60;

    private readonly SignInNonce _nonces;
    private readonly SessionStore _sessions;
    private readonly NetworkDomain _domain;
    private readonly CoordinatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly PartitionedRateLimiter<string> _attempts;

    public SignInEndpoints(SignInNonce nonces, SessionStore sessions, NetworkDomain domain, CoordinatorOptions options, TimeProvider clock)
    {
        _nonces = nonces;
        _sessions = sessions;
        _domain = domain;
        _options = options;
        _clock = clock;
        _attempts = PartitionedRateLimiter.Create<string, string>(peer => RateLimitPartition.GetTokenBucketLimiter(peer, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = AttemptsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
    }

    public void Dispose() => _attempts.Dispose();

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/sign-in", Challenge);
        routes.MapPost("/v1/sign-in", async context => await (await SignInAsync(context)).ExecuteAsync(context));
        routes.MapDelete("/v1/sign-in", (HttpContext context) =>
            BearerToken.TryRead(context.Request, BearerToken.SessionPrefix, out BearerToken? token) && _sessions.End(token)
                ? Results.NoContent()
                : Answer.Problem(NotSignedIn()));
    }

    /// <summary>The account of the request's session, or the refusal.</summary>
    internal Address? Account(HttpContext context) =>
        BearerToken.TryRead(context.Request, BearerToken.SessionPrefix, out BearerToken? token) ? _sessions.Find(token) : null;

    internal static Refusal NotSignedIn() => new(
        ProblemCodes.NotSignedIn, "This needs a session.", "Authorization: Bearer with the token of POST /v1/sign-in", "none, or one that has ended",
        "Sign in: GET /v1/sign-in, sign the message with the account's wallet, POST /v1/sign-in.");

    private IResult Challenge(HttpContext context)
    {
        string? asked = context.Request.Query["account"];
        Address account = default;
        if (asked is not null && !Address.TryParse(asked, out account))
        {
            return Answer.Problem(RequestAdmission.Malformed("account of 20 bytes in hexadecimal", $"{asked.Length} characters"));
        }

        (string nonce, ulong expiresAt) = _nonces.Create(_clock.GetUtcNow());
        context.Response.Headers.CacheControl = "no-store";
        return Answer.Json(
            new SignInChallenge(_options.PublicUrl.Authority, _options.PublicUrl.AbsoluteUri, _domain.ChainId, nonce, expiresAt, asked is null ? null : account),
            ProtocolJson.Default.SignInChallenge);
    }

    private async Task<IResult> SignInAsync(HttpContext context)
    {
        using RateLimitLease lease = _attempts.AttemptAcquire(context.Connection.RemoteIpAddress?.ToString() ?? string.Empty);
        if (!lease.IsAcquired)
        {
            return Answer.Problem(new Refusal(
                ProblemCodes.RateLimited, "Too many sign-ins come from this address.", $"at most {AttemptsPerMinute} a minute", "more", "Wait a second."));
        }

        (SignInRequest? request, Refusal? refusal) = await JsonBody.ReadAsync(context, ProtocolJson.Default.SignInRequest);
        return request is null ? Answer.Problem(refusal!) : SignIn(request); // One of the two is set.
    }

    private IResult SignIn(SignInRequest request)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (!Signature.TryParse(request.Signature, out Signature signature))
        {
            return Answer.Problem(RequestAdmission.Malformed("a signature of 65 bytes in hexadecimal", $"{request.Signature.Length} characters"));
        }

        if (!SignInMessage.TryVerify(request.Message, signature, _options.PublicUrl, _domain.ChainId, now, out SignInMessage? message, out ProtocolRefusal? fault))
        {
            return Answer.Problem(fault.Code switch
            {
                ProtocolRefusalCode.SignatureInvalid => new Refusal(
                    ProblemCodes.SignatureInvalid, "The message is not signed by the account it names.", fault.Expected, fault.Found,
                    "Sign the exact text with that account (personal_sign). Contract accounts cannot sign in; use one with a key."),
                ProtocolRefusalCode.StaleTimestamp => new Refusal(
                    ProblemCodes.StaleTimestamp, "The message is not valid now.", fault.Expected, fault.Found, "Ask GET /v1/sign-in again and sign a fresh message."),
                ProtocolRefusalCode.WrongSubject => new Refusal(
                    ProblemCodes.SignatureInvalid, "The message speaks to another site or chain.", fault.Expected, fault.Found,
                    "Sign in at the address that GET /v1/sign-in names; if another page asked for this signature, it is an impostor."),
                _ => RequestAdmission.Malformed($"an EIP-4361 message: {fault.Expected}", fault.Found),
            });
        }

        if (!_nonces.IsGood(message.Nonce, now))
        {
            return Answer.Problem(new Refusal(
                ProblemCodes.StaleTimestamp, "The nonce is not one of this coordinator's, or too old.", "a nonce of GET /v1/sign-in", message.Nonce[..SignInMessage.LeastNonceLength] + "…",
                "Ask GET /v1/sign-in again and sign a fresh message."));
        }

        BearerToken token = BearerToken.Create(BearerToken.SessionPrefix);
        return _sessions.Begin(token, message.Account, message.Nonce) is ulong expiresAt
            ? Answer.Json(new SessionResponse(token.Text, message.Account, expiresAt), ProtocolJson.Default.SessionResponse)
            : Answer.Problem(new Refusal(
                ProblemCodes.NonceReplayed, "This message was used before.", "a message signed once, used once", "a used nonce", "Ask GET /v1/sign-in again and sign a fresh message."));
    }
}
