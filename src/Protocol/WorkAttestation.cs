using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>A <see cref="WorkStatement"/> with the enclave key's valid signature. Exists only signed here or verified here.</summary>
public sealed class WorkAttestation
{
    /// <summary>Length of <see cref="ToBytes"/>: four hashes, the duration, an EIP-2098 signature.</summary>
    public const int EncodedSize = (4 * Hash256.Size) + 8 + Signature.CompactSize;

    private WorkAttestation(WorkStatement statement, Signature signature, Address enclaveKey)
    {
        Statement = statement;
        Signature = signature;
        EnclaveKey = enclaveKey;
    }

    /// <summary>What is attested.</summary>
    public WorkStatement Statement { get; }

    /// <summary>The enclave key's signature over <see cref="WorkStatement.Digest"/>.</summary>
    public Signature Signature { get; }

    /// <summary>The key that signed.</summary>
    public Address EnclaveKey { get; }

    /// <summary>Signs a statement with the enclave key.</summary>
    public static WorkAttestation Sign(WorkStatement statement, NetworkDomain domain, Secp256k1PrivateKey enclaveKey)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(enclaveKey);
        return new(statement, enclaveKey.Sign(statement.Digest(domain)), enclaveKey.Address);
    }

    /// <summary>The statement's fields in order, then the compact signature.</summary>
    public byte[] ToBytes() => new ByteWriter(EncodedSize)
        .Hash(Statement.TaskId)
        .Hash(Statement.WorkloadHash)
        .Hash(Statement.ResultHash)
        .Hash(Statement.GpuId)
        .UInt64(Statement.DurationMillis)
        .Bytes(Signature.ToCompactArray())
        .ToArray();

    /// <summary>Reads and verifies what another party sent.</summary>
    /// <param name="bytes">The bytes of <see cref="ToBytes"/>, nothing more.</param>
    /// <param name="domain">The network at hand.</param>
    /// <param name="enclaveKey">The key registered for the device.</param>
    /// <param name="attestation">The verified attestation.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(
        ReadOnlySpan<byte> bytes,
        NetworkDomain domain,
        Address enclaveKey,
        [NotNullWhen(true)] out WorkAttestation? attestation,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        attestation = null;
        if (bytes.Length != EncodedSize)
        {
            refusal = new(
                bytes.Length < EncodedSize ? ProtocolRefusalCode.Truncated : ProtocolRefusalCode.TrailingBytes,
                $"{EncodedSize} bytes",
                $"{bytes.Length} bytes");
            return false;
        }

        var reader = new ByteReader(bytes);
        var statement = new WorkStatement(reader.Hash(), reader.Hash(), reader.Hash(), reader.Hash(), reader.UInt64());
        if (!Signature.TryParseCompact(reader.Take(Signature.CompactSize), out Signature signature)
            || !Secp256k1.TryRecover(statement.Digest(domain), signature, out Address signer))
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"a signature by {enclaveKey}", "no canonical signature");
            return false;
        }

        if (signer != enclaveKey)
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"a signature by {enclaveKey}", $"a signature by {signer} or over other content");
            return false;
        }

        attestation = new(statement, signature, signer);
        refusal = null;
        return true;
    }
}
