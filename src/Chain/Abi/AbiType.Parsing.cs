using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ait.Chain.Abi;

/// <content>Reading the textual form.</content>
public sealed partial class AbiType
{
    private const int MaxTextLength = 8192;
    private const int MaxDepth = 16;

    /// <summary>Reads a type such as <c>uint256</c>, <c>bytes32[]</c> or <c>(bytes32,uint64)[3]</c>; <c>uint</c> means <c>uint256</c>.</summary>
    /// <exception cref="FormatException">The text is not a supported type.</exception>
    public static AbiType Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out AbiType? type) ? type : throw new FormatException($"Expected an ABI type, found '{text}'.");
    }

    /// <summary>Reads a type; false if the text is not a supported type, nests more than 16 deep or is longer than 8192 characters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        if (text is null || text.Length > MaxTextLength)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text;
        return TryRead(ref rest, 0, out type) && rest.IsEmpty;
    }

    /// <summary>Reads a parenthesised list such as <c>(bytes32,uint64)</c>; <c>()</c> is the empty list.</summary>
    /// <exception cref="FormatException">The text is not a list of supported types.</exception>
    public static ImmutableArray<AbiType> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "()")
        {
            return [];
        }

        return TryParse(text, out AbiType? type) && type.Kind == AbiKind.Tuple
            ? type.Components
            : throw new FormatException($"Expected a parenthesised list of ABI types, found '{text}'.");
    }

    private static bool TryRead(ref ReadOnlySpan<char> rest, int depth, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        if (depth > MaxDepth)
        {
            return false;
        }

        bool isTuple = rest.StartsWith("(", StringComparison.Ordinal);
        if (isTuple ? !TryReadTuple(ref rest, depth, out type) : !TryReadElementary(ref rest, out type))
        {
            return false;
        }

        int suffixes = 0;
        while (rest.StartsWith("[", StringComparison.Ordinal))
        {
            int end = rest.IndexOf(']');
            if (end < 0 || ++suffixes + depth > MaxDepth)
            {
                type = null;
                return false;
            }

            if (end == 1)
            {
                type = ArrayOf(type);
            }
            else if (TryReadNumber(rest[1..end], MaxStaticBytes, out int length) && (long)type.HeadSize * length <= MaxStaticBytes)
            {
                type = FixedArrayOf(type, length);
            }
            else
            {
                type = null;
                return false;
            }

            rest = rest[(end + 1)..];
        }

        return true;
    }

    private static bool TryReadTuple(ref ReadOnlySpan<char> rest, int depth, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        ImmutableArray<AbiType>.Builder components = ImmutableArray.CreateBuilder<AbiType>();
        long size = 0;
        do
        {
            rest = rest[1..];
            if (!TryRead(ref rest, depth + 1, out AbiType? component) || rest.IsEmpty)
            {
                return false;
            }

            size += component.HeadSize;
            components.Add(component);
        }
        while (rest[0] == ',');

        if (rest[0] != ')' || size > MaxStaticBytes)
        {
            return false;
        }

        rest = rest[1..];
        type = TupleOf(components.ToImmutable());
        return true;
    }

    private static bool TryReadElementary(ref ReadOnlySpan<char> rest, [NotNullWhen(true)] out AbiType? type)
    {
        int end = rest.IndexOfAnyExceptInRange('0', 'z');
        ReadOnlySpan<char> word = end < 0 ? rest : rest[..end];
        int bracket = word.IndexOfAny('[', ']');
        word = bracket < 0 ? word : word[..bracket];
        type = word switch
        {
            "address" => Address,
            "bool" => Boolean,
            "bytes" => Bytes,
            "string" => Text,
            "uint" => UInt256,
            "int" => Int(256),
            _ when word.StartsWith("uint", StringComparison.Ordinal) => IntegerOrNull(word[4..], signed: false),
            _ when word.StartsWith("int", StringComparison.Ordinal) => IntegerOrNull(word[3..], signed: true),
            _ when word.StartsWith("bytes", StringComparison.Ordinal) && TryReadNumber(word[5..], 32, out int length) => FixedBytes(length),
            _ => null,
        };
        rest = rest[word.Length..];
        return type is not null;
    }

    private static AbiType? IntegerOrNull(ReadOnlySpan<char> digits, bool signed)
    {
        if (!TryReadNumber(digits, 256, out int bits) || bits % 8 != 0)
        {
            return null;
        }

        return signed ? Int(bits) : UInt(bits);
    }

    private static bool TryReadNumber(ReadOnlySpan<char> digits, int max, out int number)
    {
        number = 0;
        return digits.Length is > 0 and < 10
            && digits[0] != '0'
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number <= max;
    }
}
