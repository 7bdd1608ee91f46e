using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>Accepted measurements of a driver or a VBIOS, with their proof under the governed root.</summary>
/// <param name="Values">Per measurement in ascending order: index (1 byte), number of values (1 byte), the values (48 bytes each).</param>
/// <param name="Proof">The siblings from the reference's leaf to the root.</param>
public sealed record GpuReferenceRecord(ReadOnlyMemory<byte> Values, ImmutableArray<Hash256> Proof)
{
    /// <summary>No reference.</summary>
    public static GpuReferenceRecord None { get; } = new(default, []);

    internal AbiValue ToAbi() => AbiValue.List(Values, AbiValue.List(Proof.Select(static node => (AbiValue)node)));

    internal static GpuReferenceRecord FromAbi(AbiValue value) => new(value[0].AsBytes(), [.. value[1].Items.Select(static node => node.AsHash256())]);
}
