using System.Globalization;
using System.Threading.RateLimiting;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.SigningIn;

namespace Ait.Coordinator.Completing;

/// <summary>The gate of the endpoints that OpenAI's clients call: key, then rate, then the request; every fault in OpenAI's shape.</summary>
internal sealed class BuyerGate : IDisposable
{
    private readonly ApiKeyStore _keys;
    private readonly TimeProvider _clock;
    private readonly CoordinatorOptions _options;
    private readonly PartitionedRateLimiter<string> _rate;
    private readonly PartitionedRateLimiter<string> _atOnce;
    private readonly ILogger _log;

    public BuyerGate(ApiKeyStore keys, CoordinatorOptions options, TimeProvider clock, ILogger<BuyerGate> log)
    {
        _keys = keys;
        _clock = clock;
        _options = options;
        _log = log;
        _rate = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.KeyRequestsPerMinute,
            TokensPerPeriod = Math.Max(1, options.KeyRequestsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60 / options.KeyRequestsPerMinute)),
            QueueLimit = 0,
        }));
        _atOnce = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetConcurrencyLimiter(key, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = options.KeyRequestsAtOnce,
            QueueLimit = 0,
        }));
    }

    /// <summary>Admits a request of a live key and answers it.</summary>
    internal async Task RunAsync(HttpContext context, Func<ApiKey, Task<IResult>> handle)
    {
        ApiError? error;
        try
        {
            error = Admit(context, out ApiKey? key);
            if (key is not null)
            {
                using RateLimitLease place = _atOnce.AttemptAcquire(key.KeyId);
                if (place.IsAcquired)
                {
                    await (await handle(key)).ExecuteAsync(context);
                    return;
                }

                error = new ApiError(
                    429, "rate_limit_error", "rate_limit_exceeded", $"{_options.KeyRequestsAtOnce} requests of this key wait for their answers already. Wait for one.", null, IsWorthRetrying: true);
            }
        }
        catch (BadHttpRequestException fault)
        {
            error = new ApiError(fault.StatusCode, "invalid_request_error", "invalid_request", fault.Message);
        }
        catch (Exception fault) when (fault is ChainUnavailableException or LedgerException)
        {
            HostLog.Unavailable(_log, context.Request.Path, fault.Message);
            error = Unavailable();
        }

        if (!context.Response.HasStarted)
        {
            await (error ?? Unavailable()).ToResult().ExecuteAsync(context);
        }
    }

    /// <summary>Whether a request that need not carry a key carries a wrong one, or null.</summary>
    internal ApiError? Wrong(HttpContext context) =>
        context.Request.Headers.Authorization.Count == 0 ? null : Find(context, out _);

    internal static ApiError Unavailable() => new(
        503, "server_error", "service_unavailable", "The coordinator cannot answer this now: its chain or ledger does not respond. Try again; GET /readyz tells when it works.", null, IsWorthRetrying: true);

    public void Dispose()
    {
        _rate.Dispose();
        _atOnce.Dispose();
    }

    private ApiError? Admit(HttpContext context, out ApiKey? key)
    {
        if (Find(context, out key) is ApiError wrong)
        {
            return wrong;
        }

        using RateLimitLease lease = _rate.AttemptAcquire(key!.KeyId); // Without an error there is one.
        IHeaderDictionary headers = context.Response.Headers;
        headers["x-ratelimit-limit-requests"] = _options.KeyRequestsPerMinute.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = (_rate.GetStatistics(key.KeyId)?.CurrentAvailablePermits ?? 0).ToString(CultureInfo.InvariantCulture);
        if (lease.IsAcquired)
        {
            return null;
        }

        key = null;
        int wait = Math.Max(1, 60 / _options.KeyRequestsPerMinute);
        headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return new ApiError(
            429, "rate_limit_error", "rate_limit_exceeded", $"This key may send {_options.KeyRequestsPerMinute} requests a minute. Wait {wait} s.", null, IsWorthRetrying: true);
    }

    private ApiError? Find(HttpContext context, out ApiKey? key)
    {
        key = BearerToken.TryRead(context.Request, BearerToken.KeyPrefix, out BearerToken? token) ? _keys.Find(token) : null;
        bool isLive = key?.IsLive(_clock.GetUtcNow().ToUnixTimeMilliseconds()) == true;
        string? fault = (key, isLive) switch
        {
            (null, _) when context.Request.Headers.Authorization.Count == 0 => "There is no API key.",
            (null, _) => "The API key is not one of this coordinator's.",
            (_, false) => key.RevokedAt is null ? "The API key has expired." : "The API key was revoked.",
            _ => null,
        };
        if (fault is null)
        {
            return null;
        }

        key = null;
        return new ApiError(
            401, "invalid_request_error", "invalid_api_key", $"{fault} Send Authorization: Bearer with a key that a wallet sign-in made (POST /v1/keys).");
    }
}
