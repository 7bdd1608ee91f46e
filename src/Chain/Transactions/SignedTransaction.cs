using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Rlp;
using Ait.Chain.Signing;

namespace Ait.Chain.Transactions;

/// <summary>A signed type 2 transaction, ready to be sent.</summary>
public sealed partial class SignedTransaction
{
    internal SignedTransaction(Eip1559Transaction transaction, Signature signature, Address sender)
    {
        Transaction = transaction;
        Signature = signature;
        Sender = sender;
        byte[] raw = [Eip1559Transaction.Type, .. RlpCodec.Encode(RlpItem.List([.. transaction.Fields(), signature.YParity, Number(signature.R), Number(signature.S)]))];
        Raw = ImmutableArray.Create(raw);
        Hash = Keccak256.Hash(raw);
    }

    /// <summary>What was signed.</summary>
    public Eip1559Transaction Transaction { get; }

    /// <summary>The sender's signature.</summary>
    public Signature Signature { get; }

    /// <summary>Who signed.</summary>
    public Address Sender { get; }

    /// <summary>The bytes for <c>eth_sendRawTransaction</c>.</summary>
    public ImmutableArray<byte> Raw { get; }

    /// <summary>The transaction hash.</summary>
    public Hash256 Hash { get; }

    /// <summary>Reads the bytes of a signed type 2 transaction; refuses anything that is not the one encoding of it, and signatures without a signer.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out SignedTransaction? transaction, [NotNullWhen(false)] out DecodeFault? fault)
    {
        transaction = null;
        if (raw.IsEmpty || raw[0] != Eip1559Transaction.Type)
        {
            fault = new DecodeFault("transaction type", 0, "2", raw.IsEmpty ? "nothing" : $"{raw[0]}");
            return false;
        }

        if (!RlpCodec.TryDecode(raw[1..], out RlpItem? item, out fault))
        {
            return false;
        }

        fault = ReadFields(item, out Eip1559Transaction? fields, out Signature signature);
        if (fields is null)
        {
            fault ??= new DecodeFault("transaction", 0, "12 fields", "none");
            return false;
        }

        if (!Secp256k1.TryRecover(fields.SigningHash(), signature, out Address sender))
        {
            fault = new DecodeFault("signature", 0, "a canonical signature of a key", signature.ToString());
            return false;
        }

        transaction = new SignedTransaction(fields, signature, sender);
        fault = null;
        return true;
    }

    private static RlpItem Number(Hash256 value) => Abi.AbiWord.ToUnsigned(value);
}
