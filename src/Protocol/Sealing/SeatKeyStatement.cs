using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol.Sealing;

/// <summary>
/// An enclave's word that a <see cref="SeatKey"/> is its own, signed by the key that its evidence binds: EIP-712
/// <c>SeatKey(bytes32 taskId,bytes32 gpuId,bytes publicKey,uint64 expiresAt)</c>. Exists only signed here or verified here.
/// </summary>
public sealed class SeatKeyStatement
{
    /// <summary>Length of <see cref="ToBytes"/>.</summary>
    public const int EncodedSize = 4 + (2 * Hash256.Size) + SeatKey.PublicKeySize + 8 + Signature.CompactSize;

    /// <summary>Longest time that a statement may still have to run.</summary>
    public const ulong MaxLifetimeSeconds = 24 * 60 * 60;

    private const uint Magic = 0x4149544b; // "AITK"

    private static readonly Hash256 s_type = Keccak256.Hash("SeatKey(bytes32 taskId,bytes32 gpuId,bytes publicKey,uint64 expiresAt)"u8);

    private SeatKeyStatement(Hash256 taskId, Hash256 gpuId, ImmutableArray<byte> publicKey, ulong expiresAt, Signature signature)
    {
        TaskId = taskId;
        GpuId = gpuId;
        PublicKey = publicKey;
        ExpiresAt = expiresAt;
        Signature = signature;
    }

    /// <summary>The task of the seat.</summary>
    public Hash256 TaskId { get; }

    /// <summary>The device on the seat.</summary>
    public Hash256 GpuId { get; }

    /// <summary>A point of P-256: 0x04, X, Y.</summary>
    public ImmutableArray<byte> PublicKey { get; }

    /// <summary>Unix seconds after which nothing is to be sealed to it.</summary>
    public ulong ExpiresAt { get; }

    /// <summary>The enclave key's signature.</summary>
    public Signature Signature { get; }

    /// <summary>Signs for a seat's key with the enclave key.</summary>
    public static SeatKeyStatement Sign(Hash256 taskId, Hash256 gpuId, SeatKey key, ulong expiresAt, NetworkDomain domain, Secp256k1PrivateKey enclaveKey)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(enclaveKey);
        return new(taskId, gpuId, key.PublicKey, expiresAt, enclaveKey.Sign(Digest(domain, taskId, gpuId, key.PublicKey.AsSpan(), expiresAt)));
    }

    /// <summary>"AITK", the fields in order, the compact signature.</summary>
    public byte[] ToBytes() => new ByteWriter()
        .UInt32(Magic)
        .Hash(TaskId)
        .Hash(GpuId)
        .Bytes(PublicKey.AsSpan())
        .UInt64(ExpiresAt)
        .Bytes(Signature.ToCompactArray())
        .ToArray();

    /// <summary>Reads and verifies a statement.</summary>
    /// <param name="bytes">The bytes of <see cref="ToBytes"/>, nothing more.</param>
    /// <param name="domain">The network at hand.</param>
    /// <param name="enclaveKey">The key registered for the device.</param>
    /// <param name="now">The receiver's clock, unix seconds.</param>
    /// <param name="statement">The verified statement.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(
        ReadOnlySpan<byte> bytes,
        NetworkDomain domain,
        Address enclaveKey,
        ulong now,
        [NotNullWhen(true)] out SeatKeyStatement? statement,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(domain);
        statement = null;
        if (bytes.Length != EncodedSize)
        {
            refusal = new(bytes.Length < EncodedSize ? ProtocolRefusalCode.Truncated : ProtocolRefusalCode.TrailingBytes, $"{EncodedSize} bytes", $"{bytes.Length} bytes");
            return false;
        }

        var reader = new ByteReader(bytes);
        uint magic = reader.UInt32();
        if (magic != Magic)
        {
            refusal = new(ProtocolRefusalCode.WrongMagic, "AITK", $"0x{magic:x8}");
            return false;
        }

        Hash256 taskId = reader.Hash();
        Hash256 gpuId = reader.Hash();
        ImmutableArray<byte> publicKey = [.. reader.Take(SeatKey.PublicKeySize)];
        ulong expiresAt = reader.UInt64();
        if (!Signature.TryParseCompact(reader.Take(Signature.CompactSize), out Signature signature)
            || !Secp256k1.TryRecover(Digest(domain, taskId, gpuId, publicKey.AsSpan(), expiresAt), signature, out Address signer)
            || signer != enclaveKey)
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"a signature by {enclaveKey}", "another signer or other content");
            return false;
        }

        if (!Hpke.TryImport(publicKey.AsSpan(), out ECDiffieHellman? point))
        {
            refusal = new(ProtocolRefusalCode.OutOfRange, "a point of P-256", "none");
            return false;
        }

        point.Dispose();
        if (expiresAt <= now || expiresAt - now > MaxLifetimeSeconds)
        {
            refusal = new(ProtocolRefusalCode.StaleTimestamp, $"an end within {MaxLifetimeSeconds} s after {now}", $"{expiresAt}");
            return false;
        }

        statement = new(taskId, gpuId, publicKey, expiresAt, signature);
        refusal = null;
        return true;
    }

    private static Hash256 Digest(NetworkDomain domain, Hash256 taskId, Hash256 gpuId, ReadOnlySpan<byte> publicKey, ulong expiresAt) =>
        domain.Digest(new Words(stackalloc byte[5 * 32])
            .Add(s_type)
            .Add(taskId)
            .Add(gpuId)
            .Add(Keccak256.Hash(publicKey))
            .Add(expiresAt)
            .Hash());
}
