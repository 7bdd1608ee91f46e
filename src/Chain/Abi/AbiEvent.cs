using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain.Abi;

/// <summary>An event of a contract.</summary>
public sealed class AbiEvent
{
    private readonly ImmutableArray<AbiType> _dataTypes;

    internal AbiEvent(string name, ImmutableArray<AbiParameter> inputs, bool anonymous)
    {
        Name = name;
        Inputs = inputs;
        IsAnonymous = anonymous;
        Signature = name + AbiType.ListName(AbiParameter.TypesOf(inputs));
        Topic = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(Signature));
        _dataTypes = [.. inputs.Where(static input => !input.Indexed).Select(static input => input.Type)];
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The parameters in the order of the source.</summary>
    public ImmutableArray<AbiParameter> Inputs { get; }

    /// <summary>Whether the first topic is not the event's.</summary>
    public bool IsAnonymous { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The hash of the signature, the first topic unless anonymous.</summary>
    public Hash256 Topic { get; }

    /// <summary>Decodes a log. An indexed parameter of dynamic or composite type is its <c>bytes32</c> hash.</summary>
    public bool TryDecode(
        ReadOnlySpan<Hash256> topics,
        ReadOnlySpan<byte> data,
        [NotNullWhen(true)] out ContractEvent? decoded,
        [NotNullWhen(false)] out DecodeFault? fault)
    {
        decoded = null;
        int firstIndexed = IsAnonymous ? 0 : 1;
        int expected = firstIndexed + Inputs.Length - _dataTypes.Length;
        if (topics.Length != expected || (!IsAnonymous && topics[0] != Topic))
        {
            fault = new DecodeFault("topics", 0, $"{expected} of {Signature}", topics.Length == 0 ? "none" : $"{topics.Length} starting {topics[0]}");
            return false;
        }

        if (!AbiCodec.TryDecode(_dataTypes, data, out ImmutableArray<AbiValue> values, out fault))
        {
            return false;
        }

        int topic = firstIndexed;
        int value = 0;
        ImmutableArray<AbiArgument>.Builder arguments = ImmutableArray.CreateBuilder<AbiArgument>(Inputs.Length);
        foreach (AbiParameter input in Inputs)
        {
            if (!input.Indexed)
            {
                arguments.Add(new AbiArgument(input.Name, values[value++]));
                continue;
            }

            AbiType type = input.Type.IsDynamic || input.Type.Kind is AbiKind.Tuple or AbiKind.FixedArray ? AbiType.Bytes32 : input.Type;
            if (!AbiCodec.TryDecode([type], topics[topic++].ToArray(), out ImmutableArray<AbiValue> indexed, out fault))
            {
                return false;
            }

            arguments.Add(new AbiArgument(input.Name, indexed[0]));
        }

        decoded = new ContractEvent(this, arguments.MoveToImmutable());
        return true;
    }

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
