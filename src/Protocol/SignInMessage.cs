using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Ait.Chain;
using Ait.Chain.Signing;

namespace Ait.Protocol;

/// <summary>What an account signs to sign in at a coordinator (EIP-4361, version 1). Its text has one form; anything else is refused.</summary>
public sealed partial class SignInMessage
{
    /// <summary>Most characters in a message.</summary>
    public const int MaxLength = 4096;

    /// <summary>How far the signer's clock may be ahead of the receiver's.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    /// <summary>Scheme of the origin, as <c>https</c>; null if the message names none.</summary>
    public string? Scheme { get; init; }

    /// <summary>Authority that asks for the sign-in: host, and port if it is not the scheme's own (RFC 3986).</summary>
    public required string Domain { get; init; }

    /// <summary>The account.</summary>
    public required Address Account { get; init; }

    /// <summary>What the account agrees to, for people; null if there is none.</summary>
    public string? Statement { get; init; }

    /// <summary>What the sign-in is for, an absolute URI (RFC 3986).</summary>
    public required string Uri { get; init; }

    /// <summary>EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>What the receiver gave out, at least 8 letters and digits.</summary>
    public required string Nonce { get; init; }

    /// <summary>When the message was made, RFC 3339.</summary>
    public required string IssuedAt { get; init; }

    /// <summary>When the signature ends to be valid, RFC 3339; null if the message does not say.</summary>
    public string? ExpirationTime { get; init; }

    /// <summary>When the signature begins to be valid, RFC 3339; null if the message does not say.</summary>
    public string? NotBefore { get; init; }

    /// <summary>An id of the sender's own; null if there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>URIs the sign-in is about; null if the message has no such list.</summary>
    public ImmutableArray<string>? Resources { get; init; }

    /// <summary>The text that is signed.</summary>
    public override string ToString()
    {
        StringBuilder text = new StringBuilder()
            .Append(Scheme is null ? "" : Scheme + "://").Append(Domain).Append(Greeting).Append('\n')
            .Append(Account).Append("\n\n");
        if (Statement is not null)
        {
            text.Append(Statement).Append('\n');
        }

        text.Append("\nURI: ").Append(Uri)
            .Append("\nVersion: 1")
            .Append(CultureInfo.InvariantCulture, $"\nChain ID: {ChainId}")
            .Append("\nNonce: ").Append(Nonce)
            .Append("\nIssued At: ").Append(IssuedAt);
        AppendIfThere(text, "\nExpiration Time: ", ExpirationTime);
        AppendIfThere(text, "\nNot Before: ", NotBefore);
        AppendIfThere(text, "\nRequest ID: ", RequestId);
        if (Resources is ImmutableArray<string> resources)
        {
            text.Append("\nResources:");
            foreach (string resource in resources)
            {
                text.Append("\n- ").Append(resource);
            }
        }

        return text.ToString();
    }

    /// <summary>Signs a message.</summary>
    public Signature Sign(Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(PersonalMessage.Digest(ToString()));
    }

    /// <summary>Verifies a signed message: its form, whom and which chain it speaks to, its times, its signature. Nonces are the caller's to check.</summary>
    /// <param name="text">The exact text.</param>
    /// <param name="signature">By the account that the text names.</param>
    /// <param name="origin">Origin of the receiver, as <c>https://coordinator.example</c>.</param>
    /// <param name="chainId">The receiver's chain.</param>
    /// <param name="now">The receiver's clock.</param>
    /// <param name="message">The verified message.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(
        string text,
        Signature signature,
        Uri origin,
        ulong chainId,
        DateTimeOffset now,
        [NotNullWhen(true)] out SignInMessage? message,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (TryParse(text, out message, out refusal))
        {
            refusal = message.Fault(text, signature, origin, chainId, now);
        }

        message = refusal is null ? message : null;
        return message is not null;
    }

    private ProtocolRefusal? Fault(string text, Signature signature, Uri origin, ulong chainId, DateTimeOffset now)
    {
        if (!string.Equals(Domain, origin.Authority, StringComparison.OrdinalIgnoreCase) || (Scheme is not null && Scheme != origin.Scheme))
        {
            return new(ProtocolRefusalCode.WrongSubject, $"a sign-in to {origin.Authority}", Scheme is null ? Domain : $"{Scheme}://{Domain}");
        }

        var target = new Uri(Uri); // Parsed as one before.
        if (target.Scheme != origin.Scheme || target.Authority != origin.Authority)
        {
            return new(ProtocolRefusalCode.WrongSubject, $"a URI of {origin.GetLeftPart(UriPartial.Authority)}", Uri);
        }

        if (ChainId != chainId)
        {
            return new(ProtocolRefusalCode.WrongSubject, $"chain {chainId}", $"chain {ChainId}");
        }

        if (Instant(IssuedAt) - now > Tolerance || (NotBefore is not null && Instant(NotBefore) - now > Tolerance))
        {
            return new(ProtocolRefusalCode.StaleTimestamp, $"valid at {now:O}", $"issued {IssuedAt}, not before {NotBefore ?? IssuedAt}");
        }

        if (ExpirationTime is not null && Instant(ExpirationTime) <= now)
        {
            return new(ProtocolRefusalCode.StaleTimestamp, $"valid at {now:O}", $"until {ExpirationTime}");
        }

        return Secp256k1.TryRecover(PersonalMessage.Digest(text), signature, out Address signer) && signer == Account
            ? null
            : new(ProtocolRefusalCode.SignatureInvalid, $"a signature by {Account} over this text", "another signer or other content");
    }

    private static void AppendIfThere(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(name).Append(value);
        }
    }
}
