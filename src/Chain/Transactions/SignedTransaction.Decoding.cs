using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rlp;
using Ait.Chain.Signing;

namespace Ait.Chain.Transactions;

/// <content>Reading the fields.</content>
public sealed partial class SignedTransaction
{
    private const int FieldCount = 12;

    private static DecodeFault? ReadFields(RlpItem item, out Eip1559Transaction? transaction, out Signature signature)
    {
        transaction = null;
        signature = default;
        if (!item.IsList || item.Items.Length != FieldCount)
        {
            return Fault("fields", $"a list of {FieldCount}", item.IsList ? $"{item.Items.Length}" : "bytes");
        }

        ImmutableArray<RlpItem> f = item.Items;
        if (!f[0].TryReadUInt64(out ulong chainId) || !f[1].TryReadUInt64(out ulong nonce) || !f[4].TryReadUInt64(out ulong gasLimit))
        {
            return Fault("chain id, nonce and gas limit", "numbers of at most 64 bits", "something else");
        }

        if (!f[2].TryReadInteger(32, out BigInteger priorityFee) || !f[3].TryReadInteger(32, out BigInteger maxFee) || !f[6].TryReadInteger(32, out BigInteger value))
        {
            return Fault("fees and value", "numbers of at most 256 bits", "something else");
        }

        if (f[5].IsList || f[5].Bytes.Length is not (0 or Address.Size))
        {
            return Fault("to", $"0 or {Address.Size} bytes", f[5].IsList ? "a list" : $"{f[5].Bytes.Length}");
        }

        if (f[7].IsList)
        {
            return Fault("data", "bytes", "a list");
        }

        if (ReadAccessList(f[8]) is not { } accessList)
        {
            return Fault("access list", "a list of (address, slots)", "something else");
        }

        if (!f[9].TryReadUInt64(out ulong parity) || parity > 1 || !f[10].TryReadInteger(32, out BigInteger r) || !f[11].TryReadInteger(32, out BigInteger s))
        {
            return Fault("signature", "a parity and two numbers of at most 256 bits", "something else");
        }

        signature = new Signature(AbiWord.Of(r), AbiWord.Of(s), (byte)parity);
        transaction = new Eip1559Transaction
        {
            ChainId = chainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = priorityFee,
            MaxFeePerGas = maxFee,
            GasLimit = gasLimit,
            To = f[5].Bytes.IsEmpty ? null : new Address(f[5].Bytes.Span),
            Value = value,
            Data = [.. f[7].Bytes.Span],
            AccessList = accessList,
        };
        return null;
    }

    private static ImmutableArray<AccessListEntry>? ReadAccessList(RlpItem list)
    {
        if (!list.IsList)
        {
            return null;
        }

        ImmutableArray<AccessListEntry>.Builder entries = ImmutableArray.CreateBuilder<AccessListEntry>(list.Items.Length);
        foreach (RlpItem entry in list.Items)
        {
            if (entry.Items is not [{ IsList: false, Bytes.Length: Address.Size } address, { IsList: true } keys])
            {
                return null;
            }

            ImmutableArray<Hash256>.Builder slots = ImmutableArray.CreateBuilder<Hash256>(keys.Items.Length);
            foreach (RlpItem key in keys.Items)
            {
                if (key.IsList || key.Bytes.Length != Hash256.Size)
                {
                    return null;
                }

                slots.Add(new Hash256(key.Bytes.Span));
            }

            entries.Add(new AccessListEntry(new Address(address.Bytes.Span), slots.MoveToImmutable()));
        }

        return entries.MoveToImmutable();
    }

    private static DecodeFault Fault(string what, string expected, string found) => new(what, 0, expected, found);
}
