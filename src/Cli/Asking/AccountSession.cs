using System.Globalization;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Asking;

/// <summary>An account signed in at a coordinator (EIP-4361): its API keys and its prepaid credit.</summary>
internal sealed class AccountSession
{
    private readonly NetworkAccess _network;
    private readonly string _token;

    private AccountSession(NetworkAccess network, string token, Address account)
    {
        _network = network;
        _token = token;
        Account = account;
    }

    internal Address Account { get; }

    /// <summary>Signs in. What is signed names the site this program talks to and the chain it knows, whatever the coordinator says.</summary>
    internal static async Task<AccountSession> SignInAsync(NetworkAccess network, Secp256k1PrivateKey key, TimeProvider clock, CancellationToken cancellation)
    {
        SignInChallenge challenge = await network.Coordinator.GetAsync("/v1/sign-in", ProtocolJson.Default.SignInChallenge, cancellation).ConfigureAwait(false);
        Uri address = network.Coordinator.Address;
        if (challenge.Domain != address.Authority || !Uri.TryCreate(challenge.Uri, UriKind.Absolute, out Uri? uri) || uri.Authority != address.Authority)
        {
            throw new RefusedException(
                $"the coordinator at {address} asks for a signature for {challenge.Domain}. If that is its public address, name it with --coordinator; else do not use this coordinator.");
        }

        var message = new SignInMessage
        {
            Domain = challenge.Domain,
            Account = key.Address,
            Statement = "Sign in to manage API keys.",
            Uri = challenge.Uri,
            ChainId = network.Chain.ChainId,
            Nonce = challenge.Nonce,
            IssuedAt = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new SignInRequest(message.ToString(), message.Sign(key).ToString()), ProtocolJson.Default.SignInRequest);
        SessionResponse session = await network.Coordinator
            .BearAsync(HttpMethod.Post, "/v1/sign-in", null, body, ProtocolJson.Default.SessionResponse, cancellation).ConfigureAwait(false);
        return new AccountSession(network, session.Token, key.Address);
    }

    internal Task<KeyResponse> CreateKeyAsync(KeyRequest request, CancellationToken cancellation) => _network.Coordinator.BearAsync(
        HttpMethod.Post, "/v1/keys", _token, JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.KeyRequest), ProtocolJson.Default.KeyResponse, cancellation);

    internal Task<KeysResponse> KeysAsync(CancellationToken cancellation) =>
        _network.Coordinator.BearAsync(HttpMethod.Get, "/v1/keys", _token, null, ProtocolJson.Default.KeysResponse, cancellation);

    internal Task RevokeKeyAsync(string keyId, CancellationToken cancellation) =>
        _network.Coordinator.BearAsync(HttpMethod.Delete, $"/v1/keys/{Uri.EscapeDataString(keyId)}", _token, cancellation);

    internal Task<CreditResponse> CreditAsync(CancellationToken cancellation) => CreditAsync(HttpMethod.Get, cancellation);

    /// <summary>Has the account's credit id opened on chain, so that it can be redeemed to.</summary>
    internal Task<CreditResponse> OpenCreditAsync(CancellationToken cancellation) => CreditAsync(HttpMethod.Post, cancellation);

    private async Task<CreditResponse> CreditAsync(HttpMethod method, CancellationToken cancellation)
    {
        CreditResponse credit = await _network.Coordinator
            .BearAsync(method, "/v1/credit", _token, null, ProtocolJson.Default.CreditResponse, cancellation).ConfigureAwait(false);
        Hash256 own = _network.Domain.CreditId(Account);
        return credit.CreditId == own
            ? credit
            : throw new RefusedException($"the coordinator names {credit.CreditId} as the credit id of {Account}, it is {own}. Do not use this coordinator.");
    }
}
