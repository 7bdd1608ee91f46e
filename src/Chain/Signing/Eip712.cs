using System.Text;

namespace Ait.Chain.Signing;

/// <summary>Typed structured data hashing, EIP-712.</summary>
public static class Eip712
{
    /// <summary>keccak256(encodeType), for a type written as <c>Mail(Person from,Person to,string contents)Person(string name,address wallet)</c>.</summary>
    public static Hash256 TypeHash(string encodedType) => Keccak256.Hash(Encoding.UTF8.GetBytes(encodedType));

    /// <summary>keccak256(typeHash ‖ encodeData). Each field is one word: a padded value, the hash of bytes, text or an array, or a nested struct's hash.</summary>
    public static Hash256 HashStruct(Hash256 typeHash, params ReadOnlySpan<Hash256> fields)
    {
        byte[] data = new byte[Hash256.Size * (fields.Length + 1)];
        typeHash.CopyTo(data);
        WriteWords(fields, data.AsSpan(Hash256.Size));
        return Keccak256.Hash(data);
    }

    /// <summary>As the other overload, hashing the type first.</summary>
    public static Hash256 HashStruct(string encodedType, params ReadOnlySpan<Hash256> fields) => HashStruct(TypeHash(encodedType), fields);

    /// <summary>The word of an array field: keccak256 of its elements' words.</summary>
    public static Hash256 HashArray(params ReadOnlySpan<Hash256> elements)
    {
        byte[] data = new byte[Hash256.Size * elements.Length];
        WriteWords(elements, data);
        return Keccak256.Hash(data);
    }

    /// <summary>keccak256(0x1901 ‖ domainSeparator ‖ structHash), the digest that is signed.</summary>
    public static Hash256 Digest(Hash256 domainSeparator, Hash256 structHash)
    {
        Span<byte> data = stackalloc byte[2 + (2 * Hash256.Size)];
        data[0] = 0x19;
        data[1] = 0x01;
        domainSeparator.CopyTo(data[2..]);
        structHash.CopyTo(data[(2 + Hash256.Size)..]);
        return Keccak256.Hash(data);
    }

    /// <summary>The digest that is signed for a struct in a domain.</summary>
    public static Hash256 Digest(Eip712Domain domain, Hash256 structHash)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return Digest(domain.Separator(), structHash);
    }

    private static void WriteWords(ReadOnlySpan<Hash256> words, Span<byte> destination)
    {
        for (int i = 0; i < words.Length; i++)
        {
            words[i].CopyTo(destination[(Hash256.Size * i)..]);
        }
    }
}
