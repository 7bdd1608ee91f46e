using System.Collections.Immutable;

namespace Ait.Chain.Abi;

/// <summary>A custom error of a contract.</summary>
public sealed class AbiError
{
    internal AbiError(string name, ImmutableArray<AbiParameter> inputs)
    {
        Name = name;
        Inputs = inputs;
        Types = AbiParameter.TypesOf(inputs);
        Signature = name + AbiType.ListName(Types);
        Selector = Selector.Of(Signature);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The parameters.</summary>
    public ImmutableArray<AbiParameter> Inputs { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the hash of the signature.</summary>
    public Selector Selector { get; }

    internal ImmutableArray<AbiType> Types { get; }

    /// <summary>The revert data of this error.</summary>
    /// <exception cref="ArgumentException">The values do not fit the inputs.</exception>
    public byte[] Encode(params ReadOnlySpan<AbiValue> arguments) => AbiCodec.EncodeCall(Selector, Types, arguments);

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
