using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Ait.Chain.Abi;

/// <summary>Decoded revert data.</summary>
public sealed class ContractError
{
    private static readonly AbiError s_error = new("Error", [new AbiParameter("", AbiType.Text)]);
    private static readonly AbiError s_panic = new("Panic", [new AbiParameter("code", AbiType.UInt256)]);

    private ContractError(string name, ImmutableArray<AbiArgument> arguments, ImmutableArray<byte> data)
    {
        Name = name;
        Arguments = arguments;
        Data = data;
    }

    /// <summary>The name of the error; empty when no known error fits the data.</summary>
    public string Name { get; }

    /// <summary>The arguments in the order of the source.</summary>
    public ImmutableArray<AbiArgument> Arguments { get; }

    /// <summary>The revert data as it came.</summary>
    public ImmutableArray<byte> Data { get; }

    /// <summary>Decodes revert data by the errors of the given contracts, then by the language's own <c>Error(string)</c> and <c>Panic(uint256)</c>.</summary>
    /// <remarks>Never fails: data of no known error keeps its bytes and prints them.</remarks>
    public static ContractError Decode(ReadOnlySpan<byte> data, params ReadOnlySpan<ContractAbi> abis)
    {
        if (Selector.TryRead(data, out Selector selector))
        {
            foreach (ContractAbi abi in abis)
            {
                if (abi.TryGetError(selector, out AbiError? error) && TryDecode(error, data) is { } decoded)
                {
                    return decoded;
                }
            }

            foreach (AbiError error in (ReadOnlySpan<AbiError>)[s_error, s_panic])
            {
                if (error.Selector == selector && TryDecode(error, data) is { } decoded)
                {
                    return decoded;
                }
            }
        }

        return new ContractError(string.Empty, [], [.. data]);
    }

    /// <summary>The argument of a name.</summary>
    /// <exception cref="KeyNotFoundException">The error has no such parameter.</exception>
    public AbiValue this[string name] =>
        Arguments.FirstOrDefault(argument => argument.Name == name)?.Value
        ?? throw new KeyNotFoundException($"Expected a parameter of {Name}, found '{name}'.");

    /// <summary><c>Name(parameter: value, …)</c>; the text of <c>Error(string)</c>; what a panic code means; else the bytes.</summary>
    public override string ToString() => Name switch
    {
        "" when Data.IsEmpty => "reverted without data",
        "" => $"unknown error {Hex.Encode(Data.AsSpan())}",
        "Panic" when Arguments is [{ Value: var code }] => $"Panic({PanicText(code.AsBigInteger())})",
        _ => $"{Name}({string.Join(", ", Arguments)})",
    };

    private static ContractError? TryDecode(AbiError error, ReadOnlySpan<byte> data)
    {
        if (!AbiCodec.TryDecode(error.Types, data[Selector.Size..], out ImmutableArray<AbiValue> values, out _))
        {
            return null;
        }

        IEnumerable<AbiArgument> arguments = error.Inputs.Zip(values, static (input, value) => new AbiArgument(input.Name, value));
        return new ContractError(error.Name, [.. arguments], [.. data]);
    }

    /// <summary>Solidity documentation, "Panic via assert and Error via require".</summary>
    private static string PanicText(BigInteger code) => (code <= 0xff ? (int)code : -1) switch
    {
        0x01 => "0x01: assertion failed",
        0x11 => "0x11: arithmetic overflow",
        0x12 => "0x12: division by zero",
        0x21 => "0x21: value out of enum range",
        0x22 => "0x22: wrongly encoded storage bytes",
        0x31 => "0x31: pop of an empty array",
        0x32 => "0x32: index out of bounds",
        0x41 => "0x41: too much memory",
        0x51 => "0x51: call of an unset function pointer",
        _ => code.ToString(CultureInfo.InvariantCulture),
    };
}
