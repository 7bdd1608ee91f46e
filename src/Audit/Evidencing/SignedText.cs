using System.Collections.Immutable;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;

namespace Ait.Audit.Evidencing;

/// <summary>JSON that Intel signed, as it was submitted.</summary>
internal sealed record SignedText(ReadOnlyMemory<byte> Json, byte[] Signature, Hash256 Signer)
{
    internal static SignedText? Of(MinedTransaction transaction)
    {
        foreach (string name in (ReadOnlySpan<string>)["submitTcbInfo", "submitQeIdentity"])
        {
            if (Events.Abi("DcapCollateral").Function(name).TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> arguments, out _))
            {
                byte[] signature = [.. arguments[1].AsHash256().ToArray(), .. arguments[2].AsHash256().ToArray()];
                return new SignedText(arguments[0].AsBytes(), signature, arguments[3].AsHash256());
            }
        }

        return null;
    }
}
