using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Chain.Abi;

/// <summary>A function of a contract.</summary>
public sealed class AbiFunction
{
    private readonly ImmutableArray<AbiType> _inputTypes;
    private readonly ImmutableArray<AbiType> _outputTypes;

    internal AbiFunction(string name, ImmutableArray<AbiParameter> inputs, ImmutableArray<AbiParameter> outputs, string stateMutability)
    {
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        StateMutability = stateMutability;
        _inputTypes = AbiParameter.TypesOf(inputs);
        _outputTypes = AbiParameter.TypesOf(outputs);
        Signature = name + AbiType.ListName(_inputTypes);
        Selector = Selector.Of(Signature);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What it takes.</summary>
    public ImmutableArray<AbiParameter> Inputs { get; }

    /// <summary>What it returns.</summary>
    public ImmutableArray<AbiParameter> Outputs { get; }

    /// <summary><c>pure</c>, <c>view</c>, <c>nonpayable</c> or <c>payable</c>.</summary>
    public string StateMutability { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the hash of the signature.</summary>
    public Selector Selector { get; }

    /// <summary>The calldata of a call.</summary>
    /// <exception cref="ArgumentException">The values do not fit the inputs.</exception>
    public byte[] EncodeCall(params ReadOnlySpan<AbiValue> arguments) => AbiCodec.EncodeCall(Selector, _inputTypes, arguments);

    /// <summary>Decodes calldata of this function.</summary>
    public bool TryDecodeCall(ReadOnlySpan<byte> calldata, out ImmutableArray<AbiValue> arguments, [NotNullWhen(false)] out DecodeFault? fault)
    {
        if (!Selector.TryRead(calldata, out Selector selector) || selector != Selector)
        {
            arguments = [];
            fault = new DecodeFault("selector", 0, $"{Selector} of {Signature}", Hex.Encode(calldata[..Math.Min(calldata.Length, Selector.Size)]));
            return false;
        }

        return AbiCodec.TryDecode(_inputTypes, calldata[Selector.Size..], out arguments, out fault);
    }

    /// <summary>Decodes what the function returned.</summary>
    public bool TryDecodeResult(ReadOnlySpan<byte> data, out ImmutableArray<AbiValue> values, [NotNullWhen(false)] out DecodeFault? fault) =>
        AbiCodec.TryDecode(_outputTypes, data, out values, out fault);

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
