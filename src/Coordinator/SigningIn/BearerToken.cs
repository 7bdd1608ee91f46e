using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Ait.Coordinator.SigningIn;

/// <summary>A secret of 256 random bits that is sent as <c>Authorization: Bearer</c> (RFC 6750). The ledger holds only its SHA-256.</summary>
internal sealed class BearerToken
{
    internal const string KeyPrefix = "ait-";
    internal const string SessionPrefix = "aits-";

    private const int SecretSize = 32;
    private const string Scheme = "Bearer ";

    private BearerToken(string text)
    {
        Text = text;
        Hash = SHA256.HashData(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>The secret itself. Never logged, never stored.</summary>
    internal string Text { get; }

    internal byte[] Hash { get; }

    /// <summary>Enough to recognise it by, too little to guess it from.</summary>
    internal string Preview => Text[..(KeyPrefix.Length + 6)];

    internal static BearerToken Create(string prefix) => new(prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretSize)));

    /// <summary>The token of a request's one Authorization header; false if there is none of this kind.</summary>
    internal static bool TryRead(HttpRequest request, string prefix, [NotNullWhen(true)] out BearerToken? token)
    {
        token = null;
        if (request.Headers.Authorization is not { Count: 1 } values
            || values[0] is not string value
            || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string text = value[Scheme.Length..].Trim();
        if (!text.StartsWith(prefix, StringComparison.Ordinal)
            || text.Length != prefix.Length + Base64Url.GetEncodedLength(SecretSize)
            || !Base64Url.IsValid(text.AsSpan(prefix.Length)))
        {
            return false;
        }

        token = new BearerToken(text);
        return true;
    }
}
