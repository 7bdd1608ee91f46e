using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>A <see cref="SeatAssignment"/> signed by the coordinator: a miner's proof that it was asked. Exists only signed here or verified here.</summary>
public sealed class SeatLetter
{
    private const uint Magic = 0x41495453; // "AITS"

    /// <summary>Length of <see cref="ToBytes"/>.</summary>
    public const int EncodedSize = 4 + 8 + MiningTask.EncodedSize + 1 + Hash256.Size + 8 + 8 + Signature.CompactSize;

    private SeatLetter(SeatAssignment assignment, Signature signature, Hash256 taskId)
    {
        Assignment = assignment;
        Signature = signature;
        TaskId = taskId;
    }

    /// <summary>What is assigned.</summary>
    public SeatAssignment Assignment { get; }

    /// <summary>The coordinator's signature.</summary>
    public Signature Signature { get; }

    /// <summary>Id of the task.</summary>
    public Hash256 TaskId { get; }

    /// <summary>Signs an assignment with the coordinator's key.</summary>
    public static SeatLetter Sign(SeatAssignment assignment, NetworkDomain domain, Secp256k1PrivateKey coordinatorKey)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(coordinatorKey);
        return new(assignment, coordinatorKey.Sign(assignment.Digest(domain)), domain.TaskId(assignment.BatchId, assignment.MiningTask.Index));
    }

    /// <summary>"AITS", the assignment's fields in order, the compact signature.</summary>
    public byte[] ToBytes() => new ByteWriter()
        .UInt32(Magic)
        .UInt64(Assignment.BatchId)
        .Bytes(Assignment.MiningTask.ToBytes())
        .Byte(Assignment.Seat)
        .Hash(Assignment.GpuId)
        .UInt64(Assignment.IssuedAt)
        .UInt64(Assignment.CommitDeadline)
        .Bytes(Signature.ToCompactArray())
        .ToArray();

    /// <summary>Reads and verifies a letter.</summary>
    /// <param name="bytes">The bytes of <see cref="ToBytes"/>, nothing more.</param>
    /// <param name="domain">The network at hand.</param>
    /// <param name="coordinator">The coordinator's account, from the contract.</param>
    /// <param name="letter">The verified letter.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(
        ReadOnlySpan<byte> bytes,
        NetworkDomain domain,
        Address coordinator,
        [NotNullWhen(true)] out SeatLetter? letter,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(domain);
        letter = null;
        if (bytes.Length != EncodedSize)
        {
            refusal = new(
                bytes.Length < EncodedSize ? ProtocolRefusalCode.Truncated : ProtocolRefusalCode.TrailingBytes,
                $"{EncodedSize} bytes",
                $"{bytes.Length} bytes");
            return false;
        }

        var reader = new ByteReader(bytes);
        uint magic = reader.UInt32();
        if (magic != Magic)
        {
            refusal = new(ProtocolRefusalCode.WrongMagic, "AITS", $"0x{magic:x8}");
            return false;
        }

        var assignment = new SeatAssignment(reader.UInt64(), MiningTask.Read(ref reader), reader.Byte(), reader.Hash(), reader.UInt64(), reader.UInt64());
        if (!Signature.TryParseCompact(reader.Take(Signature.CompactSize), out Signature signature)
            || !Secp256k1.TryRecover(assignment.Digest(domain), signature, out Address signer)
            || signer != coordinator)
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"a signature by the coordinator {coordinator}", "another signer or other content");
            return false;
        }

        letter = new(assignment, signature, domain.TaskId(assignment.BatchId, assignment.MiningTask.Index));
        refusal = null;
        return true;
    }
}
