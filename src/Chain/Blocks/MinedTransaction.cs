using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Rlp;

namespace Ait.Chain.Blocks;

/// <summary>A transaction as its block has it.</summary>
/// <param name="Raw">The bytes that are hashed; empty for a type this client cannot write.</param>
/// <param name="Hash">Their hash, computed here; what the node says where it cannot be computed.</param>
/// <param name="To">The callee; null for a creation.</param>
/// <param name="Input">Calldata.</param>
public sealed record MinedTransaction(ImmutableArray<byte> Raw, Hash256 Hash, Address? To, ImmutableArray<byte> Input)
{
    /// <summary>Whether both are the same transaction; its hash says all.</summary>
    public bool Equals(MinedTransaction? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();

    /// <summary>Reads callee and calldata of a raw transaction of type 0, 1 or 2.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out MinedTransaction? transaction, [NotNullWhen(false)] out DecodeFault? fault)
    {
        transaction = null;
        int type = raw.IsEmpty ? -1 : raw[0] < 0xc0 ? raw[0] : 0;
        (int to, int input) = type switch { 0 => (3, 5), 1 => (4, 6), 2 => (5, 7), _ => (-1, -1) };
        if (to < 0)
        {
            fault = new DecodeFault("transaction type", 0, "0, 1 or 2", $"{type}");
            return false;
        }

        if (!RlpCodec.TryDecode(type == 0 ? raw : raw[1..], out RlpItem? fields, out fault))
        {
            return false;
        }

        if (!fields.IsList || fields.Items.Length <= input || fields.Items[to].IsList || fields.Items[input].IsList || fields.Items[to].Bytes.Length is not (0 or Address.Size))
        {
            fault = new DecodeFault("transaction", 0, $"a list with a callee at {to} and calldata at {input}", "something else");
            return false;
        }

        Address? callee = fields.Items[to].Bytes.IsEmpty ? null : new Address(fields.Items[to].Bytes.Span);
        transaction = new MinedTransaction([.. raw], Keccak256.Hash(raw), callee, [.. fields.Items[input].Bytes.Span]);
        return true;
    }
}
