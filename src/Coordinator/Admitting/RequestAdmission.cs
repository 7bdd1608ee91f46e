using System.Text.Json.Serialization.Metadata;
using System.Threading.RateLimiting;
using Ait.Chain;
using Ait.Protocol;
using Ait.Protocol.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ait.Coordinator.Admitting;

/// <summary>
/// The gate of every signed request: size, then clock, then signature, then rate, then the body's form, then authority, then the
/// nonce. Nothing is written before the signer is known and entitled; the nonce is the last check and durable.
/// </summary>
internal sealed class RequestAdmission : IDisposable
{
    /// <summary>Largest request body in bytes.</summary>
    internal const int MaxBody = 1024 * 1024;

    private readonly NonceBook _nonces;
    private readonly NetworkDomain _domain;
    private readonly TimeProvider _clock;
    private readonly PartitionedRateLimiter<Address> _rate;

    public RequestAdmission(NonceBook nonces, NetworkDomain domain, CoordinatorOptions options, TimeProvider clock)
    {
        _nonces = nonces;
        _domain = domain;
        _clock = clock;
        _rate = PartitionedRateLimiter.Create<Address, Address>(signer => RateLimitPartition.GetTokenBucketLimiter(signer, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.RequestsPerMinute,
            TokensPerPeriod = Math.Max(1, options.RequestsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
    }

    /// <summary>Admits a request with a JSON body and answers it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">The body's form.</param>
    /// <param name="authorise">Whether this signer may do this; null means yes. Must not change anything.</param>
    /// <param name="handle">The answer to an admitted request.</param>
    internal async Task RunAsync<T>(
        HttpContext context,
        JsonTypeInfo<T> type,
        Func<T, Address, Task<Refusal?>> authorise,
        Func<T, Address, Task<IResult>> handle)
        where T : class
    {
        IResult answer = await AnswerAsync(context, type, authorise, handle);
        await answer.ExecuteAsync(context);
    }

    /// <summary>Admits a request without a body and answers it.</summary>
    internal async Task RunAsync(HttpContext context, Func<Address, Task<Refusal?>> authorise, Func<Address, Task<IResult>> handle)
    {
        (SignedRequest? request, byte[] body, Refusal? refusal) = await VerifyAsync(context);
        IResult answer = request switch
        {
            null => Answer.Problem(refusal!), // One of the two is set.
            _ when body.Length > 0 => Answer.Problem(Malformed("no body", $"{body.Length} bytes")),
            _ => await AdmitAsync(request, authorise, handle),
        };
        await answer.ExecuteAsync(context);
    }

    /// <summary>Admits a request whose body is bytes and answers it.</summary>
    internal async Task RunBytesAsync(HttpContext context, Func<Address, Task<Refusal?>> authorise, Func<byte[], Task<IResult>> handle)
    {
        (SignedRequest? request, byte[] body, Refusal? refusal) = await VerifyAsync(context);
        IResult answer = request is null
            ? Answer.Problem(refusal!) // One of the two is set.
            : await AdmitAsync(request, authorise, _ => handle(body));
        await answer.ExecuteAsync(context);
    }

    /// <summary>Forgets nonces so old that their timestamps are refused anyway.</summary>
    internal void ForgetOldNonces() =>
        _nonces.Forget(_clock.GetUtcNow().ToUnixTimeMilliseconds() - (4 * (long)SignedRequest.Tolerance.TotalMilliseconds));

    internal static Refusal Malformed(string expected, string found) => new(
        ProblemCodes.Malformed, "The request is not of the documented form.", expected, found, "Send the form that docs/protocol.md gives.");

    public void Dispose() => _rate.Dispose();

    private async Task<IResult> AnswerAsync<T>(
        HttpContext context, JsonTypeInfo<T> type, Func<T, Address, Task<Refusal?>> authorise, Func<T, Address, Task<IResult>> handle)
        where T : class
    {
        (SignedRequest? request, byte[] body, Refusal? refusal) = await VerifyAsync(context);
        if (request is null)
        {
            return Answer.Problem(refusal!); // One of the two is set.
        }

        (T? parsed, refusal) = JsonBody.Parse(body, type);
        return parsed is null
            ? Answer.Problem(refusal!) // One of the two is set.
            : await AdmitAsync(request, signer => authorise(parsed, signer), signer => handle(parsed, signer));
    }

    private async Task<IResult> AdmitAsync(SignedRequest request, Func<Address, Task<Refusal?>> authorise, Func<Address, Task<IResult>> handle)
    {
        if (await authorise(request.Signer) is Refusal forbidden)
        {
            return Answer.Problem(forbidden);
        }

        return await _nonces.UseAsync(request.Signer, request.Nonce)
            ? await handle(request.Signer)
            : Answer.Problem(new Refusal(
                ProblemCodes.NonceReplayed, "This nonce was used before.", "a fresh nonce", request.Nonce.ToString(), "Sign each request, also a retry, with a new random nonce."));
    }

    private async Task<(SignedRequest? Request, byte[] Body, Refusal? Refusal)> VerifyAsync(HttpContext context)
    {
        if (await JsonBody.ReadBytesAsync(context) is not byte[] body)
        {
            return (null, [], JsonBody.TooLarge());
        }

        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw
            ? raw
            : context.Request.Path + context.Request.QueryString;
        if (!SignedRequest.TryVerify(
                name => context.Request.Headers[name] is { Count: 1 } values ? values[0] : null,
                _domain, context.Request.Method, target, body, _clock.GetUtcNow(), out SignedRequest? request, out ProtocolRefusal? fault))
        {
            return (null, [], fault.Code == ProtocolRefusalCode.StaleTimestamp
                ? new Refusal(ProblemCodes.StaleTimestamp, "The request's timestamp is too far from the coordinator's clock.", fault.Expected, fault.Found, "Set the machine's clock; GET /v1/network tells the coordinator's.")
                : new Refusal(ProblemCodes.SignatureInvalid, "The request is not signed by its signer for this network.", fault.Expected, fault.Found, "Sign method, path with query and body in the domain of GET /v1/network."));
        }

        using RateLimitLease lease = _rate.AttemptAcquire(request.Signer);
        return lease.IsAcquired
            ? (request, body, null)
            : (null, [], new Refusal(ProblemCodes.RateLimited, "This signer sends too many requests.", "fewer requests", request.Signer.ToString(), "Wait a second; use waitMillis instead of polling."));
    }
}
