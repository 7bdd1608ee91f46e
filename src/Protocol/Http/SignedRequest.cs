using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol.Http;

/// <summary>Who sent an HTTP request: EIP-712 <c>Request(string method,string path,bytes32 bodyHash,uint64 timestamp,bytes32 nonce)</c>,
/// where <c>bodyHash</c> is the body's SHA-256: bodies are the largest things hashed here, and processors have instructions for it. The
/// receiver keeps nonces, so that each is used once.</summary>
/// <param name="Signer">The account that signed.</param>
/// <param name="TimestampMillis">Unix milliseconds of the sender's clock.</param>
/// <param name="Nonce">256 random bits, used once.</param>
/// <param name="Signature">Over the method, path with query, and body.</param>
public sealed record SignedRequest(Address Signer, ulong TimestampMillis, Hash256 Nonce, Signature Signature)
{
    /// <summary>Header carrying the signer's address.</summary>
    public const string SignerHeader = "AIT-Signer";

    /// <summary>Header carrying unix milliseconds, decimal.</summary>
    public const string TimestampHeader = "AIT-Timestamp";

    /// <summary>Header carrying the nonce, hexadecimal.</summary>
    public const string NonceHeader = "AIT-Nonce";

    /// <summary>Header carrying the 65-byte signature, hexadecimal.</summary>
    public const string SignatureHeader = "AIT-Signature";

    /// <summary>How far the sender's clock may be from the receiver's.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    private static readonly Hash256 s_type =
        Keccak256.Hash("Request(string method,string path,bytes32 bodyHash,uint64 timestamp,bytes32 nonce)"u8);

    /// <summary>Signs a request under a nonce drawn for it.</summary>
    /// <inheritdoc cref="Sign(NetworkDomain, string, string, ReadOnlySpan{byte}, DateTimeOffset, Hash256, Secp256k1PrivateKey)"/>
    public static SignedRequest Sign(NetworkDomain domain, string method, string path, ReadOnlySpan<byte> body, DateTimeOffset now, Secp256k1PrivateKey key) =>
        Sign(domain, method, path, body, now, new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)), key);

    /// <summary>Signs a request.</summary>
    /// <param name="domain">The network.</param>
    /// <param name="method">Upper case, as <c>POST</c>.</param>
    /// <param name="path">Path with query, as <c>/v1/seats/0x…?gpuId=0x…</c>.</param>
    /// <param name="body">The exact body bytes; empty if none.</param>
    /// <param name="now">The sender's clock.</param>
    /// <param name="nonce">256 random bits.</param>
    /// <param name="key">The signer's key.</param>
    public static SignedRequest Sign(
        NetworkDomain domain,
        string method,
        string path,
        ReadOnlySpan<byte> body,
        DateTimeOffset now,
        Hash256 nonce,
        Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ulong timestamp = (ulong)now.ToUnixTimeMilliseconds();
        return new(key.Address, timestamp, nonce, key.Sign(Digest(domain, method, path, body, timestamp, nonce)));
    }

    /// <summary>The four headers.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToHeaders() =>
    [
        new(SignerHeader, Signer.ToString()),
        new(TimestampHeader, TimestampMillis.ToString(CultureInfo.InvariantCulture)),
        new(NonceHeader, Nonce.ToString()),
        new(SignatureHeader, Signature.ToString()),
    ];

    /// <summary>Reads the four headers and verifies them against the request at hand. Nonces are the caller's to check.</summary>
    /// <param name="header">The value of a header by name, or null.</param>
    /// <param name="domain">The network at hand.</param>
    /// <param name="method">Upper case.</param>
    /// <param name="path">Path with query.</param>
    /// <param name="body">The exact body bytes.</param>
    /// <param name="now">The receiver's clock.</param>
    /// <param name="request">The verified sender.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(
        Func<string, string?> header,
        NetworkDomain domain,
        string method,
        string path,
        ReadOnlySpan<byte> body,
        DateTimeOffset now,
        [NotNullWhen(true)] out SignedRequest? request,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(header);
        request = null;
        if (!Address.TryParse(header(SignerHeader), out Address signer)
            || !ulong.TryParse(header(TimestampHeader), NumberStyles.None, CultureInfo.InvariantCulture, out ulong timestamp)
            || !Hash256.TryParse(header(NonceHeader), out Hash256 nonce)
            || !Signature.TryParse(header(SignatureHeader), out Signature signature))
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"headers {SignerHeader}, {TimestampHeader}, {NonceHeader}, {SignatureHeader}", "one missing or malformed");
            return false;
        }

        long skew = now.ToUnixTimeMilliseconds() - (long)Math.Min(timestamp, long.MaxValue);
        if (skew > Tolerance.TotalMilliseconds || skew < -Tolerance.TotalMilliseconds)
        {
            refusal = new(ProtocolRefusalCode.StaleTimestamp, $"within {Tolerance.TotalSeconds} s of {now.ToUnixTimeMilliseconds()} ms", $"{timestamp} ms");
            return false;
        }

        if (!Secp256k1.TryRecover(Digest(domain, method, path, body, timestamp, nonce), signature, out Address recovered) || recovered != signer)
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"a signature by {signer} over this request on this network", "another signer or other content");
            return false;
        }

        request = new(signer, timestamp, nonce, signature);
        refusal = null;
        return true;
    }

    private static Hash256 Digest(NetworkDomain domain, string method, string path, ReadOnlySpan<byte> body, ulong timestamp, Hash256 nonce)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return domain.Digest(new Words(stackalloc byte[6 * 32])
            .Add(s_type)
            .Add(Keccak256.Hash(Encoding.UTF8.GetBytes(method)))
            .Add(Keccak256.Hash(Encoding.UTF8.GetBytes(path)))
            .Add(new Hash256(SHA256.HashData(body)))
            .Add(timestamp)
            .Add(nonce)
            .Hash());
    }
}
